import { Failure } from '../parts/parts.tsx';
import { text } from '../text.ts';
import type { ShownRows } from './use-rows.ts';

/** Under a list that goes on. */
export function MoreRows({ rows, title }: { rows: ShownRows<unknown>; title: string }) {
  return (
    <>
      {rows.failure !== undefined && <Failure message={rows.failure} />}
      {rows.hasMore && (
        <p>
          <button type="button" aria-label={text.order.moreOf(title)} onClick={rows.more}>
            {text.order.more}
          </button>
        </p>
      )}
    </>
  );
}
