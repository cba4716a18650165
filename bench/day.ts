import { rmSync } from 'node:fs';
import postgres from 'postgres';
import { build, logFile, startApi, tokenFor } from './api-server.ts';
import { readArguments, runMain, wholeNumber } from './arguments.ts';
import type { ChildServer } from './child-server.ts';
import { dashboards, DayLoad, Latencies, pickers, type DayCounts, type Rates } from './day/load.ts';
import { describeDay, type Phase } from './day/report.ts';
import { requireAllEvents, subscribers, subscriptions } from './day/subscribers.ts';
import { Listeners } from './live/listeners.ts';
import { describeMachine, writeSection } from './results.ts';
import { openSeededDatabase, withCopy } from './seeded-database.ts';
import { requireEqual, requireInvariants } from './verify.ts';
import { addStock, ourWriter } from './writes/scenarios.ts';

const ordersOfDay = 1_000_000;
/** A tenth of the day's orders come in its busiest hour. */
const peakRate = ordersOfDay / 10 / 3_600;
/** Shipped evenly over the day, and eight steps each. */
const stepsPerOrderAtPeak = (8 * (ordersOfDay / 86_400)) / peakRate;
const shares = [1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
const smallerShares = [0.75, 0.5, 0.25, 0.1];
const acceptableMs = 1_000;

const usage = `npm run bench -- day [--seconds 120] [--step-seconds 20] [--data-dir .data/bench] [--no-build] [--no-write]

A piece of a day of 1,000,000 orders: its peak hour's rate (${peakRate.toFixed(1)} orders a second) with ${pickers} pickers, ${dashboards} dashboards
and ${subscribers} subscribers, and then higher rates, until one is not borne: an order answered after ${acceptableMs} ms in more than
one of a hundred, or more of them coming than are answered.

  --seconds       how long at the rate of the peak hour
  --step-seconds  how long at each of the other rates
  --peak-share    hundredths of the peak hour's rate to begin with, for trying it out`;

async function main(): Promise<void> {
  const { values } = readArguments(
    {
      options: {
        seconds: { type: 'string', default: '120' },
        'step-seconds': { type: 'string', default: '20' },
        'peak-share': { type: 'string', default: '100' },
        'data-dir': { type: 'string' },
        'no-build': { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const seconds = wholeNumber(values.seconds, '--seconds', 86_400);
  const stepSeconds = wholeNumber(values['step-seconds'], '--step-seconds', 3_600);
  const firstShare = wholeNumber(values['peak-share'], '--peak-share', 1_000) / 100;
  if (!values['no-build']) build();
  const database = await openSeededDatabase(values['data-dir']);
  try {
    const lines = await withCopy(database, 'day', (url) => runDay(url, { seconds, stepSeconds, firstShare }));
    process.stdout.write(`${lines.join('\n')}\n`);
    if (!values['no-write']) process.stdout.write(`\nWritten to ${await writeSection('day', lines)}.\n`);
  } finally {
    await database.stop();
  }
}

interface DayOptions {
  readonly seconds: number;
  readonly stepSeconds: number;
  readonly firstShare: number;
}

async function runDay(url: string, options: DayOptions): Promise<string[]> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  const listeners = Listeners.start();
  const servers: ChildServer[] = [];
  try {
    await addStock(client);
    await client.unsafe('analyze');
    const [row] = await client<{ version: string; manager: string; picker: string; startedAt: string }[]>`
      select current_setting('server_version') as version, clock_timestamp()::text as "startedAt",
        (select id from users where role = 'order_manager' and active order by id limit 1) as manager,
        (select id from users where role = 'warehouse_staff' and active order by id limit 1) as picker`;
    const { version, startedAt } = row!;
    const manager = await tokenFor(row!.manager, 'order_manager');
    const staff = await tokenFor(row!.picker, 'warehouse_staff');
    for (const role of ['api', 'worker'] as const) {
      servers.push(
        await startApi(`day ${role}`, { databaseUrl: url, poolSize: role === 'api' ? 16 : 4, role }),
      );
    }
    const api = servers[0]!;
    await listeners.open({ url: api.url, sockets: subscriptions(staff, manager) });
    const load = new DayLoad({ url: api.url, manager, writer: ourWriter(api, manager, staff) });
    const phases = await runPhases(load, options);
    load.stop();
    const told = await requireAllEvents(client, listeners, startedAt);
    await requireStored(client, phases, startedAt);
    return [
      ...describeMachine(version),
      '',
      ...describeDay(phases.slice(1), told, { ordersOfDay, peakRate }),
    ];
  } finally {
    listeners.stop();
    for (const server of servers) {
      await server.stop();
      rmSync(logFile(server.name), { force: true });
    }
    await client.end({ timeout: 5 });
  }
}

/** A warm-up; the peak hour's rate; then more while it is borne, or less until it is. */
async function runPhases(load: DayLoad, { seconds, stepSeconds, firstShare }: DayOptions): Promise<Phase[]> {
  const warmUp = await runPhase(load, firstShare / 4, Math.min(stepSeconds, 10));
  const first = await runPhase(load, firstShare, seconds);
  const phases = [warmUp, first];
  for (const share of first.isBorne ? shares : smallerShares) {
    const phase = await runPhase(load, share * firstShare, stepSeconds);
    phases.push(phase);
    if (phase.isBorne !== first.isBorne) break;
  }
  return phases;
}

async function runPhase(load: DayLoad, share: number, seconds: number): Promise<Phase> {
  const ordersPerSecond = peakRate * share;
  const rates: Rates = { ordersPerSecond, stepsPerSecond: ordersPerSecond * stepsPerOrderAtPeak, seconds };
  process.stderr.write(`${ordersPerSecond.toFixed(1)} orders a second for ${seconds} s\n`);
  const latencies = new Latencies();
  const startedAt = performance.now();
  const counts: DayCounts = await load.run(rates, latencies);
  const tookSeconds = (performance.now() - startedAt) / 1000;
  const waits = (latencies.byKind.get('place an order') ?? []).toSorted((one, other) => one - other);
  const p99Ms = waits[Math.floor((waits.length - 1) * 0.99)] ?? Infinity;
  return { share, rates, counts, latencies, tookSeconds, isBorne: !counts.overrun && p99Ms <= acceptableMs };
}

async function requireStored(
  client: postgres.Sql,
  phases: readonly Phase[],
  startedAt: string,
): Promise<void> {
  const [stored] = await client<{ orders: number; created: number }[]>`
    select (select count(*)::integer from orders where created_at >= ${startedAt}::timestamptz) as orders,
      (select count(*)::integer from order_history where action = 'created' and created_at >= ${startedAt}::timestamptz)
        as created`;
  const acknowledged = phases.reduce((sum, { counts }) => sum + counts.orders, 0);
  requireEqual('Orders', acknowledged, stored!.orders);
  requireEqual('Entries of the history', acknowledged, stored!.created);
  await requireInvariants(client);
}

runMain(main);
