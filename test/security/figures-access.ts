/** The figures' part of `field-access.ts`: all to the manager, counts to customer service, the warehouse its own. */
import type { Role } from '../../src/db/tables/enumerations.ts';
import type { TypeAccess } from './field-access.ts';

const manager: readonly Role[] = ['order_manager'];
const office: readonly Role[] = ['order_manager', 'customer_service'];
const warehouse: readonly Role[] = ['order_manager', 'warehouse_staff'];

const type = (
  ways: readonly string[],
  ...fields: readonly (readonly [readonly Role[], string])[]
): TypeAccess => ({ ways: () => ways, fields });

export const figuresAccess: Readonly<Record<string, TypeAccess>> = {
  Dashboard: type(
    ['dashboard { @ }'],
    [
      office,
      'asOf from to orderCounts fulfillmentCounts backlog openCount heldCount lateCount unitsReserved',
    ],
    [manager, 'kpis revenue'],
  ),
  OrderCount: type(['dashboard { orderCounts { @ } }'], [office, 'status channel count']),
  BacklogCount: type(['dashboard { backlog { @ } }'], [office, 'status age count']),
  FulfillmentCount: type(
    ['dashboard { fulfillmentCounts { @ } }', 'fulfillmentStatistics { fulfillmentCounts { @ } }'],
    [['order_manager', 'warehouse_staff', 'customer_service'], 'status count'],
  ),
  Kpi: type(['dashboard { kpis { @ } }'], [manager, 'name unit value previous change']),
  RevenueKpi: type(['dashboard { revenue { @ } }'], [manager, 'value previous']),
  Statistics: type(
    ['statistics { @ }'],
    [
      manager,
      'from to asOf ordersCreated ordersShipped processingTime completion cancellation refund returned',
    ],
    [manager, 'fulfillmentCycleTime packingTime pickingAccuracy onTimeShipping reservationUtilisation'],
    [manager, 'reservationExpiry stockOutIncidents oversellingIncidents ordersWithNotes internalNotes'],
    [manager, 'publicNotes firstResponseTime revenue refunded orderCounts backlog daily'],
  ),
  DailyFigures: type(
    ['statistics { daily { @ } }'],
    [manager, 'day ordersCreated createdByChannel ordersShipped ordersCancelled onTimeShipping'],
    [manager, 'meanProcessingSeconds revenue'],
  ),
  ChannelCount: type(['statistics { daily { createdByChannel { @ } } }'], [manager, 'channel count']),
  FulfillmentStatistics: type(
    ['fulfillmentStatistics { @ }'],
    [warehouse, 'from to asOf created packed shipped cycleTime packingTime pickingAccuracy onTimeShipping'],
    [warehouse, 'fulfillmentCounts daily'],
  ),
  DailyFulfillmentFigures: type(
    ['fulfillmentStatistics { daily { @ } }'],
    [warehouse, 'day created packed shipped meanCycleSeconds meanPackingSeconds pickingAccuracy'],
  ),
  DurationFigures: type(
    ['fulfillmentStatistics { cycleTime { @ } }'],
    [warehouse, 'count meanSeconds medianSeconds ninetiethPercentileSeconds'],
  ),
  Rate: type(['fulfillmentStatistics { onTimeShipping { @ } }'], [warehouse, 'count of rate']),
};
