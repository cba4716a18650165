import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../db/driver/database.ts';
import type { Channel } from '../db/tables/enumerations.ts';
import { emptyRecords, type MovementRow, type OrderRecords } from './order-records.ts';
import { moveStock, receiveWhatIsMissing, unitsLeaving, type StockNeed } from './stock.ts';
import { writeOrders } from './write-records.ts';

/** The smallest thing that is imported whole or not at all: an order with its returns, or a change of stock. */
export type ImportUnit =
  | { readonly kind: 'order'; readonly reference: string; readonly records: OrderRecords }
  | { readonly kind: 'adjustment'; readonly reference: string; readonly movement: MovementRow };

export interface Progress {
  start(label: string, total: number): void;
  advance(by: number): void;
  stop(): void;
}

/** A long transaction would hold back everybody's events; this many units take about half a second. */
const unitsPerTransaction = 250;
/** Any number; two imports take turns, batch by batch. */
const importLock = 4_150_230_108;

export async function takeImportTurn(transaction: Executor): Promise<void> {
  await transaction.execute(sql`select pg_advisory_xact_lock(${importLock})`);
}

/** The history is partitioned by month; makes the months that the source spans. */
export async function prepareHistory(database: Database, from: string, to: string): Promise<void> {
  await database.transaction((transaction) =>
    transaction.execute(sql`select ensure_history_partitions(${from}::timestamptz, ${to}::timestamptz)`),
  );
}

/** Writes the units that are not there yet, in bounded transactions. Returns the references of those that were. */
export async function importUnits(
  database: Database,
  source: string,
  channel: Channel,
  units: readonly ImportUnit[],
  closing: { locationId: string; stock: ReadonlyMap<string, number> },
  progress: Progress,
): Promise<Set<string>> {
  const alreadyThere = new Set<string>();
  const leaving = unitsLeaving(units.flatMap(movementsOf));
  const need: StockNeed = { locationId: closing.locationId, leaving, closing: closing.stock };
  progress.start(source, units.length);
  for (let at = 0; at < units.length; at += unitsPerTransaction) {
    const batch = units.slice(at, at + unitsPerTransaction);
    const found = await database.transaction((transaction) =>
      importBatch(transaction, source, channel, batch, need),
    );
    for (const reference of found) alreadyThere.add(reference);
    for (const [variantId, quantity] of unitsLeaving(batch.flatMap(movementsOf))) {
      leaving.set(variantId, leaving.get(variantId)! - quantity);
    }
    progress.advance(batch.length);
  }
  progress.stop();
  return alreadyThere;
}

async function importBatch(
  transaction: Executor,
  source: string,
  channel: Channel,
  batch: readonly ImportUnit[],
  need: StockNeed,
): Promise<Set<string>> {
  await takeImportTurn(transaction);
  const found = await unitsAlreadyThere(transaction, channel, batch);
  const fresh = batch.filter((unit) => !found.has(unit.reference));
  await receiveWhatIsMissing(transaction, source, need, fresh.flatMap(movementsOf));
  await writeOrders(transaction, joined(fresh));
  await moveStock(
    transaction,
    fresh.flatMap((unit) => (unit.kind === 'adjustment' ? [unit.movement] : [])),
  );
  return found;
}

async function unitsAlreadyThere(
  transaction: Executor,
  channel: Channel,
  batch: readonly ImportUnit[],
): Promise<Set<string>> {
  const references = batch.filter((unit) => unit.kind === 'order').map((unit) => unit.reference);
  const found = await transaction.execute<{ external_reference: string }>(sql`
    select external_reference from orders where channel = ${channel} and external_reference in (
      select jsonb_array_elements_text(${JSON.stringify(references)}::text::jsonb))`);
  const adjustments = batch.flatMap((unit) => (unit.kind === 'adjustment' ? [unit] : []));
  const movementIds = JSON.stringify(adjustments.map((unit) => unit.movement.id));
  const moved = await transaction.execute<{ id: string }>(sql`
    select id from stock_movements where id in (
      select value::uuid from jsonb_array_elements_text(${movementIds}::text::jsonb))`);
  const movedIds = new Set(moved.map((row) => row.id));
  return new Set([
    ...found.map((row) => row.external_reference),
    ...adjustments.filter((unit) => movedIds.has(unit.movement.id)).map((unit) => unit.reference),
  ]);
}

function movementsOf(unit: ImportUnit): readonly MovementRow[] {
  return unit.kind === 'order' ? unit.records.movements : [unit.movement];
}

function joined(units: readonly ImportUnit[]): OrderRecords {
  const all = emptyRecords();
  for (const unit of units) {
    if (unit.kind !== 'order') continue;
    for (const [kind, rows] of Object.entries(unit.records)) {
      (all[kind as keyof OrderRecords] as unknown[]).push(...(rows as unknown[]));
    }
  }
  return all;
}
