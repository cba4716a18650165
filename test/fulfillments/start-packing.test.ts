import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { fulfillmentAfter, mayNotWork, readFulfillment } from './arrange.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const startPacking = (fulfillmentId: string) =>
  mutate(
    server.as.warehouse_staff,
    'startPacking',
    { fulfillmentId },
    'fulfillment { status }',
    'FulfillmentInput',
  );

test('stamps the time within PACKING', async () => {
  const { id, number, version, orderId } = await fulfillmentAfter(server, 'completePicking');
  expect(await startPacking(id)).toEqual({ fulfillment: { status: 'PACKING' }, userErrors: [] });
  const found = await readFulfillment(server, id);
  expect(found).toMatchObject({
    status: 'PACKING',
    version: version + 1,
    packingStartedAt: expect.any(String),
    packingCompletedAt: null,
    order: { status: 'PROCESSING', version: 3 },
  });
  expect((await historyOf(server, orderId)).at(-1)).toMatchObject({
    action: 'STATUS_CHANGED',
    oldStatus: 'PACKING',
    newStatus: 'PACKING',
    description: `Packing of ${number} started.`,
    createdAt: found.packingStartedAt,
  });
});

test('a second start is refused: the first time stands', async () => {
  const { id, number } = await fulfillmentAfter(server, 'startPacking');
  const answer = await expectUnchanged(server, () => startPacking(id));
  expect(answer).toMatchObject({
    fulfillment: null,
    userErrors: [
      {
        code: 'VALIDATION',
        path: ['fulfillmentId'],
        message: `Packing of ${number} has started already.`,
      },
    ],
  });
});

describeCommandRules(() => server, {
  name: 'startPacking',
  inputType: 'FulfillmentInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: mayNotWork,
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentAfter(server, 'completePicking'),
  otherExtra: { expectedVersion: 4 },
  wrongState: {
    arrange: () => fulfillmentAfter(server, 'scan'),
    from: 'PICKING',
    allowed: ['scanItem', 'completePicking'],
  },
});
