import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApp, type App } from '../../src/app.ts';
import type { Viewer } from '../../src/auth/actor.ts';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { DatabaseUnavailableError, OutcomeUnknownError } from '../../src/db/driver/errors.ts';
import {
  bulkUpdateOrderStatus,
  type BulkUpdateOrderStatusInput,
} from '../../src/orders/commands/bulk-update-order-status.ts';
import { startServer, type RunningServer } from '../../src/server.ts';
import type { BulkAnswer } from '../../src/write/bulk-command.ts';
import { runBulk } from '../../src/write/run-bulk.ts';
import { historyOf } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, testSigningKeys, type Ask, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';
import { follow } from '../subscriptions/live-client.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { bulk, ordersWithKept, outcomes, pendingOrders, statusesOf } from './bulk-cases.ts';

// Limits, not expectations: the machine may be busy with other files.
vi.setConfig({ testTimeout: 120_000 });

let server: TestServer;
/** A second server on the same database, into which the test can look. */
let app: App;
let second: RunningServer;
let manager: Ask;
let elsewhere: Ask;
beforeAll(async () => {
  server = await startTestServer();
  const database = openDatabase({ url: server.databaseUrl, poolSize: 8 });
  app = await createApp({ database, signingKeys: testSigningKeys, log: pino({ level: 'silent' }) });
  second = await startServer(app, { host: '127.0.0.1', port: 0 });
  manager = server.as.order_manager;
  elsewhere = asker(second.url, server.tokens.order_manager);
});
afterAll(async () => {
  // A deadlock is repeated by the driver and seen nowhere else.
  expect(app.services.database.statistics().repeatedTransactions).toBe(0);
  await expectInvariants(server.databaseUrl);
  await second.stop();
  await server.stop();
});

/** More than one batch. */
const many = 60;

describe('calls that overlap, in opposite order, by rows and atomic, change each order once', () => {
  test.each([
    ['bulkUpdateOrderStatus', { status: 'CONFIRMED' }, pendingOrders, 2],
    ['bulkCreateFulfillments', {}, ordersWithKept, 2],
  ] as const)('%s', async (name, extra, arrange, entries) => {
    const ids = await arrange(server, many);
    const run = (orderIds: readonly string[], more: object = {}) =>
      bulk(elsewhere, name, { orderIds, ...extra, ...more });
    const gained = await rowsGained(server, async () => {
      const answers = await Promise.all([
        run(ids),
        run(ids.toReversed()),
        run(ids, { atomic: true }),
        run(ids.slice(10, 50).toReversed(), { atomic: true }),
      ]);
      const done = answers
        .filter(({ applied }) => applied)
        .flatMap(({ results }) => results!.filter(({ ok }) => ok).map(({ orderId }) => orderId));
      expect(done.toSorted()).toEqual(ids.toSorted());
    });
    expect(gained['order_history']).toBe(many * entries);
  });

  test('beside single commands', async () => {
    const ids = await pendingOrders(server, many);
    const singles = ids.slice(20, 40);
    const [answer, ...others] = await Promise.all([
      bulk(elsewhere, 'bulkUpdateOrderStatus', { orderIds: ids, status: 'CONFIRMED' }),
      ...singles.map((orderId) => mutate(elsewhere, 'confirmOrder', { orderId }, 'order { id }')),
    ]);
    const alone = others.filter(({ order }) => order !== null).map(({ order }) => order.id as string);
    const together = answer.results!.filter(({ ok }) => ok).map(({ orderId }) => orderId);
    expect([...together, ...alone].toSorted()).toEqual(ids.toSorted());
    expect(new Set(await statusesOf(server, ids))).toEqual(new Set(['CONFIRMED']));
  });

  test('of which the stock is shared, beside checkouts', async () => {
    const stocked = [
      await stockedVariant(server, { LONDON: 200 }),
      await stockedVariant(server, { LONDON: 200 }),
    ];
    const ids: string[] = [];
    for (let each = 0; each < many; each += 1) {
      ids.push((await placeOrder(server, [{ sku: stocked[each % 2]!.sku, quantity: 1 }])).id);
    }
    const cancel = (orderIds: string[], atomic: boolean) =>
      bulk(elsewhere, 'bulkUpdateOrderStatus', { orderIds, status: 'CANCELLED', atomic });
    const checkOut = () =>
      mutate(
        elsewhere,
        'createOrder',
        { channel: 'ECOMMERCE', currency: 'GBP', lines: stocked.map(({ sku }) => ({ sku, quantity: 1 })) },
        'order { id }',
      );
    const [one, other, ...placed] = await Promise.all([
      cancel(ids.slice(0, 31), true),
      cancel(ids.slice(31).toReversed(), false),
      ...Array.from({ length: 10 }, checkOut),
    ]);
    expect([one.accepted, other.accepted]).toEqual([31, 29]);
    expect(placed.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    for (const { sku } of stocked) {
      const { data } = await manager(`{ availability(sku: "${sku}") { onHand reserved } }`);
      expect(data.availability).toEqual([{ onHand: 200, reserved: 10 }]);
    }
  });
});

describe('when the server cannot go on', () => {
  const faults: unknown[] = [];
  /** A call that meets with an accident at one of its transactions, before the work or after the commit. */
  async function interrupted(
    input: BulkUpdateOrderStatusInput,
    accident: { at: number; after?: Error; before?: Error },
  ): Promise<BulkAnswer> {
    let begun = 0;
    const { database } = app.services;
    const failing: Database = {
      ...database,
      async transaction(work) {
        begun += 1;
        if (begun === accident.at && accident.before) throw accident.before;
        const result = await database.transaction(work);
        if (begun === accident.at && accident.after) throw accident.after;
        return result;
      },
    };
    const services = {
      database: failing,
      wakeListeners: () => {},
      reportFault: (error: unknown) => faults.push(error),
    };
    const actor: Viewer = {
      userId: server.userIds.order_manager,
      role: 'order_manager',
      customerId: null,
      sessionId: null,
      expiresAtSeconds: Number.MAX_SAFE_INTEGER,
    };
    return runBulk(services, { actor, ipAddress: null, userAgent: null }, bulkUpdateOrderStatus, input);
  }
  const lost = new DatabaseUnavailableError('lost');
  const codes = ({ rows }: BulkAnswer) =>
    rows!.map(({ newStatus, userErrors }) => newStatus ?? userErrors[0]!.code);
  const times = (count: number, word: string): string[] => Array.from({ length: count }, () => word);

  test.each<[string, { before?: Error; after?: Error }, string, string]>([
    ['is lost before the second batch', { before: lost }, 'ROW_NOT_DONE', 'PENDING'],
    [
      'is lost at the commit of the second batch',
      { after: new OutcomeUnknownError(lost) },
      'ROW_OUTCOME_UNKNOWN',
      'CONFIRMED',
    ],
  ])(
    'the connection %s: the rows say so, and the call again does the rest',
    async (_when, accident, code, then) => {
      const ids = await pendingOrders(server, 110);
      // One that is refused stays refused, also when it would be possible by then.
      ids[1] = randomUUID();
      const idempotencyKey = randomUUID();
      faults.length = 0;
      const answer = await interrupted(
        { orderIds: ids, status: 'confirmed', idempotencyKey },
        { at: 2, ...accident },
      );
      expect(answer).toMatchObject({ applied: true, userErrors: [] });
      expect(codes(answer)).toEqual([
        'confirmed',
        'NOT_FOUND',
        ...times(48, 'confirmed'),
        ...times(50, code),
        ...times(10, 'ROW_NOT_DONE'),
      ]);
      expect(answer.rows!.map(({ userErrors }) => userErrors[0]?.path)).toEqual(
        ids.map((_, index) => (index === 1 || index >= 50 ? ['orderIds', String(index)] : undefined)),
      );
      expect(faults).toEqual([accident.before ?? accident.after]);
      const real = ids.filter((_, index) => index !== 1);
      expect(await statusesOf(server, real)).toEqual([
        ...times(49, 'CONFIRMED'),
        ...times(50, then),
        ...times(10, 'PENDING'),
      ]);

      const input = { orderIds: ids, status: 'CONFIRMED', idempotencyKey };
      const again = await bulk(manager, 'bulkUpdateOrderStatus', input);
      expect(outcomes(again)).toEqual(ids.map((_, index) => (index === 1 ? 'NOT_FOUND' : 'CONFIRMED')));
      for (const id of [real[0]!, real[60]!, real[108]!]) {
        expect((await historyOf(server, id)).filter(({ action }) => action === 'CONFIRMED')).toHaveLength(1);
      }
      expect(await expectUnchanged(server, () => bulk(manager, 'bulkUpdateOrderStatus', input))).toEqual(
        again,
      );
    },
  );

  test('at the very first batch the call fails as a whole, and nothing has changed', async () => {
    const orderIds = await pendingOrders(server, 2);
    await expectUnchanged(server, async () => {
      const call = interrupted({ orderIds, status: 'confirmed' }, { at: 1, before: lost });
      await expect(call).rejects.toBe(lost);
    });
  });

  test('an atomic call is lost as a whole', async () => {
    const orderIds = await pendingOrders(server, many);
    await expectUnchanged(server, async () => {
      const call = interrupted({ orderIds, status: 'confirmed', atomic: true }, { at: 1, before: lost });
      await expect(call).rejects.toBe(lost);
    });
  });
});

test('subscribers get each order’s events in order, those of dry and refused calls never', async () => {
  const before = app.services.eventLog.statistics().subscribers;
  const follower = follow({ url: second.url, token: server.tokens.order_manager, retryAttempts: 0 });
  await waitUntil(
    () => app.services.eventLog.statistics().subscribers > before,
    'the subscriber is registered',
  );
  const ids = await pendingOrders(server, many);
  const run = (status: string, more: object = {}) =>
    bulk(manager, 'bulkUpdateOrderStatus', { orderIds: ids, status, ...more });
  await run('CONFIRMED', { dryRun: true });
  await run('CANCELLED', { dryRun: true, atomic: true });
  await run('DELIVERED', { atomic: true });
  await run('CONFIRMED');
  await run('CANCELLED', { atomic: true });
  await follower.received(2 * many);
  // Whatever should not come would have come before this one.
  const { sku } = await stockedVariant(server, { LONDON: 1 });
  await confirmedOrder(server, [{ sku, quantity: 1 }]);
  await follower.received(2 * many + 1);
  follower.unsubscribe();
  expect(follower.events).toHaveLength(2 * many + 1);
  const changes = ({ oldStatus, newStatus }: (typeof follower.events)[number]) => `${oldStatus}>${newStatus}`;
  for (const id of ids) {
    expect(follower.events.filter(({ order }) => order?.id === id).map(changes)).toEqual([
      'null>PENDING',
      'PENDING>CANCELLED',
    ]);
  }
  const confirmed = follower.events.slice(0, many).map(({ order }) => order!.id);
  expect(confirmed).toEqual(ids);
});
