import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import { boardQuery, statusSubscription, type Card, type StatusChange } from './warehouse.operations.ts';

export const boardStatuses = ['PENDING', 'PICKING', 'PACKING', 'READY_TO_SHIP'] as const;
const changesKept = 30;

interface BoardPageAnswer {
  readonly eventCursor: string;
  readonly fulfillments: {
    readonly nodes: readonly Card[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export interface Board {
  /** Undefined until it is loaded. */
  readonly cards: ReadonlyMap<string, Card> | undefined;
  /** The latest first. */
  readonly changes: readonly StatusChange[];
  readonly failure: string | undefined;
  readonly reload: () => void;
}

/** The work of a location: first the state, then every change, from the place in the log at which the state was read. */
export function useBoard(locationCode: string): Board {
  const { client, live } = useConsole();
  const [round, setRound] = useState(0);
  const [cards, setCards] = useState<ReadonlyMap<string, Card>>();
  const [changes, setChanges] = useState<readonly StatusChange[]>([]);
  const [failure, setFailure] = useState<string>();
  const reload = useCallback(() => setRound((before) => before + 1), []);
  useEffect(() => {
    let isOver = false;
    let end = (): void => {};
    const loadPages = async (): Promise<void> => {
      const loaded = new Map<string, Card>();
      let cursor: string | undefined;
      let after: string | null = null;
      do {
        const variables = { locationCode, statuses: boardStatuses, after };
        const page: BoardPageAnswer = await ask<BoardPageAnswer>(client, boardQuery, variables);
        // Of the first page: what changes while the others are read is told again, and does no harm.
        cursor ??= page.eventCursor;
        for (const card of page.fulfillments.nodes) loaded.set(card.id, card);
        const { hasNextPage, endCursor } = page.fulfillments.pageInfo;
        after = hasNextPage ? endCursor : null;
      } while (after !== null);
      if (isOver) return;
      setCards(loaded);
      setFailure(undefined);
      end = live.follow<StatusChange>({
        query: statusSubscription,
        field: 'fulfillmentStatusChanged',
        variables: { locationCode },
        after: cursor,
        next(change) {
          setCards((before) => withCard(before!, change.fulfillment));
          setChanges((before) => [change, ...before].slice(0, changesKept));
        },
        lost: reload,
      });
    };
    let retry: ReturnType<typeof setTimeout> | undefined;
    loadPages().catch((error: Error) => {
      if (isOver) return;
      setFailure(error.message);
      retry = setTimeout(reload, 3_000);
    });
    return () => {
      isOver = true;
      clearTimeout(retry);
      end();
    };
  }, [client, live, locationCode, round, reload]);
  return { cards, changes, failure, reload };
}

/** An event shows the fulfillment as it is now: what is not newer than what is shown says nothing new. */
function withCard(cards: ReadonlyMap<string, Card>, card: Card | null): ReadonlyMap<string, Card> {
  if (!card || (cards.get(card.id)?.version ?? 0) > card.version) return cards;
  const changed = new Map(cards);
  if ((boardStatuses as readonly string[]).includes(card.status)) changed.set(card.id, card);
  else changed.delete(card.id);
  return changed;
}
