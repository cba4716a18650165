import type { Client } from '@urql/core';
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import type { Rows, RowsOf } from './order-rows.ts';
import { moreRowsQuery } from './order.operations.ts';

export interface ShownRows<Row> {
  readonly nodes: readonly Row[];
  readonly hasMore: boolean;
  readonly failure: string | undefined;
  readonly more: () => void;
}

/**
 * What belongs to an order: what came with it, and as many pages after that as were asked for. These are read again
 * when the order is, so that nothing of what is shown is older than the rest.
 */
export function useRows<Row extends { readonly id: string }>(
  orderId: string,
  name: RowsOf,
  first: Rows<Row> | null,
): ShownRows<Row> {
  const { client } = useConsole();
  const [pages, setPages] = useState(0);
  const [later, setLater] = useState<Rows<Row>>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    if (pages === 0 || !first) return undefined;
    let isOver = false;
    readOn(client, orderId, name, first, pages).then(
      (rows) => !isOver && setLater(rows),
      (error: Error) => {
        if (isOver) return;
        setFailure(error.message);
        setPages(pages - 1);
      },
    );
    return () => {
      isOver = true;
    };
  }, [client, orderId, name, first, pages]);
  const nodes = first?.nodes ?? [];
  const known = new Set(nodes.map(({ id }) => id));
  return {
    nodes: [...nodes, ...(later?.nodes.filter(({ id }) => !known.has(id)) ?? [])],
    hasMore: (later ?? first)?.pageInfo.hasNextPage ?? false,
    failure,
    more() {
      setFailure(undefined);
      setPages(pages + 1);
    },
  };
}

/** The pages after the first one, as one. */
async function readOn<Row>(
  client: Client,
  id: string,
  name: RowsOf,
  first: Rows<Row>,
  pages: number,
): Promise<Rows<Row>> {
  let { pageInfo } = first;
  const nodes: Row[] = [];
  for (let page = 0; page < pages && pageInfo.hasNextPage; page += 1) {
    const variables = { id, after: pageInfo.endCursor };
    // One after the other: each begins where the one before it ended.
    const { order } = await ask<{ order: Record<RowsOf, Rows<Row> | null> | null }>(
      client,
      moreRowsQuery(name),
      variables,
    );
    const rows = order?.[name];
    if (!rows) break;
    nodes.push(...rows.nodes);
    ({ pageInfo } = rows);
  }
  return { nodes, pageInfo };
}
