import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { confirmedOrder, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { asker, serve, startTestServerOn, testPassword, type TestServer } from '../setup/server.ts';
import { takeSnapshot } from '../setup/snapshot.ts';
import { openDatabase } from '../../src/db/driver/database.ts';
import {
  filesIn,
  installedPrograms,
  startInstalledServer,
  type InstalledServer,
} from './installed-postgres.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const root = path.resolve(import.meta.dirname, '../..');

/** As `npm run` starts it. */
async function run(script: string, words: string[], environment: NodeJS.ProcessEnv) {
  const env = {
    HOME: process.env['HOME'],
    PATH: `${installedPrograms}:${process.env['PATH']}`,
    ...environment,
  };
  const started = promisify(execFile)(process.execPath, ['--import', 'tsx', script, ...words], {
    cwd: root,
    env,
  });
  return started.then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code: code as number, output: `${stdout}${stderr}` }),
  );
}

describe.skipIf(!installedPrograms)('a backup', () => {
  let installed: InstalledServer;
  let server: TestServer;
  let folder: string;
  let file: string;
  let finishedId: string;
  beforeAll(async () => {
    installed = await startInstalledServer(installedPrograms!);
    folder = await mkdtemp(path.join(os.tmpdir(), 'orders-dump-'));
    file = path.join(folder, 'orders.dump');
    const url = await installed.newDatabase('orders');
    await migrate(url);
    server = await startTestServerOn({ url, drop: async () => {} });
    const { sku } = await stockedVariant(server, { LONDON: 50 });
    const order = await confirmedOrder(server, [{ sku, quantity: 3, locationCode: 'LONDON' }]);
    await work(server, order.fulfillments[0]!.id, 'deliverFulfillment');
    finishedId = order.id;
    await placeOrder(server, [{ sku, quantity: 2 }]);
  });
  afterAll(async () => {
    await server?.stop();
    await installed?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const snapshotOf = async (url: string) => {
    const database = openDatabase({ url, poolSize: 1 });
    try {
      return await takeSnapshot({ database });
    } finally {
      await database.close();
    }
  };
  const change = async (url: string, text: string): Promise<void> => {
    const client = postgres(url, { max: 1, onnotice: () => {} });
    await client.unsafe(text);
    await client.end();
  };
  const backUp = (to: string) => run('scripts/backup.ts', [to], { DATABASE_URL: server.databaseUrl });
  const restore = (from: string, to: string) => run('scripts/restore.ts', [from], { RESTORE_URL: to });

  test('is made while the server runs, and restored it is the same, row for row, and serves', async () => {
    expect(await backUp(file)).toMatchObject({ code: 0 });
    expect(await filesIn(folder)).toEqual(['orders.dump']);
    const before = await snapshotOf(server.databaseUrl);
    const url = await installed.newDatabase('restored');
    const { code, output } = await restore(file, url);
    expect(output).toMatch(
      /^Restored: 2 orders with \d+ entries of history; every chain is whole, and \d+ rules hold\.\n$/,
    );
    expect(code).toBe(0);
    expect(await snapshotOf(url)).toEqual(before);
    // Migrating again finds nothing to do, and who has an account signs in and finds the orders.
    await migrate(url);
    const restored = await serve(url);
    const login = await asker(
      restored.url,
      null,
    )(
      `mutation { login(input: { email: "order_manager@test.example", password: "${testPassword}" }) {
        session { accessToken } } }`,
    );
    const ask = asker(restored.url, login.data.login.session.accessToken);
    const found = await ask(
      `{ order(id: "${finishedId}") { status } verifyHistory(orderId: "${finishedId}") { isIntact } }`,
    );
    expect(found.data).toEqual({ order: { status: 'DELIVERED' }, verifyHistory: { isIntact: true } });
    await restored.stop();
  });

  test('is not restored over something', async () => {
    const before = await snapshotOf(server.databaseUrl);
    expect(await restore(file, server.databaseUrl)).toEqual({
      code: 1,
      output: 'The database of RESTORE_URL is not empty: make a new one.\n',
    });
    expect(await snapshotOf(server.databaseUrl)).toEqual(before);
  });

  test('that is cut off leaves the new database empty', async () => {
    const cut = path.join(folder, 'cut.dump');
    const whole = await readFile(file);
    await writeFile(cut, whole.subarray(0, whole.length - 2_000));
    const url = await installed.newDatabase('cut');
    const { code, output } = await restore(cut, url);
    expect(code).toBe(1);
    expect(output).toMatch(/^pg_restore failed:/);
    expect(await snapshotOf(url)).toEqual({});
  });

  test('that does not agree with itself is found out: stock, and an entry of the history that was changed', async () => {
    const url = await installed.newDatabase('wrong');
    await restore(file, url);
    // As somebody would who may do everything in the database, or a disk that forgets.
    await change(
      url,
      `set session_replication_role = replica;
      update stock_levels set on_hand = on_hand + 1;
      update order_history set description = 'x' where new_status = 'confirmed'`,
    );
    const { code, output } = await run('scripts/verify-database-command.ts', [], { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(output).toContain('The database does not agree with itself:');
    expect(output).toContain('not so: the ledger adds up to the levels');
    expect(output).toContain('entry_changed');
  });

  test('of a server that is newer than pg_dump is refused in words, and leaves no file', async () => {
    const newer = inject('databaseServerUrl');
    const to = path.join(folder, 'newer.dump');
    const { code, output } = await run('scripts/backup.ts', [to], { DATABASE_URL: newer });
    expect(code).toBe(1);
    expect(output).toMatch(/^pg_dump failed:\n.*server version mismatch/s);
    expect(output).not.toContain(new URL(newer).password || 'no password');
    expect(await filesIn(folder)).not.toContain('newer.dump.unfinished');
    expect(await filesIn(folder)).not.toContain('newer.dump');
  });

  test('is asked for with an address, or says what to set', async () => {
    const scripts = ['backup', 'restore', 'verify-database-command'];
    const answers = await Promise.all(scripts.map((name) => run(`scripts/${name}.ts`, [], {})));
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 1]);
    const words = ['Set DATABASE_URL, and', 'Set RESTORE_URL to', 'Set DATABASE_URL to'];
    for (const [index, { output }] of answers.entries()) expect(output).toContain(words[index]);
  });
});
