import { exists, sql, type SQL } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/pg-core';
import type { OrderHistoryAction, Role } from '../db/tables/enumerations.ts';
import { orderFulfillments } from '../db/tables/fulfillments.ts';
import { orderHistory } from '../db/tables/order-history.ts';
import { orderNotes } from '../db/tables/order-notes.ts';
import { orders } from '../db/tables/orders.ts';
import { quotes } from '../db/tables/quotes.ts';
import type { Actor } from './actor.ts';
import { roleHas } from './permissions.ts';

/**
 * Which rows a viewer may see, as conditions for the WHERE of every statement that reads them. They depend on
 * the role alone, so that a statement can be prepared once a role; the customer is the placeholder
 * `viewerCustomerId`, which `viewerParameters` fills.
 */
export function visibleOrders(role: Role): SQL | undefined {
  switch (role) {
    case 'order_manager':
    case 'customer_service':
      return undefined;
    case 'warehouse_staff':
      return exists(
        new QueryBuilder()
          .select({ one: sql`1` })
          .from(orderFulfillments)
          .where(sql`${orderFulfillments.orderId} = ${orders.id}`),
      );
    case 'customer':
      return sql`${orders.customerId} = ${sql.placeholder('viewerCustomerId')}`;
  }
}

/** A customer has their own quotes; who may not see quotes at all is refused before. */
export function visibleQuotes(role: Role): SQL | undefined {
  if (role === 'order_manager' || role === 'customer_service') return undefined;
  return sql`${quotes.customerId} = ${sql.placeholder('viewerCustomerId')}`;
}

/** The same rule for an event that is already in memory with its order's customer. */
export function mayKnowOfOrder(
  actor: Actor,
  order: { customerId: string | null; hasFulfillment: boolean },
): boolean {
  switch (actor.role) {
    case 'order_manager':
    case 'customer_service':
      return true;
    case 'warehouse_staff':
      return order.hasFulfillment;
    case 'customer':
      return actor.customerId !== null && order.customerId === actor.customerId;
  }
}

/** The rule of `visibleHistory`, for an event of such an order. */
export function mayKnowOfEvent(
  actor: Actor,
  event: {
    readonly action: OrderHistoryAction;
    readonly fulfillmentId: string | null;
    readonly order: { readonly customerId: string | null; readonly hasFulfillment: boolean };
  },
): boolean {
  if (!mayKnowOfOrder(actor, event.order)) return false;
  if (roleHas(actor.role, 'history.viewStaff')) return true;
  return publicActions.includes(event.action) && event.fulfillmentId === null;
}

/**
 * Viewers with the same key see the same rows and the same fields of them, but for fields that ask who the viewer is.
 * It has to name all that this file and `permissions.ts` go by.
 */
export function sharingKey({ role, customerId }: Actor): string {
  return `${role} ${customerId ?? ''}`;
}

export function viewerParameters(actor: Actor): { viewerCustomerId: string | null } {
  return { viewerCustomerId: actor.customerId };
}

/** What a customer is told of the life of an order. */
export const publicActions: readonly OrderHistoryAction[] = [
  'created',
  'confirmed',
  'payment_received',
  'payment_failed',
  'processing_started',
  'packed',
  'shipped',
  'delivered',
  'cancelled',
  'refunded',
  'return_requested',
  'returned',
];

/** History rows of an order that is visible. A customer sees the order's own milestones, not the warehouse's. */
export function visibleHistory(role: Role): SQL | undefined {
  if (roleHas(role, 'history.viewStaff')) return undefined;
  const actions = sql.join(
    publicActions.map((action) => sql.raw(`'${action}'`)),
    sql`, `,
  );
  return sql`${orderHistory.action} in (${actions}) and ${orderHistory.fulfillmentId} is null`;
}

/**
 * History rows whose order is visible, where lists go across orders. It is the rule of `visibleOrders`, said so that
 * a page comes from an index of the history: those of a customer from the few orders that are theirs.
 */
export function historyOfVisibleOrders(role: Role): SQL | undefined {
  switch (role) {
    case 'order_manager':
    case 'customer_service':
      return undefined;
    case 'warehouse_staff':
      return exists(
        new QueryBuilder()
          .select({ one: sql`1` })
          .from(orderFulfillments)
          .where(sql`${orderFulfillments.orderId} = ${orderHistory.orderId}`),
      );
    case 'customer':
      return sql`${orderHistory.orderId} = any(array(select ${orders.id} from ${orders} where ${visibleOrders(role)}))`;
  }
}

/** Notes of an order that is visible. */
export function visibleNotes(role: Role): SQL | undefined {
  const internal = roleHas(role, 'notes.viewInternal');
  const shared = roleHas(role, 'notes.viewPublic');
  if (internal && shared) return undefined;
  return internal ? sql`${orderNotes.isInternal}` : sql`not ${orderNotes.isInternal}`;
}
