import { rmSync } from 'node:fs';
import postgres from 'postgres';
import { build, graphql, logFile, startApi, tokenFor } from './api-server.ts';
import { readArguments, runMain, wholeNumber } from './arguments.ts';
import type { ChildServer } from './child-server.ts';
import type { BenchRequest } from './load.ts';
import { describeOverload, type Measured } from './overload/report.ts';
import { inTurn, openLoop, type Phase } from './overload/arrivals.ts';
import { describeMachine, writeSection } from './results.ts';
import { singleOrder } from './scenarios.ts';
import { openSeededDatabase, withCopy } from './seeded-database.ts';
import { requireEqual, requireInvariants } from './verify.ts';
import { addStock, locations, ourWriter, skuAt } from './writes/scenarios.ts';

/** The default of the server; what it works on at once follows from it. */
const poolSize = 8;
const atOnce = 2 * poolSize;
const times = 3;
const warmUpSeconds = 8;
/** What a burst may wait is not yet the overload that stays. */
const burstSeconds = 2;
const orderSample = 200;
const listQuery = `{ orders(first: 50, sort: [{ field: CREATED_AT, direction: DESC }]) { nodes {
  id number status total { amountMinor currency } customer { id name } items(first: 5) { nodes { id sku quantity } } } } }`;

const usage = `npm run bench -- overload [--seconds 10] [--data-dir .data/bench] [--no-build] [--no-write]

A server with its own limits, asked for orders, lists and new orders: first as fast as ${atOnce} clients in turn get their
answers (the most that it can do), then at ${times} times that rate, whether those before are answered or not, and then at
half of it. Four times --seconds and ${warmUpSeconds + burstSeconds} more.`;

async function main(): Promise<void> {
  const { values } = readArguments(
    {
      options: {
        seconds: { type: 'string', default: '10' },
        'data-dir': { type: 'string' },
        'no-build': { type: 'boolean', default: false },
        'no-write': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    },
    usage,
  );
  if (values.help) return void process.stdout.write(`${usage}\n`);
  const seconds = wholeNumber(values.seconds, '--seconds', 3_600);
  if (!values['no-build']) build();
  const database = await openSeededDatabase(values['data-dir']);
  try {
    const lines = await withCopy(database, 'overload', (url) => runOverload(url, seconds));
    process.stdout.write(`${lines.join('\n')}\n`);
    if (!values['no-write']) process.stdout.write(`\nWritten to ${await writeSection('overload', lines)}.\n`);
  } finally {
    await database.stop();
  }
}

async function runOverload(url: string, seconds: number): Promise<string[]> {
  const client = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  let server: ChildServer | undefined;
  try {
    await addStock(client);
    await client.unsafe('analyze');
    const [row] = await client<{ version: string; manager: string; stored: number }[]>`
      select current_setting('server_version') as version, (select count(*)::integer from orders) as stored,
        (select id from users where role = 'order_manager' and active order by id limit 1) as manager`;
    const { version, manager, stored } = row!;
    const ids = await client<
      { id: string }[]
    >`select id from orders order by created_at limit ${orderSample}`;
    server = await startApi('overload', { databaseUrl: url, poolSize, refuses: true });
    const requests = mixture(
      server,
      await tokenFor(manager, 'order_manager'),
      ids.map(({ id }) => id),
    );
    const { phases, measured } = await measure(requests, seconds);
    const [after] = await client<{ count: number }[]>`select count(*)::integer as count from orders`;
    const acknowledged = phases.reduce((sum, { writes }) => sum + writes, 0);
    requireEqual('orders', acknowledged, after!.count - stored);
    await requireInvariants(client);
    return [...describeMachine(version), '', ...describeOverload(measured, { times, atOnce, burstSeconds })];
  } finally {
    await server?.stop();
    rmSync(logFile('overload'), { force: true });
    await client.end({ timeout: 5 });
  }
}

/** Half of the requests are for one order with everything, a quarter for a list, a quarter place an order. */
function mixture(server: ChildServer, token: string, orderIds: readonly string[]): BenchRequest[] {
  const { query, variants } = singleOrder(orderIds);
  const writer = ourWriter(server, token, token);
  const list = graphql(server.url, token, listQuery, {});
  return variants.flatMap(({ variables }, index) => {
    const read = graphql(server.url, token, query, variables);
    if (index % 2 === 0) return [read, list];
    const locationCode = locations[index % locations.length]!;
    const lines = [0, 1, 2].map((line) => ({ sku: skuAt(index * 3 + line), quantity: 1, locationCode }));
    return [read, writer.placeOrder(lines)];
  });
}

async function measure(
  requests: readonly BenchRequest[],
  seconds: number,
): Promise<{ phases: Phase[]; measured: Measured }> {
  const warmUp = await inTurn(requests, atOnce, warmUpSeconds);
  const peak = await inTurn(requests, atOnce, seconds);
  const peakRate = peak.accepted.length / peak.seconds;
  process.stderr.write(`the most: ${peakRate.toFixed(0)} a second\n`);
  const usual = await openLoop(requests, 0.8 * peakRate, seconds);
  const burst = await openLoop(requests, times * peakRate, burstSeconds);
  const overload = await openLoop(requests, times * peakRate, seconds);
  const after = await openLoop(requests, 0.5 * peakRate, seconds);
  return {
    phases: [warmUp, peak, usual, burst, overload, after],
    measured: { peak, usual, burst, overload, after },
  };
}

runMain(main);
