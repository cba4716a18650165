import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Viewer } from '../../src/auth/actor.ts';
import type { Authentication } from '../../src/auth/authentication.ts';
import { Standings } from '../../src/auth/standings.ts';
import { openDatabase, type Database, type Executor } from '../../src/db/driver/database.ts';
import { users } from '../../src/db/tables/users.ts';
import { knowViewer } from '../../src/graphql/request-viewer.ts';
import { createTestDatabase, type TestDatabase } from '../setup/database.ts';

let testDatabase: TestDatabase;
let database: Database;
let standings: Standings | undefined;
let isAway = false;
let reads = 0;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({ url: testDatabase.url, poolSize: 2 });
});
beforeEach(() => {
  isAway = false;
  reads = 0;
});
afterEach(() => {
  vi.restoreAllMocks();
  standings?.close();
});
afterAll(async () => {
  await database?.close();
  await testDatabase?.drop();
});

/** The database, but for the times when it is away. */
const read = {
  execute: (statement: never) => {
    reads += 1;
    return isAway ? Promise.reject(new Error('away')) : database.read.execute(statement);
  },
} as unknown as Executor;

let added = 0;
async function addViewer(): Promise<Viewer> {
  const email = `viewer-${(added += 1)}@test.example`;
  const [row] = await database.transaction((transaction) =>
    transaction
      .insert(users)
      .values({ email, displayName: 'V', role: 'order_manager', passwordHash: '-' })
      .returning({ id: users.id }),
  );
  const viewer = { userId: row!.id, role: 'order_manager', customerId: null } as const;
  return { ...viewer, sessionId: 'none', expiresAtSeconds: Number.MAX_SAFE_INTEGER };
}

const deactivate = ({ userId }: Viewer) =>
  database.transaction((transaction) =>
    transaction.execute(sql`update users set active = false where id = ${userId}::uuid`),
  );

test('asking costs no statement', async () => {
  const viewer = await addViewer();
  standings = await Standings.open(read);
  const before = reads;
  for (let question = 0; question < 1_000; question += 1) expect(standings.holds(viewer)).toBe(true);
  expect(reads).toBe(before);
});

test('what happens while the database cannot be read is made up for', async () => {
  const viewer = await addViewer();
  standings = await Standings.open(read);
  isAway = true;
  await deactivate(viewer);
  await expect(standings.catchUp()).rejects.toThrow('away');
  expect(standings.holds(viewer)).toBe(true);
  isAway = false;
  await standings.catchUp();
  expect(standings.holds(viewer)).toBe(false);
});

test('a transaction that began long before it ended is heard of', async () => {
  const viewer = await addViewer();
  standings = await Standings.open(read);
  let end: (() => void) | undefined;
  const isBegun = new Promise<void>((begun) => {
    void database
      .transaction(async (transaction) => {
        await transaction.execute(sql`update users set active = false where id = ${viewer.userId}::uuid`);
        begun();
        await new Promise<void>((resolve) => (end = resolve));
      })
      .then(() => (end = undefined));
  });
  await isBegun;
  await standings.catchUp();
  await standings.catchUp();
  expect(standings.holds(viewer)).toBe(true);
  end!();
  await vi.waitUntil(() => end === undefined);
  await standings.catchUp();
  expect(standings.holds(viewer)).toBe(false);
});

test('a server that cannot read for half a minute lets nobody in by a token, and says that it is not their fault', async () => {
  standings = await Standings.open(read);
  expect(standings.isCurrent).toBe(true);
  isAway = true;
  const readTime = performance.now.bind(performance);
  let passedMs = 25_000;
  vi.spyOn(performance, 'now').mockImplementation(() => readTime() + passedMs);
  expect(standings.isCurrent).toBe(true);
  passedMs = 31_000;
  expect(standings.isCurrent).toBe(false);

  const viewerOf = vi.fn();
  const know = knowViewer({ isCurrent: false, viewerOf } as unknown as Authentication);
  const reply = { code: vi.fn(() => reply), header: vi.fn(() => reply), send: vi.fn(async () => reply) };
  await know({ headers: { authorization: 'Bearer x' } } as never, reply as never);
  expect(reply.code).toHaveBeenCalledWith(503);
  expect(reply.header).toHaveBeenCalledWith('retry-after', 5);
  expect(reply.send).toHaveBeenCalledWith({
    errors: [{ message: expect.any(String), extensions: { code: 'SERVICE_UNAVAILABLE' } }],
  });
  expect(viewerOf).not.toHaveBeenCalled();
  reply.send.mockClear();
  await know({ headers: {} } as never, reply as never);
  expect(reply.send).not.toHaveBeenCalled();

  isAway = false;
  await standings.catchUp();
  expect(standings.isCurrent).toBe(true);
});
