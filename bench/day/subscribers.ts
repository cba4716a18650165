import type postgres from 'postgres';
import { BenchError } from '../arguments.ts';
import type { Listeners } from '../live/listeners.ts';
import { nowMs, type Deliveries, type OpenListeners } from '../live/messages.ts';
import { locations } from '../writes/scenarios.ts';
import { dashboards } from './load.ts';

export const subscribers = 100;

const screen = `subscription ($filter: FulfillmentStatusFilter) { fulfillmentStatusChanged(filter: $filter) {
  occurredAt cursor oldStatus newStatus fulfillment { id number status version assignedTo { displayName } }
  order { id number status priority } } }`;
const liveDashboard = `subscription { dashboardChanged(days: 30) { cursor dashboard { openCount lateCount heldCount
  orderCounts { status count } } } }`;
const ofDashboards = 'dashboards';

/** Warehouse screens, each of one location, and dashboards. */
export function subscriptions(staff: string, manager: string): OpenListeners['sockets'] {
  const screens = Array.from({ length: subscribers }, (_, index) => {
    const locationCode = locations[index % locations.length]!;
    const variables = { filter: { locationCode } };
    return { group: locationCode, token: staff, query: screen, variables, stalled: false };
  });
  const boards = Array.from({ length: dashboards }, () => ({
    group: ofDashboards,
    token: manager,
    query: liveDashboard,
    variables: {},
    stalled: false,
  }));
  return [...screens, ...boards];
}

/** Every subscriber has had each change of a fulfillment at its location, once. */
export async function requireAllEvents(
  client: postgres.Sql,
  listeners: Listeners,
  startedAt: string,
): Promise<Deliveries> {
  const events = await client<{ tag: string; group: string; epochMs: number }[]>`
    select to_char(order_history.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as tag, code as "group",
      (extract(epoch from order_history.created_at) * 1000)::float8 as "epochMs"
    from order_history
      join order_fulfillments on order_fulfillments.id = fulfillment_id
      join stock_locations on stock_locations.id = location_id
    where order_history.created_at >= ${startedAt}::timestamptz
      and new_status is not null and new_status is distinct from old_status`;
  // The database's clock and the bench's are one machine's.
  const offsetMs = nowMs() - Date.now();
  const commits = events.map(({ tag, group, epochMs }) => ({
    tag: `${tag.replace(/\.?0+$/, '')}Z`,
    group,
    atMs: epochMs + offsetMs,
  }));
  const told = await listeners.collect(commits);
  for (const [group, { sockets, least, most, doubled, untagged }] of Object.entries(told.perGroup)) {
    if (group === ofDashboards) {
      // Two messages each are the answers at the beginning.
      if (untagged <= 2 * sockets) throw new BenchError('No dashboard was told of any change.');
      continue;
    }
    const expected = commits.filter((commit) => commit.group === group).length;
    if (least === expected && most === expected && doubled === 0) continue;
    throw new BenchError(
      `Of ${expected} events the ${sockets} sockets of ${group} had from ${least} to ${most}, ${doubled} of them some twice.`,
    );
  }
  if (told.cutOff > 0) throw new BenchError(`${told.cutOff} subscribers were cut off.`);
  return told;
}

export function countDashboardMessages({ perGroup }: Deliveries): number {
  const { untagged, sockets } = perGroup[ofDashboards]!;
  return untagged - 2 * sockets;
}
