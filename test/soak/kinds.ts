import type { Person, People } from './people.ts';
import { channels, locations } from './writers.ts';

/**
 * A subscription that can be soaked. Another one takes three things: the operation, what an event of it tells, and
 * in SQL which rows of the history it tells and what of them. (The tables: history, orders, fulfillments, locations.)
 */
export interface Kind {
  readonly query: string;
  /** The event in what is told; its `cursor` names its place. */
  readonly read: (data: any) => { readonly cursor: string; readonly content: string };
  readonly rows: string;
  readonly content: string;
}

export const statusChanges: Kind = {
  query: `subscription ($after: String, $filter: FulfillmentStatusFilter) {
    fulfillmentStatusChanged(after: $after, filter: $filter) { cursor oldStatus newStatus fulfillment { id } } }`,
  read: ({ fulfillmentStatusChanged: { cursor, oldStatus, newStatus, fulfillment } }) => ({
    cursor,
    content: `${fulfillment.id} ${oldStatus ?? 'NONE'} ${newStatus}`,
  }),
  rows: `history.fulfillment_id is not null and history.new_status is not null
    and history.old_status is distinct from history.new_status`,
  content: `history.fulfillment_id || ' ' || upper(coalesce(history.old_status, 'none') || ' ' || history.new_status)`,
};

export const orderEvents: Kind = {
  query: `subscription ($after: String, $filter: OrderEventFilter, $orderId: ID) {
    orderEvents(after: $after, filter: $filter, orderId: $orderId) { cursor entry { id action } order { id } } }`,
  read: ({ orderEvents: { cursor, entry, order } }) => ({
    cursor,
    content: `${entry.id} ${order.id} ${entry.action}`,
  }),
  rows: 'true',
  content: `history.id || ' ' || history.order_id || ' ' || upper(history.action::text)`,
};

/** One subscription: of whom, to what, and the same in SQL. */
export interface Wish {
  readonly name: string;
  readonly kind: Kind;
  readonly person: Person;
  readonly variables: { readonly filter?: object; readonly orderId?: string };
  readonly condition: string;
}

/** The milestones that a customer is told, written down here once more: this is what must come. */
const milestones = `history.fulfillment_id is null and history.action in ('created', 'confirmed', 'payment_received',
  'payment_failed', 'processing_started', 'packed', 'shipped', 'delivered', 'cancelled', 'refunded',
  'return_requested', 'returned')`;

/** One of each filter and each role, with its values drawn; `watchedOrder` is an order that is still to be changed. */
export function makeWishes(people: People, watchedOrder: string, random: (below: number) => number): Wish[] {
  const { order_manager: manager, warehouse_staff: picker, customer_service: service } = people.staff;
  const location = locations[random(locations.length)]!;
  const channel = channels[random(channels.length)]!;
  const buyer = people.customers[random(people.customers.length)]!;
  const own = `orders.customer_id = '${buyer.customerId}'`;
  const here = `locations.code = '${location}'`;
  const late = `history.new_status in ('shipped', 'fulfilled')`;
  const inChannel = `orders.channel = '${channel.toLowerCase()}'`;
  const ofOrder = `history.order_id = '${watchedOrder}'`;
  const of =
    (kind: Kind) =>
    (name: string, person: Person, condition: string, variables: Wish['variables'] = {}): Wish => ({
      name: `${kind === statusChanges ? 'fulfillmentStatusChanged' : 'orderEvents'}, ${person.role}, ${name}`,
      kind,
      person,
      variables,
      condition,
    });
  const change = of(statusChanges);
  const event = of(orderEvents);
  return [
    change('no filter', manager, 'true'),
    change('no filter', picker, 'true'),
    change('own orders', buyer, own),
    change(`at ${location}`, picker, here, { filter: { locationCode: location } }),
    event('no filter', manager, 'true'),
    event('own milestones', buyer, `${own} and ${milestones}`),
    change('shipped and after', picker, late, { filter: { statuses: ['SHIPPED', 'FULFILLED'] } }),
    event(`at ${location}`, picker, here, { filter: { locationCode: location } }),
    change('one order', manager, ofOrder, { filter: { orderId: watchedOrder } }),
    event('one order', service, ofOrder, { orderId: watchedOrder }),
    change(`shipped and after, at ${location}, ${channel}`, picker, `${late} and ${here} and ${inChannel}`, {
      filter: { statuses: ['SHIPPED', 'FULFILLED'], locationCode: location, channels: [channel] },
    }),
    event('made and cancelled', service, `history.action in ('created', 'cancelled')`, {
      filter: { actions: ['CREATED', 'CANCELLED'] },
    }),
    change('no filter', service, 'true'),
    change('own, shipped', buyer, `${own} and history.new_status = 'shipped'`, {
      filter: { statuses: ['SHIPPED'] },
    }),
    event(`of ${channel}`, manager, inChannel, { filter: { channels: [channel] } }),
    event('confirmed', manager, `history.fulfillment_id is null and history.new_status = 'confirmed'`, {
      filter: { statuses: ['CONFIRMED'] },
    }),
  ];
}
