import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import type { ReservationReleaseReason, StockMovementReason } from '../db/tables/enumerations.ts';

/** Units of a line of an order at a location. */
export interface UnitsOfLine {
  readonly orderItemId: string;
  readonly locationId: string;
  readonly quantity: number;
  /** Where they are to come from one reservation alone. */
  readonly reservationId?: string;
}

/**
 * Gives back a part of what an order's active reservations hold: so many units a line and location, from the
 * latest reservation backward, since shipping uses them up from the oldest. One statement that locks the levels
 * in (variant, location) order; the caller holds the order's lock. Returns the number of units released, which
 * is less than asked for where less was reserved.
 */
export async function releaseUnits(
  transaction: Executor,
  release: { orderId: string; performedById: string | null; reason: ReservationReleaseReason; now: string },
  lines: readonly UnitsOfLine[],
): Promise<number> {
  // The ledger tells what lapsed from what somebody gave back.
  const movementReason: StockMovementReason = release.reason === 'expired' ? 'expired' : 'released';
  const [row] = await transaction.execute<{ units: number }>(sql`
    with line as (
      select "orderItemId" as order_item_id, "locationId" as location_id, "reservationId" as reservation_id,
        sum(quantity)::integer as quantity
      from jsonb_to_recordset(${JSON.stringify(lines)}::text::jsonb) as line (
        "orderItemId" uuid, "locationId" uuid, "reservationId" uuid, quantity integer)
      group by "orderItemId", "locationId", "reservationId"
    ), candidate as materialized (
      select inventory_reservations.id, variant_id, location_id, line.quantity, quantity_remaining,
        sum(quantity_remaining) over (
          partition by order_item_id, location_id, line.reservation_id
          order by created_at desc, inventory_reservations.id desc
        ) as up_to
      from inventory_reservations join line using (order_item_id, location_id)
      where order_id = ${release.orderId}::uuid and is_active
        and (line.reservation_id is null or line.reservation_id = inventory_reservations.id)
    ), part as materialized (
      select id, variant_id, location_id,
        least(quantity_remaining, greatest(quantity - (up_to - quantity_remaining), 0))::integer as quantity
      from candidate
    ), level as (
      select variant_id, location_id from stock_levels
      where (variant_id, location_id) in (select variant_id, location_id from part)
      order by variant_id, location_id
      for update
    ), given_back as (
      select variant_id, location_id, sum(quantity)::integer as quantity
      from part join level using (variant_id, location_id)
      where quantity > 0
      group by variant_id, location_id
    ), released as (
      update inventory_reservations
      set quantity_released = quantity_released + part.quantity,
        released_at = ${release.now}::timestamptz,
        release_reason = ${release.reason}::reservation_release_reason
      from part where part.id = inventory_reservations.id and part.quantity > 0
    ), changed as (
      update stock_levels set reserved = stock_levels.reserved - given_back.quantity
      from given_back
      where stock_levels.variant_id = given_back.variant_id and stock_levels.location_id = given_back.location_id
    ), moved as (
      insert into stock_movements
        (variant_id, location_id, on_hand_change, reserved_change, reason, order_id, performed_by_id)
      select variant_id, location_id, 0, -quantity, ${movementReason}::stock_movement_reason,
        ${release.orderId}::uuid, ${release.performedById}::uuid
      from given_back
    )
    select coalesce(sum(quantity), 0)::integer as units from given_back`);
  return row!.units;
}

interface LockedLevel extends Record<string, unknown> {
  locationId: string;
  locationCode: string;
  active: boolean;
  available: number;
}

/**
 * All levels of a variant, locked in the order in which everybody locks them, and listed in the order of
 * allocation. Whoever gives back at one location and then reserves at another would otherwise lock them in
 * whatever order that happens to be.
 */
export async function lockLevelsOfVariant(transaction: Executor, variantId: string): Promise<LockedLevel[]> {
  await transaction.execute(sql`
    select from stock_levels where variant_id = ${variantId}::uuid order by variant_id, location_id for update`);
  const rows = await transaction.execute<LockedLevel>(sql`
    select location_id as "locationId", code as "locationCode", active, on_hand - reserved as available
    from stock_levels join stock_locations on stock_locations.id = location_id
    where variant_id = ${variantId}::uuid
    order by priority, location_id`);
  return [...rows];
}
