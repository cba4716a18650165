import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeCommandRules, historyOf, shortHistory, unknownId } from '../setup/command-rules.ts';
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

const assign = (fulfillmentId: string, userId?: string | null) =>
  mutate(
    server.as.order_manager,
    'assignFulfillment',
    { fulfillmentId, userId },
    'fulfillment { id status version assignedTo { id } }',
  );
const mine = async (args = ''): Promise<any> => {
  const { data } = await server.as.warehouse_staff(
    `{ myFulfillments(first: 100${args}) { totalCount nodes { id status } pageInfo { hasNextPage } } }`,
  );
  return data.myFulfillments;
};

test('whoever is assigned finds it in myFulfillments until it is shipped, and the history says so', async () => {
  const fulfillment = await fulfillmentInHand(server, {});
  const staff = server.userIds.warehouse_staff;
  const answer = await assign(fulfillment.id, staff);
  expect(answer.userErrors).toEqual([]);
  expect(answer.fulfillment).toEqual({
    id: fulfillment.id,
    status: 'PENDING',
    version: 2,
    assignedTo: { id: staff },
  });
  expect(await mine()).toEqual({
    totalCount: 1,
    nodes: [{ id: fulfillment.id, status: 'PENDING' }],
    pageInfo: { hasNextPage: false },
  });
  expect((await mine(', statuses: [PICKING]')).totalCount).toBe(0);
  const last = (await historyOf(server, fulfillment.orderId)).at(-1);
  expect(shortHistory([last])).toEqual(['ASSIGNED PENDING>PENDING']);
  expect(last).toMatchObject({
    description: `${fulfillment.number} was assigned.`,
    additionalData: { assignedToId: staff, assignedBeforeToId: null },
    performedBy: { id: server.userIds.order_manager },
  });

  const back = await assign(fulfillment.id, null);
  expect(back.fulfillment).toMatchObject({ version: 3, assignedTo: null });
  expect((await mine()).nodes).toEqual([]);
});

test('what is assigned and shipped is listed only where its status is asked for', async () => {
  const fulfillment = await fulfillmentInHand(server, { upTo: 'shipFulfillment' });
  expect((await mine()).nodes).toEqual([]);
  expect((await mine(', statuses: [SHIPPED]')).nodes).toEqual([{ id: fulfillment.id, status: 'SHIPPED' }]);
});

test.each(['customer_service', 'customer'] as const)('myFulfillments is not for %s', async (role) => {
  const { errors } = await server.as[role]('{ myFulfillments { nodes { id } } }');
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test.each(['customer_service', 'customer', 'unknown', 'malformed'] as const)(
  'somebody who does no such work (%s) is refused with the path',
  async (who) => {
    const fulfillment = await fulfillmentInHand(server, {});
    const id = who === 'unknown' ? unknownId : who === 'malformed' ? '1' : server.userIds[who];
    const answer = await expectUnchanged(server, () => assign(fulfillment.id, id));
    expect(answer).toMatchObject({
      fulfillment: null,
      userErrors: [{ code: who === 'malformed' ? 'VALIDATION' : 'NOT_FOUND', path: ['userId'] }],
    });
  },
);

describeCommandRules(() => server, {
  name: 'assignFulfillment',
  inputType: 'AssignFulfillmentInput',
  subject: 'fulfillment',
  by: 'warehouse_staff',
  mayNot: ['customer_service', 'customer'],
  permissions: ['fulfillments.work'],
  arrange: () => fulfillmentInHand(server),
  otherExtra: { expectedVersion: 1 },
  exclusive: false,
  wrongState: {
    arrange: () => fulfillmentInHand(server, { upTo: 'deliverFulfillment' }),
    from: 'FULFILLED',
    allowed: [],
  },
});
