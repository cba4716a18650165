import { showTime } from '../../parts/show.ts';
import { text } from '../../text.ts';
import type { Difference } from './differences.ts';

/** Somebody was faster: what is different now. */
export function Conflict({ conflict: { from, to, changed, since } }: { conflict: Difference }) {
  return (
    <div class="notice warn" role="alert">
      <p>{text.order.conflict(from, to)}</p>
      <p>
        <strong>{text.order.conflictChanged}</strong>
      </p>
      {changed.length === 0 && <p>{text.order.conflictNothing}</p>}
      <ul>
        {changed.map(({ name, before, now }) => (
          <li key={name}>{text.order.conflictField(name, before, now)}</li>
        ))}
      </ul>
      {since.length > 0 && (
        <>
          <p>
            <strong>{text.order.conflictSince}</strong>
          </p>
          <ul>
            {since.map(({ id, text: words, occurredAt }) => (
              <li key={id}>
                {words} <span class="muted">{showTime(occurredAt)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
