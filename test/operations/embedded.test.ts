import { rm } from 'node:fs/promises';
import path from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';
import { makeFastFolder } from '../setup/fast-folder.ts';
import { mutate } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, type Ask } from '../setup/server.ts';
import { inSeconds, ownToken } from '../setup/tokens.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { endProcesses, startProcess, type ServerProcess } from './server-process.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** The server as it starts out of the box: no DATABASE_URL, its own PostgreSQL in a data folder. */
let folder: string;
let running: ServerProcess;
let manager: Ask;
let token: string;

beforeAll(async () => {
  folder = await makeFastFolder();
  running = await start();
  token = await managerToken();
  manager = asker(running.url, token);
  const variant = { sku: 'MUG', name: 'Mug', price: { amountMinor: 100, currency: 'GBP' } };
  await mutate(manager, 'createProduct', { name: 'Mug', variants: [variant] }, 'product { id }');
  const stock = { locationCode: 'LONDON', lines: [{ sku: 'MUG', quantity: 100_000 }] };
  expect((await mutate(manager, 'receiveStock', stock, 'stockLevels { onHand }')).userErrors).toEqual([]);
});
afterEach(async () => {
  await endProcesses();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const dataDirectory = () => path.join(folder, 'data');
const start = () => startProcess({ DATA_DIR: dataDirectory() });

async function restart(): Promise<void> {
  running = await start();
  manager = asker(running.url, token);
}

/** Looks into the database while the server runs, as one more user of it. */
async function withDatabase<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
  const database = await startEmbeddedPostgres({ dataDirectory: dataDirectory() });
  try {
    return await work(database.url);
  } finally {
    await database.stop();
  }
}

async function managerToken(): Promise<string> {
  const id = await withDatabase(async (url) => {
    const client = postgres(url, { max: 1, fetch_types: false });
    const [user] = await client`insert into users (email, display_name, role, password_hash)
      values ('boss@test.example', 'Boss', 'order_manager', 'none') returning id`;
    await client.end();
    return user!['id'] as string;
  });
  return ownToken({ sub: id, role: 'order_manager', exp: inSeconds(3_600) });
}

const place = (ask: Ask, key: string) =>
  mutate(
    ask,
    'createOrder',
    {
      idempotencyKey: key,
      channel: 'ECOMMERCE',
      externalReference: key,
      currency: 'GBP',
      lines: [{ sku: 'MUG', quantity: 1 }],
    },
    'order { id number }',
  );

async function isThere(id: string): Promise<boolean> {
  const { data } = await manager('query ($id: ID!) { order(id: $id) { id } }', { id });
  return data.order?.id === id;
}

test('a second start has what the first one had', async () => {
  const { order } = await place(manager, 'kept');
  expect(await running.end('SIGTERM')).toBe(0);
  await restart();
  expect(await isThere(order.id)).toBe(true);
  expect(await running.end('SIGTERM')).toBe(0);
});

test('kill -9 in the middle of many orders loses none that was acknowledged, and tears none', async () => {
  const acknowledged: string[] = [];
  for (let round = 1; round <= 3; round += 1) {
    await restart();
    const before = acknowledged.length;
    let killed = false;
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let count = 0; !killed; count += 1) {
        const placed = await place(manager, `${round}-${writer}-${count}`).catch(() => undefined);
        if (placed?.order) acknowledged.push(placed.order.id);
        else if (!killed) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    await waitUntil(() => acknowledged.length >= before + 15 * round, 'orders are coming', 60_000);
    running.child.kill('SIGKILL');
    await running.ended;
    killed = true;
    await Promise.all(writers);
  }
  await restart();
  for (const id of acknowledged) expect(await isThere(id), id).toBe(true);
  await withDatabase(expectInvariants);
  // What was not acknowledged may be repeated with its key: still one order each.
  const again = await place(manager, '1-0-0');
  expect(acknowledged).toContain(again.order.id);
  expect(await running.end('SIGTERM')).toBe(0);
});
