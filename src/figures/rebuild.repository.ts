import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { LogPlace } from '../history/log-place.ts';
import { everyFulfillment, everyOrder, everyReservation, rebuiltSchema } from './facts.repository.ts';
import { addedUp } from './projection.repository.ts';

const facts = ['order_facts', 'fulfillment_facts', 'reservation_facts'];
const tables = [...facts, 'daily', 'durations'];
const rebuilt = (table: string): SQL => sql.raw(`${rebuiltSchema}.${table}`);
const dayKey = sql.raw('location_id, measure, day, channel, label');
const durationKey = sql.raw('location_id, kind, period, starts_on, channel, seconds');

/** Empty tables like those of the figures, without their keys; and two for what each part comes to. */
export async function startRebuild(transaction: Executor): Promise<void> {
  await transaction.execute(sql.raw(`drop schema if exists ${rebuiltSchema} cascade`));
  await transaction.execute(sql.raw(`create schema ${rebuiltSchema}`));
  for (const table of tables) {
    await transaction.execute(sql`create table ${rebuilt(table)} (like ${sql.raw(`figures.${table}`)})`);
  }
  await transaction.execute(sql`create table ${rebuilt('daily_parts')} (like figures.daily)`);
  await transaction.execute(sql`create table ${rebuilt('duration_parts')} (like figures.durations)`);
}

/** The id with so many orders from the one after `after` up to it; of fewer the last; null when there are none. */
export async function readPartEnd(
  read: Executor,
  after: string | null,
  orders: number,
): Promise<string | null> {
  const [row] = await read.execute<{ id: string | null }>(sql`
    select max(part.id::text) as id from (
      select id from orders where ${after === null ? sql`true` : sql`id > ${after}`} order by id limit ${orders}
    ) as part`);
  return row!.id;
}

/** Counts the orders with an id after the first and up to the second as the projector would, into the new tables. */
export async function rebuildPart(transaction: Executor, after: string | null, to: string): Promise<void> {
  await transaction.execute(sql`
    with touched as materialized (
      select id as order_id from orders where id <= ${to} and ${after === null ? sql`true` : sql`id > ${after}`}
    ), ${everyOrder}, ${everyFulfillment}, ${everyReservation}, ${addedUp},
    summed as (
      insert into ${rebuilt('daily_parts')} (${dayKey}, amount) select ${dayKey}, amount from counted
    )
    insert into ${rebuilt('duration_parts')} (${durationKey}, count) select ${durationKey}, count from timed`);
}

/** Adds the parts up, and makes the keys and indexes that the tables of the figures have. */
export async function addUpParts(transaction: Executor): Promise<void> {
  await transaction.execute(sql`
    insert into ${rebuilt('daily')} (${dayKey}, amount)
    select ${dayKey}, sum(amount) from ${rebuilt('daily_parts')} group by ${dayKey} having sum(amount) <> 0
    order by ${dayKey}`);
  await transaction.execute(sql`
    insert into ${rebuilt('durations')} (${durationKey}, count)
    select ${durationKey}, sum(count) from ${rebuilt('duration_parts')} group by ${durationKey} having sum(count) <> 0
    order by ${durationKey}`);
}

/** The settings, keys and indexes that a table of the figures has, for the new one. */
export async function readDefinitions(read: Executor): Promise<string[]> {
  const rows = await read.execute<{ statement: string }>(sql`
    select format('alter table %I.%I set (%s)', ${rebuiltSchema}::text, relname, array_to_string(reloptions, ', ')) as statement
    from pg_class
    where relnamespace = 'figures'::regnamespace and relname = any(${textArray(tables)}::text[]) and reloptions is not null
    union all
    select format('alter table %I.%I add constraint %I %s', ${rebuiltSchema}::text, relname, conname, pg_get_constraintdef(pg_constraint.oid))
    from pg_constraint join pg_class on pg_class.oid = conrelid
    where relnamespace = 'figures'::regnamespace and relname = any(${textArray(tables)}::text[]) and contype <> 'n'
    union all
    select replace(indexdef, ' ON figures.', ${` ON ${rebuiltSchema}.`})
    from pg_indexes
    where schemaname = 'figures' and tablename = any(${textArray(tables)}::text[])
      and indexname not in (select conname from pg_constraint where connamespace = 'figures'::regnamespace)`);
  return rows.map(({ statement }) => statement);
}

export async function define(transaction: Executor, statement: string): Promise<void> {
  await transaction.execute(sql.raw(statement));
}

export async function analyzeRebuilt(transaction: Executor): Promise<void> {
  for (const table of tables) await transaction.execute(sql`analyze ${rebuilt(table)}`);
}

/** The new tables become the figures, which are then up to the place in the log. All at once, for every reader. */
export async function replaceFigures(transaction: Executor, place: LogPlace): Promise<void> {
  for (const table of tables) {
    await transaction.execute(sql.raw(`drop table figures.${table}`));
    await transaction.execute(sql.raw(`alter table ${rebuiltSchema}.${table} set schema figures`));
  }
  await transaction.execute(sql.raw(`drop schema ${rebuiltSchema} cascade`));
  await transaction.execute(sql`
    update figures.progress
    set transaction_id = ${place.transactionId.toString()}::xid8, position = ${place.position.toString()}::bigint`);
}

const textArray = (values: readonly string[]): string => `{${values.join(',')}}`;
