import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { fulfillmentItems, orderFulfillments } from '../db/tables/fulfillments.ts';
import { inventoryReservations } from '../db/tables/inventory-reservations.ts';
import { orderNotes } from '../db/tables/order-notes.ts';
import { orderItems, orders } from '../db/tables/orders.ts';
import { payments } from '../db/tables/payments.ts';
import { returnItems, returns } from '../db/tables/returns.ts';
import { recordHistory } from '../history/record-history.ts';
import { insertRows } from './insert-rows.ts';
import type { DatedEntry, OrderRecords, RecordsUnderOrders } from './order-records.ts';
import { moveStock } from './stock.ts';

/** Writes whole orders: parents before children, the history last. */
export async function writeOrders(transaction: Executor, records: OrderRecords): Promise<void> {
  await insertRows(transaction, orders, await numbered(transaction, 'ORD', 'order_number', records.orders));
  await insertRows(transaction, orderItems, records.items);
  await insertRows(
    transaction,
    orderFulfillments,
    await numbered(transaction, 'FUL', 'fulfillment_number', records.fulfillments),
  );
  await insertRows(transaction, fulfillmentItems, records.fulfillmentItems);
  await insertRows(transaction, inventoryReservations, records.reservations);
  await insertRows(transaction, orderNotes, records.notes);
  await writeUnderOrders(transaction, records);
}

/** Writes what is added to orders that exist. */
export async function writeUnderOrders(transaction: Executor, records: RecordsUnderOrders): Promise<void> {
  await insertRows(transaction, payments, records.payments);
  await insertRows(transaction, returns, records.returns);
  await insertRows(transaction, returnItems, records.returnItems);
  await moveStock(transaction, records.movements);
  await writeHistory(transaction, records.history);
}

async function writeHistory(transaction: Executor, entries: readonly DatedEntry[]): Promise<void> {
  const performers = new Set(entries.map((entry) => entry.performedById ?? null));
  for (const userId of performers) {
    const theirs = entries.filter((entry) => (entry.performedById ?? null) === userId);
    await recordHistory(transaction, { userId, ipAddress: null, userAgent: null }, theirs);
  }
}

/** Gives the rows their numbers, in their order; a number carries the day of its row. */
async function numbered<Row extends { createdAt: string }>(
  transaction: Executor,
  prefix: string,
  sequence: string,
  rows: readonly Row[],
): Promise<(Row & { number: string })[]> {
  const times = JSON.stringify(rows.map((row) => row.createdAt));
  const numbers = await transaction.execute<{ number: string }>(sql`
    select next_document_number(${prefix}, ${sequence}::text::regclass, at::timestamptz) as number
    from jsonb_array_elements_text(${times}::text::jsonb) with ordinality as moments (at, place) order by place`);
  return rows.map((row, at) => ({ ...row, number: numbers[at]!.number }));
}
