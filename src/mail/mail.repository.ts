import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { customers } from '../db/tables/customers.ts';
import { orderFulfillments } from '../db/tables/fulfillments.ts';
import { orderNotes } from '../db/tables/order-notes.ts';
import type { WebhookDisabledReason } from '../db/tables/enumerations.ts';
import { orderItems, orders } from '../db/tables/orders.ts';
import { users } from '../db/tables/users.ts';
import { webhookEndpoints } from '../db/tables/webhooks.ts';

export interface Recipient {
  readonly name: string;
  readonly address: string;
}

/** Whom e-mails about an order go to: its customer, unless erased, or the guest. Null: nobody can be told. */
export async function findRecipient(read: Executor, orderId: string): Promise<Recipient | null> {
  const [row] = await read
    .select({
      name: sql<string | null>`coalesce(${customers.name}, ${orders.contactName})`,
      address: sql<string | null>`coalesce(${customers.email}, ${orders.contactEmail})`,
    })
    .from(orders)
    .leftJoin(customers, eq(customers.id, orders.customerId))
    .where(and(eq(orders.id, orderId), isNull(customers.erasedAt)));
  return row?.address ? { name: row.name ?? '', address: row.address } : null;
}

/** What e-mails tell of an order. */
export async function findOrderFacts(read: Executor, orderId: string) {
  const [order] = await read
    .select({
      number: orders.number,
      channel: orders.channel,
      currency: orders.currency,
      totalMinor: orders.totalMinor,
      refundedMinor: orders.refundedMinor,
    })
    .from(orders)
    .where(eq(orders.id, orderId));
  if (!order) return null;
  const items = await read
    .select({ sku: orderItems.sku, name: orderItems.name, quantity: orderItems.quantity })
    .from(orderItems)
    .where(eq(orderItems.orderId, orderId))
    .orderBy(asc(orderItems.position));
  const parcels = await read
    .select({ carrier: orderFulfillments.carrier, trackingNumber: orderFulfillments.trackingNumber })
    .from(orderFulfillments)
    .where(and(eq(orderFulfillments.orderId, orderId), sql`${orderFulfillments.shippedAt} is not null`))
    .orderBy(asc(orderFulfillments.createdAt), asc(orderFulfillments.id));
  return { ...order, items, parcels };
}

export type OrderFacts = NonNullable<Awaited<ReturnType<typeof findOrderFacts>>>;

/** A note that its customer is to be told of and has not been; null where there is none (any more). */
export async function findNoteToMail(
  read: Executor,
  noteId: string,
): Promise<{ note: string; orderId: string; number: string } | null> {
  const [row] = await read
    .select({ note: orderNotes.note, orderId: orderNotes.orderId, number: orders.number })
    .from(orderNotes)
    .innerJoin(orders, eq(orders.id, orderNotes.orderId))
    .where(
      and(
        eq(orderNotes.id, noteId),
        eq(orderNotes.isInternal, false),
        eq(orderNotes.notifyCustomer, true),
        isNull(orderNotes.notifiedAt),
      ),
    );
  return row ?? null;
}

export interface DisabledEndpoint {
  readonly id: string;
  readonly url: string;
  readonly reason: WebhookDisabledReason;
}

/** The endpoint, as long as it is as it was when it was disabled; null once somebody has seen to it. */
export async function findDisabledEndpoint(
  read: Executor,
  endpointId: string,
  version: number,
): Promise<DisabledEndpoint | null> {
  const { id, url, disabledReason } = webhookEndpoints;
  const [row] = await read
    .select({ id, url, reason: disabledReason })
    .from(webhookEndpoints)
    .where(and(eq(id, endpointId), eq(webhookEndpoints.version, version)));
  return row && row.reason !== null ? { ...row, reason: row.reason } : null;
}

/** Somebody who still is a manager; null otherwise. */
export async function findManager(read: Executor, userId: string): Promise<Recipient | null> {
  const [row] = await read
    .select({ name: users.displayName, address: users.email })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.active, true), eq(users.role, 'order_manager')));
  return row ?? null;
}
