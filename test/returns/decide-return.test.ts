import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { orderAfter, readOrder, requestedReturn, returnCommand } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const asManager = (name: string, input: object) => returnCommand(server.as.order_manager, name, input);
const reason = 'Mr Miller has worn it.';
const approved = async () => {
  const { id } = await requestedReturn(server);
  const { return: after } = await asManager('approveReturn', { returnId: id });
  return { id, version: after.version };
};
const rejected = async () => {
  const { id } = await requestedReturn(server);
  const { return: after } = await asManager('rejectReturn', { returnId: id, reason });
  return { id, version: after.version };
};

test('an approved return leaves the order waiting, and the history says whose decision it was', async () => {
  const requested = await requestedReturn(server);
  const { userErrors, ...answer } = await asManager('approveReturn', { returnId: requested.id });
  expect(userErrors).toEqual([]);
  expect(answer.return).toMatchObject({
    status: 'APPROVED',
    version: 2,
    refundable: { amountMinor: 666 + 750 },
  });
  expect(answer.return.allowedActions).not.toContain('approveReturn');
  expect(answer.order).toMatchObject({ status: 'RETURN_REQUESTED', version: requested.order.version + 1 });
  const last = (await historyOf(server, requested.orderId)).at(-1);
  expect(shortHistory([last])).toEqual(['STATUS_CHANGED RETURN_REQUESTED>RETURN_REQUESTED']);
  expect(last).toMatchObject({
    description: 'The return was approved.',
    additionalData: { returnId: requested.id, returnStatus: 'approved', returnStatusBefore: 'requested' },
    performedBy: { id: server.userIds.order_manager },
  });
});

test.each([false, true])(
  'a rejected return lets the order go on from where it was; approved before: %s',
  async (isApproved) => {
    const order = await orderAfter(server, 'deliverFulfillment');
    await mutate(
      server.as.order_manager,
      'completeOrder',
      { orderId: order.id },
      'order { id }',
      'OrderInput',
    );
    const before = await readOrder(server, order.id);
    const requested = await requestedReturn(server, order);
    if (isApproved) await asManager('approveReturn', { returnId: requested.id });
    const { userErrors, ...answer } = await asManager('rejectReturn', { returnId: requested.id, reason });
    expect(userErrors).toEqual([]);
    expect(answer.return).toMatchObject({
      status: 'REJECTED',
      rejectReason: reason,
      refundable: { amountMinor: 0 },
      allowedActions: [],
    });
    const { status, version, completedAt, deliveredAt, items } = await readOrder(server, order.id);
    // The times are those of the first time.
    expect({ status, completedAt, deliveredAt, items }).toEqual({
      status: 'COMPLETED',
      completedAt: before.completedAt,
      deliveredAt: before.deliveredAt,
      items: before.items,
    });
    expect(version).toBe(before.version + 2);
    const last = (await historyOf(server, order.id)).at(-1);
    expect(shortHistory([last])).toEqual(['STATUS_CHANGED RETURN_REQUESTED>COMPLETED']);
    expect(last).toMatchObject({
      description: 'The return was rejected.',
      additionalData: {
        returnId: requested.id,
        returnStatus: 'rejected',
        returnStatusBefore: isApproved ? 'approved' : 'requested',
      },
    });
    const rows = await server.database.read.execute(`select row::text as text from order_history as row`);
    expect(JSON.stringify(rows)).not.toContain('Miller');
  },
);

test('what was delivered while the order waited is seen when the return is rejected', async () => {
  const requested = await requestedReturn(server);
  const order = await readOrder(server, requested.orderId);
  await mutate(
    server.as.warehouse_staff,
    'deliverFulfillment',
    { fulfillmentId: order.fulfillments.nodes[0].id },
    'fulfillment { id }',
    'FulfillmentInput',
  );
  expect((await readOrder(server, order.id)).status).toBe('RETURN_REQUESTED');
  const answer = await asManager('rejectReturn', { returnId: requested.id, reason });
  expect(answer.order.status).toBe('DELIVERED');
  expect(shortHistory((await historyOf(server, order.id)).slice(-2))).toEqual([
    'STATUS_CHANGED RETURN_REQUESTED>SHIPPED',
    'DELIVERED SHIPPED>DELIVERED',
  ]);
});

test('of an approval and a rejection at once, each leaves the other the table', async () => {
  const { id, orderId } = await requestedReturn(server);
  const [approval, rejection] = await Promise.all([
    asManager('approveReturn', { returnId: id, expectedVersion: 1 }),
    asManager('rejectReturn', { returnId: id, reason, expectedVersion: 1 }),
  ]);
  expect([...approval.userErrors, ...rejection.userErrors]).toMatchObject([
    { code: 'VERSION_CONFLICT', currentVersion: 2, return: { id, version: 2 } },
  ]);
  const winner = approval.return ?? rejection.return;
  const expected = winner.status === 'APPROVED' ? 'RETURN_REQUESTED' : 'SHIPPED';
  expect((await readOrder(server, orderId)).status).toBe(expected);
});

describe('rejectReturn needs a reason', () => {
  test.each(['', '   ', 'x'.repeat(501)])('and not %j', async (wrong) => {
    const { id } = await requestedReturn(server);
    const answer = await expectUnchanged(server, () =>
      asManager('rejectReturn', { returnId: id, reason: wrong }),
    );
    expect(answer.userErrors.map(({ code, path }: any) => [code, path])).toContainEqual([
      'VALIDATION',
      ['reason'],
    ]);
  });
});

const mayNot = ['warehouse_staff', 'customer_service', 'customer'] as const;
describeCommandRules(() => server, {
  name: 'approveReturn',
  inputType: 'ReturnInput',
  subject: 'return',
  by: 'order_manager',
  mayNot,
  permissions: ['returns.approve'],
  arrange: () => requestedReturn(server),
  otherExtra: { expectedVersion: 7 },
  wrongState: { arrange: approved, from: 'APPROVED', allowed: ['rejectReturn', 'receiveReturn'] },
});

describeCommandRules(() => server, {
  name: 'rejectReturn',
  inputType: 'RejectReturnInput',
  subject: 'return',
  by: 'order_manager',
  mayNot,
  permissions: ['returns.approve'],
  arrange: () => requestedReturn(server),
  extra: { reason },
  otherExtra: { reason: 'Too late' },
  wrongState: { arrange: rejected, from: 'REJECTED', allowed: [] },
});
