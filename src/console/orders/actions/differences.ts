import { showMoney, showTime } from '../../parts/show.ts';
import { text } from '../../text.ts';
import type { Return } from '../order-rows.ts';
import type { Order } from '../order.operations.ts';
import type { CurrentOrder, CurrentReturn } from './action.operations.ts';

/** What is different from what the person saw who decided, so that they can decide again. */
export interface Difference {
  readonly from: number;
  readonly to: number;
  readonly changed: readonly { readonly name: string; readonly before: string; readonly now: string }[];
  readonly since: readonly { readonly id: string; readonly text: string; readonly occurredAt: string }[];
}

type Values = Readonly<Record<string, string | null | undefined>>;

export function compareOrders(seen: Order, current: CurrentOrder): Difference {
  const known = new Set(seen.timeline.nodes.map(({ id }) => id));
  return {
    from: seen.version,
    to: current.version,
    changed: changedOf(valuesOfOrder(seen), valuesOfOrder(current)),
    since: current.timeline.nodes.filter(({ id }) => !known.has(id)),
  };
}

export function compareReturns(seen: Return, current: CurrentReturn): Difference {
  return {
    from: seen.version,
    to: current.version,
    changed: changedOf(valuesOfReturn(seen), valuesOfReturn(current)),
    since: [],
  };
}

function changedOf(before: Values, now: Values): Difference['changed'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names
    .filter((name) => (before[name] ?? '') !== (now[name] ?? ''))
    .map((name) => ({ name, before: before[name] || text.state.none, now: now[name] || text.state.none }));
}

/** By the names that the page gives them. */
function valuesOfOrder(order: CurrentOrder): Values {
  const { contact, shippingAddress, assignedTo, promisedShipAt, total, items } = order;
  return {
    [text.orders.columns.status]: text.orderStatus[order.status],
    [text.orders.filter['priority']!]: text.priority[order.priority],
    [text.orders.columns.payment]: text.paymentState[order.paymentState],
    [text.orders.filter['fulfillmentState']!]: text.fulfillmentState[order.fulfillmentState],
    [text.warehouse.held]: order.heldAt ? text.orders.yes : text.orders.no,
    [text.order.tags]: order.tags.join(', '),
    [text.order.reference]: order.externalReference,
    [text.order.promised]: promisedShipAt && showTime(promisedShipAt),
    [text.order.sums['total']!]: total && showMoney(total),
    [text.order.contact]: [contact?.name, contact?.email, contact?.phone].filter(Boolean).join(', '),
    [text.order.shipTo]: shippingAddress?.fullAddress,
    [text.order.assignedTo]: assignedTo?.displayName,
    ...quantitiesOf(items.nodes),
  };
}

/** A SKU may stand on several lines. */
function quantitiesOf(items: readonly { readonly sku: string; readonly quantity: number }[]): Values {
  const units = new Map<string, number>();
  for (const { sku, quantity } of items) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return Object.fromEntries([...units].map(([sku, quantity]) => [sku, String(quantity)]));
}

function valuesOfReturn({ status, rejectReason, items }: CurrentReturn): Values {
  return {
    [text.orders.columns.status]: text.order.returnStatus[status],
    [text.order.field['reason']!]: rejectReason,
    ...Object.fromEntries(
      items.map(({ quantityReceived, orderItem }) => [
        text.order.receivedOf(orderItem?.sku ?? ''),
        String(quantityReceived),
      ]),
    ),
  };
}
