import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from '../arguments.ts';
import { sendMany } from '../load.ts';
import { postgresProcessorMs, processorMs } from '../processor-time.ts';
import { nowMs, type Commit, type Deliveries, type OpenListeners } from './messages.ts';
import { locations, orderAt, type World } from './world.ts';
import { writeEvents } from './writer.ts';

/** What a warehouse screen asks for. */
const screen = `subscription ($filter: FulfillmentStatusFilter, $after: String) {
  fulfillmentStatusChanged(filter: $filter, after: $after) {
    occurredAt cursor oldStatus newStatus
    fulfillment { id number status version location { code } assignedTo { displayName } }
    order { id number status priority }
  }
}`;
/** So much that a socket which is not read is soon full. */
const large = screen.replace(
  'order { id',
  'order { items(first: 10) { nodes { id sku name quantity } } history(first: 20) { nodes { id action description createdAt } } id',
);
const everything = 'everything';
const socketCount = 1_000;
const limitMs = 100;

type SocketPlan = OpenListeners['sockets'][number];

export interface Row {
  readonly scenario: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly sockets: number;
  readonly told: Deliveries;
  /** Of the server, for one event to one socket, with reading it from the log. */
  readonly serverMicroseconds: number;
  /** Of the server and of PostgreSQL, in hundredths of one core. */
  readonly serverShare: number;
  readonly postgresShare: number;
}

function atLocations(world: World, count: number): SocketPlan[] {
  return Array.from({ length: count }, (_, index) => {
    const locationCode = locations[index % locations.length]!;
    const variables = { filter: { locationCode }, after: null };
    return { group: locationCode, token: world.tokens.staff, query: screen, variables, stalled: false };
  });
}

function ofEverything(world: World, count: number): SocketPlan[] {
  const plan = { group: everything, token: world.tokens.staff, query: screen, stalled: false };
  return Array.from({ length: count }, () => ({ ...plan, variables: { filter: null, after: null } }));
}

async function withSockets<Result>(
  world: World,
  sockets: readonly SocketPlan[],
  work: () => Promise<Result>,
): Promise<Result> {
  await world.listeners.open({ url: world.server.url, sockets });
  try {
    return await work();
  } finally {
    await world.listeners.closeAll();
    await sleep(500);
  }
}

/** Writes events and measures what becomes of them; every socket must get all of its own, each once. */
async function measure(
  world: World,
  scenario: string,
  sockets: number,
  rate: { perSecond: number; seconds: number },
): Promise<Row> {
  const atStart = [nowMs(), processorMs(world.server.pid), postgresProcessorMs(world.postmaster)] as const;
  const commits = await writeEvents(world.database, world.fulfillments, rate);
  const told = await world.listeners.collect(commits);
  const [wallMs, serverMs, postgresMs] = [
    told.lastAtMs - atStart[0],
    processorMs(world.server.pid) - atStart[1],
    postgresProcessorMs(world.postmaster) - atStart[2],
  ];
  requireComplete(told, commits);
  return {
    scenario,
    perSecond: rate.perSecond,
    seconds: wallMs / 1000,
    sockets,
    told,
    serverMicroseconds: (serverMs * 1000) / told.deliveries,
    serverShare: (100 * serverMs) / wallMs,
    postgresShare: (100 * postgresMs) / wallMs,
  };
}

function requireComplete({ perGroup }: Deliveries, commits: readonly Commit[]): void {
  for (const [group, { sockets, least, most, doubled }] of Object.entries(perGroup)) {
    if (group === 'stalled') continue;
    const expected = commits.filter((commit) => group === everything || commit.group === group).length;
    if (least === expected && most === expected && doubled === 0) continue;
    throw new BenchError(
      `Of ${expected} events the ${sockets} sockets of ${group} had from ${least} to ${most}, ${doubled} of them some twice.`,
    );
  }
}

const warmUp = { perSecond: 50, seconds: 3 };

/** A thousand warehouse screens, a tenth of them at each of ten locations. */
export function byLocation(world: World, seconds: number): Promise<Row> {
  return withSockets(world, atLocations(world, socketCount), async () => {
    await measure(world, '', socketCount, warmUp);
    return measure(world, '1,000 sockets, each with one of 10 locations', socketCount, {
      perSecond: 100,
      seconds,
    });
  });
}

/** A thousand that want everything, at growing rates until the limit is passed. */
export function ofAll(world: World, seconds: number): Promise<Row[]> {
  return withSockets(world, ofEverything(world, socketCount), async () => {
    await measure(world, '', socketCount, { ...warmUp, perSecond: 10 });
    const rows: Row[] = [];
    for (const perSecond of [10, 25, 50, 75, 100, 150, 200]) {
      rows.push(
        await measure(world, '1,000 sockets that want everything', socketCount, { perSecond, seconds }),
      );
      if (rows.at(-1)!.told.p99Ms > limitMs) break;
    }
    return rows;
  });
}

/** A hundred sockets that are not read, beside nine hundred that are. */
export async function withStalled(world: World, seconds: number): Promise<Row[]> {
  const live = atLocations(world, socketCount - 100);
  const rate = { perSecond: 100, seconds };
  const without = await withSockets(world, live, async () => {
    await measure(world, '', live.length, warmUp);
    return measure(world, '900 sockets with a location', live.length, rate);
  });
  const stalled = Array.from({ length: 100 }, () => ({
    group: 'stalled',
    token: world.tokens.staff,
    query: large,
    variables: { filter: null, after: null },
    stalled: true,
  }));
  const beside = await withSockets(world, [...live, ...stalled], async () => {
    await measure(world, '', live.length, warmUp);
    const row = await measure(world, 'the same 900, beside 100 that read nothing', live.length, {
      ...rate,
      seconds: seconds * 2,
    });
    await world.listeners.readAgain();
    const { cutOff } = await world.listeners.collect([]);
    return { ...row, told: { ...row.told, cutOff } };
  });
  return [without, beside];
}

export interface WriterRow {
  readonly listeners: string;
  readonly ordersPerSecond: number;
  readonly serverMs: number;
  readonly postgresMs: number;
}

/** Orders placed with and without listeners, in turns. */
export async function writers(world: World, rounds: number, turnMs: number): Promise<WriterRow[]> {
  const nowhere = atLocations(world, socketCount).map((plan) => ({
    ...plan,
    variables: { filter: { locationCode: 'ELSEWHERE' }, after: null },
  }));
  const sides = [
    { listeners: 'none', plans: [] as SocketPlan[], turns: [] as WriterRow[] },
    { listeners: '1,000 sockets that want other events', plans: nowhere, turns: [] as WriterRow[] },
  ];
  await placeFor(world, turnMs, '');
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const turn = () => placeFor(world, turnMs, side.listeners);
      side.turns.push(await withSockets(world, side.plans, turn));
    }
  }
  const mean = (turns: WriterRow[], of: (turn: WriterRow) => number): number =>
    turns.reduce((sum, turn) => sum + of(turn), 0) / turns.length;
  return sides.map(({ listeners, turns }) => ({
    listeners,
    ordersPerSecond: mean(turns, (turn) => turn.ordersPerSecond),
    serverMs: mean(turns, (turn) => turn.serverMs),
    postgresMs: mean(turns, (turn) => turn.postgresMs),
  }));
}

async function placeFor(world: World, turnMs: number, listeners: string): Promise<WriterRow> {
  const { url, pid } = world.server;
  const requests = locations.map((code) => orderAt(url, world.tokens.manager, code));
  const atStart = [nowMs(), processorMs(pid), postgresProcessorMs(world.postmaster)] as const;
  let orders = 0;
  while (nowMs() - atStart[0] < turnMs) {
    await sendMany(requests, 40, 4);
    orders += 40;
  }
  return {
    listeners,
    ordersPerSecond: (orders * 1000) / (nowMs() - atStart[0]),
    serverMs: (processorMs(pid) - atStart[1]) / orders,
    postgresMs: (postgresProcessorMs(world.postmaster) - atStart[2]) / orders,
  };
}

/** Resident memory of a server that has only started, for one socket with one subscription, in bytes. */
export async function memory(world: World): Promise<{ atStart: number; perSocket: number }> {
  await world.server.stop();
  world.server = await world.startServer();
  await withSockets(world, atLocations(world, 10), () => sleep(2_000));
  const atStart = residentBytes(world.server.pid);
  const withAll = await withSockets(world, atLocations(world, socketCount), async () => {
    await sleep(2_000);
    return residentBytes(world.server.pid);
  });
  return { atStart, perSocket: (withAll - atStart) / socketCount };
}

function residentBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(text)![1]) * 1024;
}

export interface StormRow {
  readonly connectedMs: number;
  readonly liveMs: number;
  readonly serverMs: number;
}

/** A server that is started again: everybody comes back at once, each with its cursor, while events go on. */
export async function reconnectStorm(world: World): Promise<StormRow> {
  const plans = atLocations(world, socketCount);
  await world.listeners.open({ url: world.server.url, sockets: plans });
  await measure(world, '', socketCount, warmUp);
  const cursors = await world.listeners.cursors();
  await world.server.stop();
  await world.listeners.closeAll();
  await writeEvents(world.database, world.fulfillments, { perSecond: 100, seconds: 3 });
  world.server = await world.startServer();
  const returning = plans.map((plan, index) => ({
    ...plan,
    variables: { ...plan.variables, after: cursors[index] },
  }));
  const startedAt = nowMs();
  const writing = writeEvents(world.database, world.fulfillments, { perSecond: 100, seconds: 10 });
  await world.listeners.open({ url: world.server.url, sockets: returning });
  const connectedMs = nowMs() - startedAt;
  const connectedAt = nowMs();
  const commits = await writing;
  await sleep(1_000);
  const since = commits.filter(({ atMs }) => atMs > connectedAt);
  const liveMs = (await world.listeners.untilAllLive(since)) - startedAt;
  const serverMs = processorMs(world.server.pid);
  const told = await world.listeners.collect(commits);
  requireComplete(told, commits);
  await world.listeners.closeAll();
  return { connectedMs, liveMs, serverMs };
}
