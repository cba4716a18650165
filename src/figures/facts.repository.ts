import { getTableColumns, getTableName, sql, type SQL, type Table } from 'drizzle-orm';
import { fulfillmentFacts, orderFacts, reservationFacts } from '../db/tables/figures.ts';

/** The day in UTC. */
const dayOf = (moment: string): SQL => sql.raw(`(${moment} at time zone 'UTC')::date`);

/**
 * What the figures take of the orders in `touched (order_id)`, as the tables hold it now. The columns are those of
 * the tables of facts, in their order.
 */
export const currentOrderFacts = sql`
  select orders.id as order_id, orders.channel, orders.status,
    orders.status in ('pending', 'confirmed', 'processing', 'packed') as is_open,
    orders.held_at is not null and orders.status in ('pending', 'confirmed', 'processing', 'packed') as is_held,
    ${dayOf('orders.created_at')} as created_on, orders.promised_ship_at, ${dayOf('orders.shipped_at')} as shipped_on,
    figures.microseconds(orders.shipped_at - orders.created_at) as processing_time,
    orders.shipped_at <= orders.promised_ship_at as was_on_time,
    orders.completed_at is not null as was_completed, orders.cancelled_at is not null as was_cancelled,
    orders.refunded_minor > 0 as was_refunded,
    exists (select from returns where returns.order_id = orders.id and returns.status in ('received', 'refunded'))
      as was_returned,
    orders.currency, case when orders.cancelled_at is null then orders.total_minor else 0 end as revenue_minor,
    orders.refunded_minor, coalesce(noted.internal, 0) as internal_notes, coalesce(noted.public, 0) as public_notes,
    ${dayOf('question.created_at')} as asked_on,
    figures.microseconds(answer.created_at - question.created_at) as response_time,
    array(
      select location_id from order_fulfillments where order_fulfillments.order_id = orders.id
      union select location_id from inventory_reservations where inventory_reservations.order_id = orders.id
      order by location_id
    ) as location_ids
  from touched
    join orders on orders.id = touched.order_id
    left join lateral (
      select (count(*) filter (where is_internal))::integer as internal,
        (count(*) filter (where not is_internal))::integer as public
      from order_notes where order_notes.order_id = orders.id
    ) as noted on true
    left join lateral (
      select order_notes.created_at
      from order_notes join users on users.id = order_notes.created_by_id and users.role = 'customer'
      where order_notes.order_id = orders.id
      order by order_notes.created_at limit 1
    ) as question on noted.public > 0
    left join lateral (
      select order_notes.created_at
      from order_notes join users on users.id = order_notes.created_by_id and users.role <> 'customer'
      where order_notes.order_id = orders.id and not is_internal and order_notes.created_at > question.created_at
      order by order_notes.created_at limit 1
    ) as answer on true`;

export const currentFulfillmentFacts = sql`
  select parcel.order_id, parcel.id as fulfillment_id, orders.channel, parcel.location_id, parcel.status,
    ${dayOf('parcel.created_at')} as created_on, ${dayOf('parcel.shipped_at')} as shipped_on,
    figures.microseconds(parcel.shipped_at - parcel.created_at) as cycle_time,
    case when parcel.packing_started_at is not null then ${dayOf('parcel.packing_completed_at')} end as packed_on,
    figures.microseconds(parcel.packing_completed_at - parcel.packing_started_at) as packing_time,
    ${dayOf('parcel.picking_completed_at')} as picked_on, picked.units as units_picked,
    parcel.mis_scan_count + picked.mis_scans as mis_scans
  from touched
    join orders on orders.id = touched.order_id
    join order_fulfillments as parcel on parcel.order_id = orders.id
    cross join lateral (
      select coalesce(sum(quantity_picked), 0) as units, coalesce(sum(quantity_mis_scanned), 0) as mis_scans
      from fulfillment_items where fulfillment_items.fulfillment_id = parcel.id
    ) as picked`;

export const currentReservationFacts = sql`
  select orders.id as order_id, kept.location_id, orders.channel, ${dayOf('orders.created_at')} as created_on,
    sum(kept.quantity_reserved) as units_reserved, sum(kept.quantity_fulfilled) as units_fulfilled,
    coalesce(sum(kept.quantity_released) filter (where kept.release_reason = 'expired'), 0) as units_expired,
    sum(kept.quantity_remaining) as units_held
  from touched
    join orders on orders.id = touched.order_id
    join inventory_reservations as kept on kept.order_id = orders.id
  group by orders.id, kept.location_id`;

/**
 * Three subqueries of each kind of fact: `changed_…` are the facts that are not yet in the figures as they are now,
 * `change_of_…` the same with sign 1 and what they replace with sign -1, `kept_…` writes them.
 */
export function changesOf(name: string, table: Table, keys: readonly string[], current: SQL): SQL {
  const columns = Object.values(getTableColumns(table)).map((column) => column.name);
  const list = (prefix: string, names = columns): SQL =>
    sql.raw(names.map((column) => `${prefix}.${column}`).join(', '));
  const rest = columns.filter((column) => !keys.includes(column));
  const [key, setters] = [sql.raw(keys.join(', ')), sql.raw(rest.join(', '))];
  const id = sql.raw(name);
  return sql`
    changed_${id} as materialized (
      select current.* from (${current}) as current
        left join ${table} as earlier using (${key})
      where (${list('current')}) is distinct from (${list('earlier')})
    ), change_of_${id} as (
      select 1 as sign, ${list('changed')} from changed_${id} as changed
      union all
      select -1, ${list('earlier')} from changed_${id} as changed join ${table} as earlier using (${key})
    ), kept_${id} as (
      insert into ${table} (${sql.raw(columns.join(', '))})
      select ${list('changed')} from changed_${id} as changed
      on conflict (${key}) do update set (${setters}) = row(${list('excluded', rest)})
    )`;
}

/** Where a rebuild puts the tables of the figures until they take the place of the old ones. */
export const rebuiltSchema = 'figures_rebuilt';

/** `change_of_…` and `kept_…` for a rebuild, where nothing was counted before. */
function allOf(name: string, table: Table, current: SQL): SQL {
  const columns = sql.raw(
    Object.values(getTableColumns(table))
      .map((column) => column.name)
      .join(', '),
  );
  const id = sql.raw(name);
  return sql`
    change_of_${id} as materialized (
      select 1 as sign, current.* from (${current}) as current
    ), kept_${id} as (
      insert into ${sql.raw(`${rebuiltSchema}.${getTableName(table)}`)} (${columns})
      select ${columns} from change_of_${id}
    )`;
}

export const everyOrder = allOf('orders', orderFacts, currentOrderFacts);
export const everyFulfillment = allOf('fulfillments', fulfillmentFacts, currentFulfillmentFacts);
export const everyReservation = allOf('reservations', reservationFacts, currentReservationFacts);

export const orderChanges = changesOf('orders', orderFacts, ['order_id'], currentOrderFacts);
export const fulfillmentChanges = changesOf(
  'fulfillments',
  fulfillmentFacts,
  ['order_id', 'fulfillment_id'],
  currentFulfillmentFacts,
);
export const reservationChanges = changesOf(
  'reservations',
  reservationFacts,
  ['order_id', 'location_id'],
  currentReservationFacts,
);
