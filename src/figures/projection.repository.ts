import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { uuidArray } from '../db/prepared.ts';
import { always, everywhere } from '../db/tables/figures.ts';
import type { LogPlace } from '../history/log-place.ts';
import { fulfillmentChanges, orderChanges, reservationChanges } from './facts.repository.ts';

/** Any number; it only has to be the same in every worker. */
const projectorLock = 4_150_230_109;

/**
 * Whether this transaction may move the figures on: one at a time may. An advisory lock, which gives the transaction no
 * id: until it writes, at its very end, it holds back nobody's events.
 */
export async function tryProjectorTurn(transaction: Executor): Promise<boolean> {
  // What a crash of PostgreSQL takes of such a transaction, it takes with the place in the log.
  const [row] = await transaction.execute<{ taken: boolean }>(sql`
    select pg_try_advisory_xact_lock(${projectorLock}) as taken, set_config('synchronous_commit', 'off', true)`);
  return row!.taken;
}

/** The turn until the transaction ends, waited for. */
export async function waitForProjectorTurn(transaction: Executor): Promise<void> {
  await transaction.execute(sql`select pg_advisory_xact_lock(${projectorLock})`);
}

export async function readProgress(executor: Executor): Promise<LogPlace> {
  const [row] = await executor.execute<{ transactionId: string; position: string }>(sql`
    select transaction_id::text as "transactionId", position::text as position from figures.progress`);
  return { transactionId: BigInt(row!.transactionId), position: BigInt(row!.position) };
}

/** Fails when somebody else has moved it meanwhile: then the transaction has counted what was counted already. */
export async function saveProgress(transaction: Executor, from: LogPlace, to: LogPlace): Promise<void> {
  const moved = await transaction.execute(sql`
    update figures.progress
    set transaction_id = ${to.transactionId.toString()}::xid8, position = ${to.position.toString()}::bigint
    where transaction_id = ${from.transactionId.toString()}::xid8 and position = ${from.position.toString()}::bigint
    returning 1`);
  if (moved.length !== 1) throw new Error('The figures were moved on by somebody else at the same time.');
}

const locations = sql`unnest(location_ids || ${everywhere}::uuid) as location_id`;
const bothLocations = sql`(values (change.location_id), (${everywhere}::uuid)) as place (location_id)`;

/** What each order adds to which day. */
const orderCounts = sql`
  select sign, channel, location_id, counted.*
  from change_of_orders as change cross join lateral ${locations}
    cross join lateral (values
      ('order_status'::figures.measure, created_on, status::text, 1::bigint),
      ('order_standing', ${always}::date, status::text, 1),
      ('order_open', created_on, status::text, is_open::integer),
      ('order_held', ${always}::date, '', is_held::integer),
      ('order_completed', created_on, '', was_completed::integer),
      ('order_cancelled', created_on, '', was_cancelled::integer),
      ('order_refunded', created_on, '', was_refunded::integer),
      ('order_returned', created_on, '', was_returned::integer),
      ('order_with_note', created_on, '', (internal_notes + public_notes > 0)::integer),
      ('note_internal', created_on, '', internal_notes),
      ('note_public', created_on, '', public_notes),
      ('revenue', created_on, currency, revenue_minor),
      ('refunds', created_on, currency, refunded_minor),
      ('order_shipped', shipped_on, '', 1),
      ('order_promised', shipped_on, '', (was_on_time is not null)::integer),
      ('order_on_time', shipped_on, '', was_on_time::integer),
      ('processing_time', shipped_on, '', processing_time),
      ('response_time', asked_on, '', response_time)
    ) as counted (measure, day, label, amount)
  where day is not null and amount <> 0`;

const fulfillmentCounts = sql`
  select sign, channel, place.location_id, counted.*
  from change_of_fulfillments as change cross join lateral ${bothLocations}
    cross join lateral (values
      ('fulfillment_status'::figures.measure, created_on, status::text, 1::bigint),
      ('fulfillment_standing', ${always}::date, status::text, 1),
      ('fulfillment_shipped', shipped_on, '', 1),
      ('cycle_time', shipped_on, '', cycle_time),
      ('fulfillment_packed', packed_on, '', 1),
      ('packing_time', packed_on, '', packing_time),
      ('units_picked', picked_on, '', units_picked),
      ('mis_scans', picked_on, '', mis_scans)
    ) as counted (measure, day, label, amount)
  where day is not null and amount <> 0`;

const reservationCounts = sql`
  select sign, channel, place.location_id, counted.*
  from change_of_reservations as change cross join lateral ${bothLocations}
    cross join lateral (values
      ('units_reserved'::figures.measure, created_on, '', units_reserved),
      ('units_fulfilled', created_on, '', units_fulfilled),
      ('units_expired', created_on, '', units_expired),
      ('units_held', ${always}::date, '', units_held)
    ) as counted (measure, day, label, amount)
  where amount <> 0`;

/** How long things took, for their distribution. */
const tookOf = sql`
  select sign, channel, location_id, took.*
  from change_of_orders as change cross join lateral ${locations}
    cross join lateral (values
      ('processing_time'::figures.duration_kind, shipped_on, processing_time),
      ('response_time', asked_on, response_time)
    ) as took (kind, day, microseconds)
  where microseconds is not null
  union all
  select sign, channel, place.location_id, took.*
  from change_of_fulfillments as change cross join lateral ${bothLocations}
    cross join lateral (values
      ('cycle_time'::figures.duration_kind, shipped_on, cycle_time), ('packing_time', packed_on, packing_time)
    ) as took (kind, day, microseconds)
  where microseconds is not null`;

/** What the changes come to: `counted` of the days, `timed` of the distributions. */
export const addedUp: SQL = sql`
  counted as materialized (
    select location_id, measure, day, channel, label, sum(sign * amount)::bigint as amount
    from (${orderCounts} union all ${fulfillmentCounts} union all ${reservationCounts}) as each
    group by location_id, measure, day, channel, label having sum(sign * amount) <> 0
  ), timed as materialized (
    select location_id, kind, period, starts_on, channel, figures.round_duration(microseconds) as seconds,
      sum(sign) as count
    from (${tookOf}) as each
      cross join lateral (values
        ('day'::figures.period, day), ('month', date_trunc('month', day)::date)
      ) as span (period, starts_on)
    group by location_id, kind, period, starts_on, channel, figures.round_duration(microseconds)
    having sum(sign) <> 0
  )`;

/**
 * Brings the figures up to what the tables say of these orders: what has changed since they were last looked at is
 * taken out as it was and put in as it is. To do it twice changes nothing, so it does not matter that the tables may be
 * ahead of the log here. One statement: nothing is written before everything is computed.
 */
export async function projectOrders(transaction: Executor, orderIds: readonly string[]): Promise<void> {
  const emptied = await transaction.execute(sql`
    with touched as materialized (select unnest(${uuidArray(orderIds)}::uuid[]) as order_id),
    ${orderChanges}, ${fulfillmentChanges}, ${reservationChanges}, ${addedUp},
    summed as (
      insert into figures.daily as daily (location_id, measure, day, channel, label, amount)
      select location_id, measure, day, channel, label, amount from counted
      -- So that the durations are computed before this writes, too.
      where (select count(*) from timed) >= 0
      on conflict (location_id, measure, day, channel, label) do update set amount = daily.amount + excluded.amount
      returning location_id, measure, day, channel, label, amount
    ), distributed as (
      insert into figures.durations as durations (location_id, kind, period, starts_on, channel, seconds, count)
      select location_id, kind, period, starts_on, channel, seconds, count from timed
      on conflict (location_id, kind, period, starts_on, channel, seconds)
        do update set count = durations.count + excluded.count
    )
    select location_id, day, channel, label from summed where measure = 'order_open' and amount = 0`);
  if (emptied.length > 0) await forgetEmptied(transaction, emptied);
}

/** Days of which nothing is open any more: there are ever more of them, and the backlog is read every second. */
async function forgetEmptied(
  transaction: Executor,
  emptied: readonly Record<string, unknown>[],
): Promise<void> {
  await transaction.execute(sql`
    delete from figures.daily
    using jsonb_to_recordset(${JSON.stringify(emptied)}::text::jsonb)
      as emptied (location_id uuid, day date, channel channel, label text)
    where daily.location_id = emptied.location_id and measure = 'order_open' and daily.day = emptied.day
      and daily.channel = emptied.channel and daily.label = emptied.label`);
}
