import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { DatabaseNotUsableError } from '../../src/db/migrate.ts';
import { startProxy } from '../driver/proxy.ts';
import { scrape, metricsToken } from '../metrics/scrape.ts';
import { createTestDatabase } from '../setup/database.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { asker, serve, startTestServerOn, type Ask, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { followOrders, socketClient } from '../subscriptions/live-client.ts';
import { startPrimary, startStandby, withClient, type Primary, type Standby } from './standby.ts';
import type { RunningServer } from '../../src/server.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let primary: Primary;
let standby: Standby;
/** Two servers that share the replica, and use it while it is at most a second behind. */
let first: TestServer;
let second: RunningServer;
/** One that goes on reading a replica whose replay is paused. */
let patient: RunningServer;
let sku: string;

beforeAll(async () => {
  primary = await startPrimary();
  standby = await startStandby(primary);
  const urls = [standby.url];
  const database = { url: primary.url, drop: async () => {} };
  first = await startTestServerOn(database, { replicas: { urls, maximumLagMs: 1_000 }, metricsToken });
  second = await first.startAnother();
  patient = await serve(primary.url, 0, { replicas: { urls, maximumLagMs: 60_000 }, metricsToken });
  await Promise.all([first, second, patient].map((server) => inUse(server, 1)));
  sku = (await stockedVariant(first, { LONDON: 1_000 })).sku;
});
afterAll(async () => {
  await patient?.stop();
  await second?.stop();
  await first?.stop();
  await standby?.stop();
  await primary?.stop();
});

/** What readiness says of the replicas: how many are read. */
async function inUse({ url }: { url: string }, count: number): Promise<void> {
  await waitUntil(async () => {
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(200);
    const { replicas } = (await response.json()) as { replicas: { inUse: number } };
    return replicas.inUse === count;
  }, `${count} replicas are in use`);
}

const managerOf = ({ url }: { url: string }): Ask => asker(url, first.tokens.order_manager);

async function readFrom({ url }: { url: string }): Promise<{ replica: number; primary: number }> {
  const { series } = await scrape(url, metricsToken);
  const count = (source: string) => series.get(`orders_replica_queries_total{source="${source}"}`) ?? 0;
  return { replica: count('replica'), primary: count('primary') };
}

/** A change that no server of ours knows of. */
const rename = (name: string) =>
  withClient(primary.url, (client) => client`update product_variants set name = ${name} where sku = ${sku}`);

async function variantName(server: { url: string }, of = sku): Promise<string | undefined> {
  const answer = await managerOf(server)(`query ($sku: String!) { variant(sku: $sku) { name } }`, {
    sku: of,
  });
  expect(answer.errors).toBeUndefined();
  return answer.data.variant?.name;
}

test('queries are read from the replica: with its replay paused they show what it shows', async () => {
  await rename('before');
  await waitUntil(async () => (await variantName(patient)) === 'before', 'the replica shows the name');
  await standby.pause();
  try {
    await rename('after');
    const counted = await readFrom(patient);
    expect(await variantName(patient)).toBe('before');
    expect(await readFrom(patient)).toEqual({ ...counted, replica: counted.replica + 1 });
    expect(await overSocket(patient, `{ variant(sku: "${sku}") { name } }`)).toEqual({
      variant: { name: 'before' },
    });
    // A mutation decides by the database itself.
    const taken = await mutate(managerOf(patient), 'createProduct', newProduct(sku), 'product { id }');
    expect(taken.userErrors).toHaveLength(1);
  } finally {
    await standby.resume();
  }
  await waitUntil(async () => (await variantName(patient)) === 'after', 'the replica shows the change');
});

test('a replica that is too far behind is not read, and read again when it has caught up', async () => {
  await inUse(first, 1);
  await standby.pause();
  try {
    // Until there is something to replay it is not behind.
    await rename('only at the primary');
    await inUse(first, 0);
    const counted = await readFrom(first);
    expect(await variantName(first)).toBe('only at the primary');
    expect(await readFrom(first)).toEqual({ ...counted, primary: counted.primary + 1 });
  } finally {
    await standby.resume();
  }
  await inUse(first, 1);
});

test.each([
  ['nothing has happened', `select 1`],
  ['its log has just begun a new file', `select pg_switch_wal()`],
  [
    'something was written that is not committed yet',
    `begin; select pg_logical_emit_message(false, '', '…')`,
  ],
])('an idle primary makes no lag: %s', async (_what, statement) => {
  await inUse(first, 1);
  await withClient(primary.url, async (client) => {
    await client.unsafe(statement).simple();
    for (let count = 0; count < 15; count += 1) {
      await sleep(100);
      const { series } = await scrape(first.url, metricsToken);
      expect(series.get(`orders_replica_in_use{replica="${new URL(standby.url).host}"}`)).toBe(1);
    }
  });
});

test('whoever has written sees it at every server, with the replay paused at any moment', async () => {
  const servers = [first, second];
  await Promise.all(servers.map((server) => inUse(server, 1)));
  const before = await readFrom(first);
  for (let turn = 0; turn < 12; turn += 1) {
    const [here, there] = turn % 2 === 0 ? [first, second] : [second, first];
    if (turn === 5) await standby.pause();
    if (turn === 9) {
      await standby.resume();
      await Promise.all(servers.map((server) => inUse(server, 1)));
    }
    const product = newProduct(`READ-${turn}`);
    const made = await mutate(managerOf(here!), 'createProduct', product, 'product { id }');
    expect(made.userErrors).toEqual([]);
    expect(await variantName(there!, `READ-${turn}`)).toBe('A variant');
    expect(await variantName(here!, `READ-${turn}`)).toBe('A variant');
  }
  expect((await readFrom(first)).replica).toBeGreaterThan(before.replica + 5);
});

test('state and cursor of one request belong together, however far the replica is behind', async () => {
  const snapshot = `{ eventCursor orders(first: 100) { nodes { id } } }`;
  await inUse(patient, 1);
  await standby.pause();
  let follower: ReturnType<typeof followOrders> | undefined;
  try {
    const order = await placeOrder(first, [{ sku, quantity: 1 }]);
    // The log of this server has the event, and its replica has not.
    const live = followOrders({ url: patient.url, token: first.tokens.order_manager });
    const other = await placeOrder(first, [{ sku, quantity: 1 }]);
    await live.received(1);
    live.unsubscribe();
    const { data } = await managerOf(patient)(snapshot);
    const shown = data.orders.nodes.map(({ id }: { id: string }) => id);
    expect(shown).not.toContain(order.id);
    expect(shown).not.toContain(other.id);
    const { order_manager: token } = first.tokens;
    follower = followOrders({ url: patient.url, token, after: data.eventCursor });
    await follower.received(2);
    const told = follower.events.map(({ order: about }) => about.id);
    expect(told).toEqual(expect.arrayContaining([order.id, other.id]));
  } finally {
    follower?.unsubscribe();
    await standby.resume();
  }
});

test('a replica that is killed while it is read: no query fails, and it is used again when it is back', async () => {
  await inUse(first, 1);
  let reading = true;
  let answered = 0;
  const readers = Array.from({ length: 6 }, async () => {
    const ask = managerOf(first);
    while (reading) {
      const answer = await ask(
        `{ orders(first: 20) { nodes { number customer { name } items { nodes { sku } } } } dashboard { asOf } }`,
      );
      expect(answer.errors).toBeUndefined();
      expect(answer.data.orders.nodes.length).toBeGreaterThan(0);
      answered += 1;
    }
  });
  const goOn = async (): Promise<void> => {
    const until = answered + 60;
    await Promise.race([Promise.all(readers), waitUntil(() => answered >= until, 'reading goes on')]);
  };
  try {
    await goOn();
    await standby.kill();
    await goOn();
    await inUse(first, 0);
    await standby.start();
    await inUse(first, 1);
    const counted = await readFrom(first);
    await goOn();
    expect((await readFrom(first)).replica).toBeGreaterThan(counted.replica);
  } finally {
    reading = false;
    await Promise.all(readers);
  }
});

test('a replica that falls silent: what it was asked is answered by the primary', async () => {
  const proxy = await startProxy(standby.url);
  const replicas = { urls: [proxy.url], maximumLagMs: 500 };
  const server = await serve(primary.url, 0, { replicas, metricsToken });
  try {
    await inUse(server, 1);
    const name = await variantName(server);
    proxy.freeze();
    const names = await Promise.all(Array.from({ length: 5 }, () => variantName(server)));
    expect(new Set(names)).toEqual(new Set([name]));
    await inUse(server, 0);
    const { series } = await scrape(server.url, metricsToken);
    expect(series.get('orders_replica_repeated_reads_total')).toBeGreaterThan(0);
  } finally {
    await server.stop();
    await proxy.close();
  }
});

test('an address that leads to something else is refused, one that does not answer is waited for', async () => {
  const other = await createTestDatabase();
  const open = (url: string) => serve(primary.url, 0, { replicas: { urls: [url], maximumLagMs: 500 } });
  try {
    await expect(open(primary.url)).rejects.toThrow(DatabaseNotUsableError);
    await expect(open(primary.url)).rejects.toThrow('is no replica: it takes writes itself');
    await expect(open(other.url)).rejects.toThrow('is no replica of the database in DATABASE_URL');
  } finally {
    await other.drop();
  }
  const server = await open('postgres://nobody@127.0.0.1:1/orders');
  await inUse(server, 0);
  expect(await variantName(server)).toBeDefined();
  await server.stop();
});

function overSocket({ url }: { url: string }, query: string): Promise<unknown> {
  const client = socketClient(url, first.tokens.order_manager);
  return new Promise((resolve, reject) => {
    let data: unknown;
    const next = (answer: { data?: unknown }): void => void (data = answer.data);
    client.subscribe({ query }, { next, error: reject, complete: () => resolve(data) });
  }).finally(() => void client.dispose());
}

function newProduct(newSku: string) {
  const price = { amountMinor: 100, currency: 'GBP' };
  return { name: 'A product', variants: [{ sku: newSku, name: 'A variant', price }] };
}
