import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import { orderSubscription } from './order.operations.ts';

export interface ShownOrder<Order> {
  /** Null: there is none, or not for this viewer. Undefined: not known yet. */
  readonly order: Order | null | undefined;
  readonly failure: string | undefined;
  readonly load: () => Promise<string>;
  readonly restart: () => void;
}

/** An order, read again whenever something happens to it. */
export function useOrder<Order extends { readonly version: number }>(
  query: string,
  id: string,
): ShownOrder<Order> {
  const { client, live } = useConsole();
  const [order, setOrder] = useState<Order | null>();
  const [failure, setFailure] = useState<string>();
  const [round, setRound] = useState(0);
  const restart = useCallback(() => setRound((before) => before + 1), []);
  const load = useCallback(async (): Promise<string> => {
    const answer = await ask<{ eventCursor: string; order: Order | null }>(client, query, { id });
    setFailure(undefined);
    setOrder((before) =>
      before && answer.order && before.version > answer.order.version ? before : answer.order,
    );
    return answer.eventCursor;
  }, [client, query, id]);
  useEffect(() => {
    let isOver = false;
    let end = (): void => {};
    const failed = (error: Error): void => {
      if (!isOver) setFailure(error.message);
    };
    load().then((after) => {
      if (isOver) return;
      end = live.follow({
        query: orderSubscription,
        field: 'orderEvents',
        variables: { orderId: id },
        after,
        next: () => void load().catch(failed),
        lost: restart,
      });
    }, failed);
    return () => {
      isOver = true;
      end();
    };
  }, [load, live, id, round]);
  return { order, failure, load, restart };
}
