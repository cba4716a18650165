import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import {
  ordersCountQuery,
  ordersQuery,
  ordersSubscription,
  type OrderEvent,
  type OrderRow,
} from './orders.operations.ts';

interface Page {
  readonly eventCursor: string;
  readonly orders: {
    readonly nodes: readonly OrderRow[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

interface State {
  readonly rows: readonly OrderRow[] | undefined;
  readonly next: string | null;
  readonly failure: string | undefined;
}

const nothing: State = { rows: undefined, next: null, failure: undefined };

/**
 * A list that is read page by page, by keys: what is placed meanwhile moves nothing. Rows change in place as their
 * orders do; orders that are new are counted, and shown when that is asked for.
 */
export function useOrders(filter: Readonly<Record<string, unknown>>, sort: readonly unknown[]) {
  const { client, live } = useConsole();
  const [state, setState] = useState<State>(nothing);
  const [total, setTotal] = useState<number>();
  const [newCount, setNewCount] = useState(0);
  const [round, setRound] = useState(0);
  const isLoading = useRef(false);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  const key = JSON.stringify([filter, sort]);
  const asked = useRef(key);
  asked.current = key;

  useEffect(() => {
    let isOver = false;
    let end = (): void => {};
    setNewCount(0);
    setTotal(undefined);
    ask<Page>(client, ordersQuery, { filter, sort, after: null }).then(
      ({ eventCursor, orders }) => {
        if (isOver) return;
        setState({ rows: orders.nodes, next: nextOf(orders), failure: undefined });
        end = live.follow<OrderEvent>({
          query: ordersSubscription,
          field: 'orderEvents',
          variables: {},
          after: eventCursor,
          next({ entry, order }) {
            if (order) setState((before) => ({ ...before, rows: withRow(before.rows, order) }));
            if (entry.action === 'CREATED') setNewCount((before) => before + 1);
          },
          lost: reload,
        });
      },
      (error: Error) => !isOver && setState({ ...nothing, failure: error.message }),
    );
    // Counting may take longer than the first page, which does not wait for it.
    ask<{ orders: { totalCount: number } }>(client, ordersCountQuery, { filter }).then(
      ({ orders }) => !isOver && setTotal(orders.totalCount),
      () => {},
    );
    return () => {
      isOver = true;
      end();
    };
  }, [client, live, key, round]);

  const more = useCallback(async (): Promise<void> => {
    if (isLoading.current || state.next === null) return;
    isLoading.current = true;
    try {
      const { orders } = await ask<Page>(client, ordersQuery, { filter, sort, after: state.next });
      if (asked.current !== key) return;
      setState((before) => ({
        rows: [...(before.rows ?? []), ...orders.nodes],
        next: nextOf(orders),
        failure: undefined,
      }));
    } catch (error) {
      setState((before) => ({ ...before, failure: (error as Error).message }));
    } finally {
      isLoading.current = false;
    }
  }, [client, key, state.next]);

  return { ...state, total, newCount, more, reload };
}

const nextOf = ({ pageInfo }: Page['orders']): string | null =>
  pageInfo.hasNextPage ? pageInfo.endCursor : null;

function withRow(rows: readonly OrderRow[] | undefined, order: OrderRow): readonly OrderRow[] | undefined {
  const place = rows?.findIndex(({ id }) => id === order.id) ?? -1;
  if (!rows || place === -1 || rows[place]!.version >= order.version) return rows;
  return rows.with(place, order);
}
