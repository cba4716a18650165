import { and, eq, gte, inArray, isNotNull, isNull, lt, lte, or, sql, type SQL } from 'drizzle-orm';
import { visibleNotes } from '../auth/visibility.ts';
import type { Channel, OrderStatus, Role } from '../db/tables/enumerations.ts';
import { orderNotes } from '../db/tables/order-notes.ts';
import { orders } from '../db/tables/orders.ts';
import type { OrderRow } from './order.repository.ts';

/** What orders can be found by: all that is given must hold. */
export interface OrderFilterValues {
  text?: string | null;
  status?: readonly OrderStatus[] | null;
  paymentState?: readonly OrderRow['paymentState'][] | null;
  fulfillmentState?: readonly OrderRow['fulfillmentState'][] | null;
  channel?: readonly Channel[] | null;
  customerId?: string | null;
  assignedToId?: string | null;
  unassigned?: boolean | null;
  createdFrom?: string | null;
  createdBefore?: string | null;
  promisedFrom?: string | null;
  promisedBefore?: string | null;
  shippedFrom?: string | null;
  shippedBefore?: string | null;
  deliveredFrom?: string | null;
  deliveredBefore?: string | null;
  totalFromMinor?: number | null;
  totalToMinor?: number | null;
  currency?: string | null;
  sku?: readonly string[] | null;
  variantId?: string | null;
  locationCode?: readonly string[] | null;
  tag?: readonly string[] | null;
  priority?: readonly OrderRow['priority'][] | null;
  onHold?: boolean | null;
  hasNote?: boolean | null;
  late?: boolean | null;
  and?: readonly OrderFilterValues[] | null;
  or?: readonly OrderFilterValues[] | null;
  not?: OrderFilterValues | null;
}

/** What the texts in a filter have turned out to mean: a condition on an order each. */
export type TextConditions = ReadonlyMap<string, SQL>;

/** The same of filters by what belongs to an order, each known by its value in the filter. */
export type LookedUpConditions = ReadonlyMap<unknown, SQL>;

/** What has to be looked up before a filter can become a condition. */
export interface LookedUp {
  readonly texts: TextConditions;
  readonly related: LookedUpConditions;
}

const relatedFilters = ['locationCode', 'sku', 'variantId'] as const;
type RelatedFilter = (typeof relatedFilters)[number];

type Conditions = {
  [Name in Exclude<keyof OrderFilterValues, 'text' | RelatedFilter | 'hasNote' | 'and' | 'or' | 'not'>]-?: (
    value: NonNullable<OrderFilterValues[Name]>,
  ) => SQL | undefined;
};

/** One line a filter. */
const conditions: Conditions = {
  status: (values) => inArray(orders.status, [...values]),
  paymentState: (values) => inArray(orders.paymentState, [...values]),
  fulfillmentState: (values) => inArray(orders.fulfillmentState, [...values]),
  channel: (values) => inArray(orders.channel, [...values]),
  priority: (values) => inArray(orders.priority, [...values]),
  customerId: (id) => eq(orders.customerId, id),
  assignedToId: (id) => eq(orders.assignedToId, id),
  unassigned: (yes) => (yes ? isNull(orders.assignedToId) : isNotNull(orders.assignedToId)),
  createdFrom: (moment) => gte(orders.createdAt, moment),
  createdBefore: (moment) => lt(orders.createdAt, moment),
  promisedFrom: (moment) => gte(orders.promisedShipAt, moment),
  promisedBefore: (moment) => lt(orders.promisedShipAt, moment),
  shippedFrom: (moment) => gte(orders.shippedAt, moment),
  shippedBefore: (moment) => lt(orders.shippedAt, moment),
  deliveredFrom: (moment) => gte(orders.deliveredAt, moment),
  deliveredBefore: (moment) => lt(orders.deliveredAt, moment),
  totalFromMinor: (amount) => gte(orders.totalMinor, amount),
  totalToMinor: (amount) => lte(orders.totalMinor, amount),
  currency: (code) => eq(orders.currency, code),
  tag: (tags) =>
    sql`${orders.tags} && array[${sql.join(
      tags.map((tag) => sql`${tag}`),
      sql`, `,
    )}]::text[]`,
  onHold: (yes) => (yes ? isNotNull(orders.heldAt) : isNull(orders.heldAt)),
  late: (yes) => (yes ? late : sql`not coalesce(${late}, false)`),
};

/** Promised for a moment that has passed, and not yet shipped. */
const late = and(
  lte(orders.promisedShipAt, sql`now()`),
  sql`${orders.status} in ('pending', 'confirmed', 'processing', 'packed')`,
)!;

/** `in ()` is no SQL: in an empty list there is nothing that could be equal. */
export function listOf(values: readonly string[]): SQL {
  return values.length === 0 ? sql`(null)` : sql`${[...values]}`;
}

/** The condition that an order fulfils exactly when the filter holds; undefined where everything does. */
export function conditionOf(filter: OrderFilterValues, role: Role, lookedUp: LookedUp): SQL | undefined {
  const within = (inner: OrderFilterValues): SQL => conditionOf(inner, role, lookedUp) ?? sql`true`;
  const { text, hasNote, and: all, or: any, not } = filter;
  return and(
    ...Object.entries(conditions).map(([name, condition]) => {
      const value = filter[name as keyof Conditions];
      return value === null || value === undefined ? undefined : condition(value as never);
    }),
    typeof text === 'string' ? lookedUp.texts.get(text) : undefined,
    ...relatedFilters.map((name) => lookedUp.related.get(filter[name])),
    typeof hasNote === 'boolean' ? withNote(role, hasNote) : undefined,
    ...(all ?? []).map(within),
    any ? (or(...any.map(within)) ?? sql`false`) : undefined,
    // What cannot be said of an order, as of a promise that it does not have, does not hold.
    not ? sql`not coalesce(${within(not)}, false)` : undefined,
  );
}

function withNote(role: Role, yes: boolean): SQL {
  const found = sql`exists (select from ${orderNotes} where ${and(eq(orderNotes.orderId, orders.id), visibleNotes(role))})`;
  return yes ? found : sql`not ${found}`;
}

/** Every filter in a filter, itself first. */
export function filtersIn(filter: OrderFilterValues): OrderFilterValues[] {
  const inner = [...(filter.and ?? []), ...(filter.or ?? []), ...(filter.not ? [filter.not] : [])];
  return [filter, ...inner.flatMap(filtersIn)];
}

export function depthOf(filter: OrderFilterValues): number {
  const inner = [...(filter.and ?? []), ...(filter.or ?? []), ...(filter.not ? [filter.not] : [])];
  return 1 + Math.max(0, ...inner.map(depthOf));
}
