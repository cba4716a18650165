import { showMoney, showTime } from '../parts/show.ts';
import { text } from '../text.ts';
import type { CurrentOrder, Order } from './order.operations.ts';

/** What is different from what the person saw who decided, so that they can decide again. */
export function Conflict({ seen, current }: { seen: Order; current: CurrentOrder }) {
  const [before, now] = [valuesOf(seen), valuesOf(current)];
  const changed = Object.keys(now).filter((name) => before[name] !== now[name]);
  const known = new Set(seen.timeline.nodes.map(({ id }) => id));
  const since = current.timeline.nodes.filter(({ id }) => !known.has(id));
  return (
    <div class="notice warn" role="alert">
      <p>{text.order.conflict(seen.version, current.version)}</p>
      <p>
        <strong>{text.order.conflictChanged}</strong>
      </p>
      {changed.length === 0 && <p>{text.order.conflictNothing}</p>}
      <ul>
        {changed.map((name) => (
          <li key={name}>{text.order.conflictField(name, before[name]!, now[name]!)}</li>
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

/** By the names that the page gives them. */
function valuesOf(order: CurrentOrder): Record<string, string> {
  const { contact, shippingAddress, assignedTo, promisedShipAt, total } = order;
  const values: Record<string, string | null | undefined> = {
    [text.orders.columns.status]: text.orderStatus[order.status],
    [text.orders.filter['priority']!]: text.priority[order.priority],
    [text.orders.columns.payment]: text.paymentState[order.paymentState],
    [text.orders.filter['fulfillmentState']!]: text.fulfillmentState[order.fulfillmentState],
    [text.warehouse.held]: order.heldAt ? text.orders.yes : text.orders.no,
    [text.order.tags]: order.tags.join(', '),
    [text.order.reference]: order.externalReference,
    [text.order.promised]: promisedShipAt && showTime(promisedShipAt),
    [text.order.sums['total']!]: total && showMoney(total),
    [text.order.contact]: [contact?.name, contact?.email].filter(Boolean).join(', '),
    [text.order.shipTo]: shippingAddress?.fullAddress,
    [text.order.assignedTo]: assignedTo?.displayName,
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value ? value : text.state.none]),
  );
}
