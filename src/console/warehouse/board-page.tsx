import { useEffect, useState } from 'preact/hooks';
import { AskFailed, change, newKey } from '../api/client.ts';
import type { Payload, UserError } from '../api/payload.ts';
import { useConsole } from '../api/console-context.tsx';
import { Badge, Empty, Failure, Loading, Refusals } from '../parts/parts.tsx';
import { addressOf, goTo, Link } from '../parts/router.tsx';
import { showAgo, showClock, showCount } from '../parts/show.ts';
import { text } from '../text.ts';
import { boardStatuses, useBoard } from './use-board.ts';
import { claimMutation, type Card, type StatusChange, type Work } from './warehouse.operations.ts';

const cardsShown = 40;
const priorities = ['URGENT', 'HIGH', 'NORMAL', 'LOW'];

export function BoardPage({ locationCode }: { locationCode: string }) {
  const { cards, changes, failure, reload } = useBoard(locationCode);
  return (
    <div class="board-page">
      <div class="heading">
        <h1>{text.warehouse.board(locationCode)}</h1>
        <Link to={addressOf('warehouse')}>{text.warehouse.otherLocation}</Link>
      </div>
      <ClaimNext locationCode={locationCode} />
      {failure !== undefined && <Failure message={failure} retry={reload} />}
      {!cards && failure === undefined && <Loading />}
      {cards && (
        <div class="board">
          {boardStatuses.map((status) => (
            <Column
              key={status}
              status={status}
              locationCode={locationCode}
              cards={[...cards.values()].filter((card) => card.status === status)}
            />
          ))}
        </div>
      )}
      {cards && <Changes changes={changes} />}
    </div>
  );
}

function ClaimNext({ locationCode }: { locationCode: string }) {
  const { client } = useConsole();
  const [isWorking, setIsWorking] = useState(false);
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const [message, setMessage] = useState<string>();
  // Kept over a lost answer: asking again then gives the same fulfillment and not a second one.
  const [idempotencyKey, setKey] = useState(newKey);
  const claim = async (): Promise<void> => {
    setIsWorking(true);
    setMessage(undefined);
    try {
      const payload = await change<Payload & { fulfillment: Work | null }>(client, claimMutation, {
        locationCode,
        idempotencyKey,
      });
      setKey(newKey());
      setErrors(payload.userErrors);
      if (payload.fulfillment) return goTo(addressOf('warehouse', locationCode, payload.fulfillment.id));
      if (payload.userErrors.length === 0) setMessage(text.warehouse.nothingWaiting);
    } catch (error) {
      setMessage((error as AskFailed).message);
    }
    setIsWorking(false);
  };
  return (
    <div class="claim">
      <button type="button" class="primary large" disabled={isWorking} onClick={() => void claim()}>
        {text.warehouse.claimNext}
      </button>
      <Refusals errors={errors} />
      <p role="status">{message}</p>
    </div>
  );
}

interface ColumnProps {
  readonly status: string;
  readonly locationCode: string;
  readonly cards: readonly Card[];
}

function Column({ status, locationCode, cards }: ColumnProps) {
  const sorted = cards.toSorted(byUrgency);
  const heading = `column-${status}`;
  return (
    <section class="column" aria-labelledby={heading} data-status={status}>
      <h2 id={heading}>
        <Badge kind={status}>{text.fulfillmentStatus[status]}</Badge>
        <span class="count">{showCount(cards.length)}</span>
      </h2>
      {cards.length === 0 && <Empty>{text.warehouse.columnEmpty}</Empty>}
      <ul>
        {sorted.slice(0, cardsShown).map((card) => (
          <li key={card.id}>
            <CardLink card={card} locationCode={locationCode} />
          </li>
        ))}
      </ul>
      {cards.length > cardsShown && <p class="muted">{text.warehouse.more(cards.length - cardsShown)}</p>}
    </section>
  );
}

/** As the queue gives them out: the highest priority, then the oldest. */
function byUrgency(one: Card, other: Card): number {
  const place = (card: Card): number => priorities.indexOf(card.order?.priority ?? 'NORMAL');
  return place(one) - place(other) || one.createdAt.localeCompare(other.createdAt);
}

function CardLink({ card, locationCode }: { card: Card; locationCode: string }) {
  const now = useNow();
  const { order } = card;
  const units = card.items.reduce((sum, { quantity }) => sum + quantity, 0);
  const isUrgent = order?.priority === 'HIGH' || order?.priority === 'URGENT';
  return (
    <Link class="card" to={addressOf('warehouse', locationCode, card.id)}>
      <span class="line">
        <strong>{card.number}</strong>
        <span class="muted">{showAgo(card.createdAt, now)}</span>
      </span>
      <span class="line">
        <span>{order?.number}</span>
        <span class="muted">{text.channel[order?.channel ?? '']}</span>
      </span>
      <span class="line">
        <span>{text.warehouse.units(units, card.items.length)}</span>
        {isUrgent && <Badge kind={order.priority}>{text.priority[order.priority]}</Badge>}
        {order?.heldAt && <Badge kind="held">{text.warehouse.held}</Badge>}
      </span>
      {card.status !== 'PENDING' && (
        <span class="muted">{card.assignedTo?.displayName ?? text.warehouse.nobody}</span>
      )}
    </Link>
  );
}

function Changes({ changes }: { changes: readonly StatusChange[] }) {
  return (
    <section class="changes" aria-labelledby="changes">
      <h2 id="changes">{text.warehouse.changes}</h2>
      {changes.length === 0 && <Empty>{text.warehouse.noChanges}</Empty>}
      <ol>
        {changes.map(({ cursor, occurredAt, newStatus, fulfillment }) => (
          <li key={cursor}>
            <time dateTime={occurredAt}>{showClock(occurredAt)}</time>
            <span>
              {text.warehouse.change(fulfillment?.number ?? '', text.fulfillmentStatus[newStatus]!)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
