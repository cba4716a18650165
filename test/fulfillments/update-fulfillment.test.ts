import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { mutate } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';
import { fulfillmentInHand } from './in-hand.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const update = (fulfillmentId: string, changes: object) =>
  mutate(
    server.as.warehouse_staff,
    'updateFulfillment',
    { fulfillmentId, ...changes },
    'fulfillment { status version warehouseLocation boxSize weightGrams carrier packingMaterials { name quantity } }',
  );

test('what is given is written, what is left out stays, null clears, and the history has the changes', async () => {
  const fulfillment = await fulfillmentInHand(server, { upTo: 'completePacking' });
  const changes = {
    warehouseLocation: 'A-12',
    boxSize: 'M',
    weightGrams: 900,
    packingMaterials: [{ name: 'tape', quantity: 1.5 }],
    carrier: 'DPD',
  };
  const answer = await update(fulfillment.id, changes);
  expect(answer.userErrors).toEqual([]);
  expect(answer.fulfillment).toEqual({
    status: 'READY_TO_SHIP',
    version: fulfillment.version + 1,
    ...changes,
  });
  const again = await update(fulfillment.id, { boxSize: null });
  expect(again.fulfillment).toMatchObject({ ...changes, boxSize: null });
  const history = (await historyOf(server, fulfillment.orderId)).slice(-2);
  expect(shortHistory(history)).toEqual([
    'EDITED READY_TO_SHIP>READY_TO_SHIP',
    'EDITED READY_TO_SHIP>READY_TO_SHIP',
  ]);
  expect(history[0]).toMatchObject({
    description: `${fulfillment.number} was edited: warehouseLocation, boxSize, weightGrams, packingMaterials, carrier.`,
    additionalData: { changes },
  });
  expect(history[1].additionalData).toEqual({ changes: { boxSize: null } });
});

test.each([
  ['nothing', {}, []],
  ['no weight', { weightGrams: 0 }, ['weightGrams']],
  ['an empty carrier', { carrier: ' ' }, ['carrier']],
  ['an empty bin', { warehouseLocation: '' }, ['warehouseLocation']],
  [
    'less than nothing of a material',
    { packingMaterials: [{ name: 'tape', quantity: -1 }] },
    ['packingMaterials', '0', 'quantity'],
  ],
])('%s is refused with its path', async (_what, changes, path) => {
  const fulfillment = await fulfillmentInHand(server);
  const answer = await expectUnchanged(server, () => update(fulfillment.id, changes));
  expect(answer).toMatchObject({ fulfillment: null, userErrors: [{ code: 'VALIDATION', path }] });
});

describeCommandRules(() => server, {
  name: 'updateFulfillment',
  inputType: 'UpdateFulfillmentInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: ['customer_service', 'customer'],
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentInHand(server),
  extra: { boxSize: 'L' },
  otherExtra: { boxSize: 'S' },
  exclusive: false,
  wrongState: {
    arrange: () => fulfillmentInHand(server, { upTo: 'shipFulfillment' }),
    from: 'SHIPPED',
    allowed: ['deliverFulfillment'],
  },
});
