import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { LogCursors } from '../../src/history/log-place.ts';
import { recordHistory } from '../../src/history/record-history.ts';
import { confirmedOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { follow, type Followed, type FollowOptions } from './live-client.ts';
import { startLiveServer, type LiveServer } from './live-server.ts';
import { appendChanges, change, nobody } from './bulk-changes.ts';
import { storedChanges, toldChanges } from './stored-changes.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 120_000 });

/** The changes are made through `server`; `live` is another server on the same database, which is restarted. */
let server: TestServer;
let live: LiveServer;
let sku: string;
const followers: Followed[] = [];

beforeAll(async () => {
  server = await startTestServer();
  live = await startLiveServer(server.databaseUrl);
  sku = (await stockedVariant(server, { LONDON: 5000 })).sku;
});
afterEach(async () => {
  for (const follower of followers.splice(0)) follower.unsubscribe();
  await waitUntil(() => live.eventLog.statistics().subscribers === 0, 'nobody is subscribed');
});
afterAll(async () => {
  await live?.stop();
  await server?.stop();
});

function start(options: Partial<FollowOptions> = {}): Followed {
  const follower = follow({ url: live.url, token: server.tokens.warehouse_staff, ...options });
  followers.push(follower);
  return follower;
}

async function startLive(options: Partial<FollowOptions> = {}): Promise<Followed> {
  const before = live.eventLog.statistics().subscribers;
  const follower = start(options);
  await waitUntil(() => live.eventLog.statistics().subscribers > before, 'the subscriber is registered');
  return follower;
}

const stored = () => storedChanges(server.databaseUrl, live.eventLog.cursors);
const order = () => confirmedOrder(server, [{ sku, quantity: 1 }]);
const perOrder = 6;

/** Orders that go all the way, several at a time; each makes six events. */
async function processOrders(count: number, writers: number): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: writers }, async () => {
      while (left > 0) {
        left -= 1;
        const { fulfillments } = await order();
        await work(server, fulfillments[0]!.id, 'deliverFulfillment');
      }
    }),
  );
}

/** Exactly what the database holds since the first event that the follower has seen. */
async function expectEverything(follower: Followed): Promise<void> {
  const all = await stored();
  const first = all.findIndex(({ cursor }) => cursor === follower.events[0]!.cursor);
  const expected = all.slice(first);
  await follower.received(expected.length);
  expect(toldChanges(follower.events)).toEqual(expected);
}

describe('a client that resumes from its last event', () => {
  test('gets what it has missed, in order and once, across disconnections', async () => {
    const follower = await startLive();
    await order();
    await follower.received(1);
    for (let round = 1; round <= 3; round += 1) {
      follower.disconnect();
      await processOrders(2, 2);
      await waitUntil(() => follower.connections() > round, 'it is connected again');
      await expectEverything(follower);
    }
    expect(follower.events).toHaveLength(1 + 3 * 2 * perOrder);
  });

  test('across restarts of the server, while another server goes on changing', async () => {
    const follower = await startLive();
    await order();
    await follower.received(1);
    for (let round = 1; round <= 2; round += 1) {
      const { port } = live;
      await live.stop();
      await processOrders(2, 2);
      live = await startLiveServer(server.databaseUrl, port);
      await processOrders(1, 1);
      await waitUntil(() => follower.connections() > round, 'it is connected again');
      await expectEverything(follower);
    }
    expect(follower.events).toHaveLength(1 + 2 * 3 * perOrder);
  });

  test('while many write: every reconnection, at any moment, loses and repeats nothing', async () => {
    const follower = await startLive();
    const late = await startLive();
    await order();
    await Promise.all([follower.received(1), late.received(1)]);
    late.unsubscribe();
    let writing = true;
    const done = processOrders(24, 6).finally(() => (writing = false));
    while (writing) {
      const seen = follower.events.length;
      const hasMore = () => follower.isConnected() && follower.events.length > seen;
      await waitUntil(() => hasMore() || !writing, 'more has come');
      if (follower.isConnected()) follower.disconnect();
    }
    await done;
    await expectEverything(follower);
    expect(follower.connections()).toBeGreaterThan(3);
    // And one that has everything to catch up with, of another server than the one that it knew.
    const other = await startLiveServer(server.databaseUrl);
    const resumed = start({ url: other.url, after: late.events[0]!.cursor });
    await resumed.received(24 * perOrder);
    expect(toldChanges(resumed.events)).toEqual(toldChanges(follower.events).slice(1));
    resumed.unsubscribe();
    await other.stop();
  });

  test('keeps its filter over the old events and the new ones', async () => {
    const first = await startLive();
    await order();
    await first.received(1);
    first.disconnect();
    await processOrders(1, 1);
    const shipped = start({ after: first.events[0]!.cursor, filter: { statuses: ['SHIPPED'] } });
    await shipped.received(1);
    await processOrders(1, 1);
    await shipped.received(2);
    expect(shipped.events.map((event) => event.newStatus)).toEqual(['SHIPPED', 'SHIPPED']);
  });

  test('catches up over more events than a page holds', async () => {
    const follower = await startLive();
    const { id: orderId, fulfillments } = await order();
    await follower.received(1);
    follower.disconnect();
    await appendChanges(server.database, orderId, fulfillments[0]!.id, 1_700);
    await follower.received(1 + 1_700);
    await expectEverything(follower);
  });
});

describe('transactions that overlap', () => {
  test('one that began before and is committed after others loses nothing and stays in order', async () => {
    const follower = await startLive();
    const [held, quick] = [await order(), await order()];
    await follower.received(2);
    let commit = (): void => {};
    const committing = new Promise<void>((resolve) => (commit = resolve));
    let began = (): void => {};
    const begun = new Promise<void>((resolve) => (began = resolve));
    const slow = server.database.transaction(async (transaction) => {
      await recordHistory(transaction, nobody, [change(held.id, held.fulfillments[0]!.id)]);
      began();
      await committing;
    });
    await begun;
    await work(server, quick.fulfillments[0]!.id, 'startPicking');
    // Somebody resumes in the middle of it, and neither may be told what could be out of order.
    const resumed = await startLive({ after: follower.events[0]!.cursor });
    await resumed.received(1);
    expect(follower.events).toHaveLength(2);
    commit();
    await slow;
    await Promise.all([follower.received(4), resumed.received(3)]);
    await expectEverything(follower);
    expect(toldChanges(resumed.events)).toEqual(toldChanges(follower.events).slice(1));
  });

  test('what one held back comes soon after it has been rolled back, although nobody tells', async () => {
    const follower = await startLive();
    const placed = await order();
    await follower.received(1);
    let giveUp = (): void => {};
    const givenUp = new Promise<void>((resolve) => (giveUp = resolve));
    let began = (): void => {};
    const begun = new Promise<void>((resolve) => (began = resolve));
    const slow = server.database.transaction(async (transaction) => {
      await recordHistory(transaction, nobody, [change(placed.id, placed.fulfillments[0]!.id)]);
      began();
      await givenUp;
      throw new Error('given up');
    });
    await begun;
    const other = await order();
    expect(follower.events).toHaveLength(1);
    giveUp();
    await expect(slow).rejects.toThrow('given up');
    await follower.received(2);
    expect(follower.events[1]).toMatchObject({ oldStatus: null, order: { id: other.id } });
    await expectEverything(follower);
  });
});

describe('cursors that cannot be resumed from', () => {
  async function refusal(after: string): Promise<unknown> {
    const follower = start({ after });
    const error = await follower.ended;
    expect(follower.events).toEqual([]);
    expect(live.eventLog.statistics().subscribers).toBe(0);
    return error;
  }
  const encoded = (text: string): string => Buffer.from(text).toString('base64url');

  test.each([
    'nonsense',
    encoded('1.2'),
    encoded(`1.2.${'x'.repeat(21)}`),
    encoded(`1.2.${'x'.repeat(23)}`),
    encoded(`-1.2.${'x'.repeat(22)}`),
    encoded(`99999999999999999999.2.${'x'.repeat(22)}`),
    'x'.repeat(201),
    '',
  ])('malformed: %s', async (after) => {
    expect(await refusal(after)).toMatchObject([
      { message: expect.any(String), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test('of another log, of an event that is not there, forged, and ahead of the log: resync', async () => {
    const follower = await startLive();
    await order();
    await follower.received(1);
    follower.unsubscribe();
    await waitUntil(() => live.eventLog.statistics().subscribers === 0, 'nobody is subscribed');
    const { cursor } = follower.events[0]!;
    const { place, signature } = live.eventLog.cursors.decode(cursor);
    const [id] = await server.database.transaction(async (transaction) =>
      transaction.execute<{ id: string }>(
        `select id from order_history where transaction_id = '${place.transactionId}' and position = ${place.position}`,
      ),
    );
    const ofAnother = new LogCursors('another log').encode({ id: id!.id, place });
    const ahead = { ...place, transactionId: place.transactionId + 1_000_000n };
    const refused = { extensions: { code: 'RESYNC_REQUIRED', remedy: expect.stringContaining('query') } };
    expect(await refusal(ofAnother)).toMatchObject([refused]);
    expect(await refusal(live.eventLog.cursors.encode({ id: id!.id, place: ahead }))).toMatchObject([
      refused,
    ]);
    const gone = { ...place, position: place.position + 1_000_000n };
    expect(await refusal(live.eventLog.cursors.encode({ id: id!.id, place: gone }))).toMatchObject([refused]);
    // A backup is restored and its transaction ids are given out again: the same place, another event.
    const reused = live.eventLog.cursors.encode({ id: '01900000-0000-7000-8000-000000000000', place });
    expect(await refusal(reused)).toMatchObject([refused]);
    const forged = encoded(`${place.transactionId}.${place.position}.${signature.slice(1)}x`);
    expect(await refusal(forged)).toMatchObject([refused]);
  });

  test('of a real other database: resync, and the error carries no SQL', async () => {
    const other = await startTestServer();
    try {
      const otherSku = (await stockedVariant(other, { LONDON: 10 })).sku;
      const otherLive = await startLiveServer(other.databaseUrl);
      const follower = follow({ url: otherLive.url, token: other.tokens.warehouse_staff });
      await waitUntil(() => otherLive.eventLog.statistics().subscribers === 1, 'it is registered');
      await confirmedOrder(other, [{ sku: otherSku, quantity: 1 }]);
      await follower.received(1);
      follower.unsubscribe();
      const error = await refusal(follower.events[0]!.cursor);
      expect(error).toMatchObject([{ extensions: { code: 'RESYNC_REQUIRED' } }]);
      expect(JSON.stringify(error)).not.toMatch(/select|order_history|stack/i);
      await otherLive.stop();
    } finally {
      await other.stop();
    }
  });
});
