import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { serve, asker, startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, takeSnapshot } from '../setup/snapshot.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { addEndpoint, deliveries, endpointFields, findEndpoint, startSender, update } from './arrange.ts';
import { startReceiver, verified } from './receiver.ts';

let server: TestServer;
let sku: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ sku } = await stockedVariant(server, { LONDON: 1_000 }));
});
afterAll(() => server.stop());

const url = 'https://receiver.example/orders';
const selection = `endpoint { ${endpointFields} }`;
const permission = 'webhooks.manage';
const create = (input: object): Promise<any> =>
  mutate(server.as.order_manager, 'createWebhookEndpoint', input, `secret ${selection}`);
const storedSecrets = async (id: string): Promise<any> => {
  const [row] = await server.database.read.execute(
    sql`select secret, previous_secret as previous from webhook_endpoints where id = ${id}::uuid`,
  );
  return row;
};

const wrongFilters = [
  ['no action at all', { actions: [] }, ['actions']],
  ['the same channel twice', { channels: ['WHOLESALE', 'WHOLESALE'] }, ['channels']],
  ['a location that there is not', { locationCodes: ['LONDON', 'NOWHERE'] }, ['locationCodes']],
  ['no status at all', { orderStatuses: [] }, ['orderStatuses']],
] as const;
const wrongUrls = [
  ['what is no address', { url: 'receiver' }, ['url']],
  ['an address of a file', { url: 'file:///etc/passwd' }, ['url']],
  ['an address with a password', { url: 'https://user:pw@receiver.example' }, ['url']],
  ['an address with a fragment', { url: 'https://receiver.example/#x' }, ['url']],
  ['a long address', { url: `https://receiver.example/${'x'.repeat(2_000)}` }, ['url']],
] as const;

describe('creating', () => {
  describeAdministrationRules(() => server, {
    name: 'createWebhookEndpoint',
    inputType: 'CreateWebhookEndpointInput',
    permission,
    selection,
    arrange: async () => ({ url, actions: ['SHIPPED'] }),
    other: () => ({ actions: ['DELIVERED'] }),
    wrong: [...wrongUrls, ...wrongFilters],
  });

  test('shows the secret once, and keeps it where it signs and nowhere else', async () => {
    const input = { url, idempotencyKey: 'once' };
    const first = await create(input);
    expect(first.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(first.endpoint).toEqual({
      id: expect.any(String),
      url,
      actions: null,
      channels: null,
      locationCodes: null,
      orderStatuses: null,
      active: true,
      disabledAt: null,
      disabledReason: null,
      previousSecretUntil: null,
      version: 1,
    });
    const again = await create(input);
    expect(again).toEqual({ ...first, secret: null });
    expect(await storedSecrets(first.endpoint.id)).toEqual({ secret: first.secret, previous: null });
    const elsewhere = await server.database.read.execute(
      sql`select key from idempotency_keys where result::text like '%whsec_%'`,
    );
    expect(elsewhere).toHaveLength(0);
    expect((await create({ url })).secret).not.toBe(first.secret);
  });

  test('where the operator allows no plain HTTP: VALIDATION', async () => {
    const strict = await serve(server.databaseUrl, 0, {
      webhooks: { allowPrivateAddresses: false, allowHttp: false },
    });
    try {
      const manager = asker(strict.url, server.tokens.order_manager);
      const refused = await expectUnchanged(server, () =>
        mutate(manager, 'createWebhookEndpoint', { url: 'http://receiver.example' }, selection),
      );
      expect(refused.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['url'] }]);
    } finally {
      await strict.stop();
    }
  });
});

describe('updating', () => {
  describeAdministrationRules(() => server, {
    name: 'updateWebhookEndpoint',
    inputType: 'UpdateWebhookEndpointInput',
    permission,
    selection,
    arrange: async () => ({ endpointId: (await addEndpoint(server, url)).id, actions: ['SHIPPED'] }),
    other: () => ({ actions: null }),
    unknown: ['endpointId'],
    wrong: [
      ...wrongUrls,
      ...wrongFilters,
      ['no address', { url: null }, ['url']],
      ['neither on nor off', { active: null }, ['active']],
      ['what is no id', { endpointId: '42' }, ['endpointId']],
    ],
    versioned: { kind: 'webhookEndpoint', version: 1 },
  });

  test('what is left out stays, null takes a filter away', async () => {
    const { id } = await addEndpoint(server, url, { actions: ['SHIPPED'], channels: ['ECOMMERCE'] });
    const changed = await update(server, { endpointId: id, url: `${url}/2`, channels: null });
    expect(changed).toMatchObject({
      secret: null,
      endpoint: { url: `${url}/2`, actions: ['SHIPPED'], channels: null, version: 2 },
    });
  });

  test('a new secret is shown once; for a day both sign, then the new one alone', async () => {
    const receiver = await startReceiver();
    const { id, secret: old } = await addEndpoint(server, receiver.url);
    const input = { endpointId: id, rotateSecret: true, idempotencyKey: 'rotate' };
    const rotated = await update(server, input);
    expect(rotated.secret).toMatch(/^whsec_/);
    expect(rotated.secret).not.toBe(old);
    expect(rotated.endpoint.previousSecretUntil).not.toBeNull();
    expect(await update(server, input)).toEqual({ ...rotated, secret: null });
    expect(await storedSecrets(id)).toEqual({ secret: rotated.secret, previous: old });
    const sender = startSender(server);
    try {
      await placeOrder(server, [{ sku, quantity: 1 }]);
      await waitUntil(() => receiver.received.length > 0, 'it is sent');
      const [both] = receiver.received;
      expect(verified(old, both!)).toEqual(verified(rotated.secret, both!));
      await server.database.transaction((transaction) =>
        transaction.execute(
          sql`update webhook_endpoints set previous_secret_until = now() where id = ${id}::uuid`,
        ),
      );
      await waitUntil(
        async () => (await deliveries(server, { endpointId: id, statuses: ['PENDING'] })).length === 0,
        'all are sent',
      );
      receiver.received.length = 0;
      await placeOrder(server, [{ sku, quantity: 1 }]);
      await waitUntil(() => receiver.received.length > 0, 'it is sent');
      const [one] = receiver.received;
      expect(verified(rotated.secret, one!)).toEqual(one!.event);
      expect(() => verified(old, one!)).toThrow('No matching signature');
    } finally {
      await sender.stop();
      await receiver.stop();
    }
  });
});

describe('deleting', () => {
  describeAdministrationRules(() => server, {
    name: 'deleteWebhookEndpoint',
    inputType: 'DeleteWebhookEndpointInput',
    permission,
    selection: 'deletedEndpointId',
    arrange: async () => ({ endpointId: (await addEndpoint(server, url)).id }),
    other: async () => ({ endpointId: (await addEndpoint(server, url)).id }),
    unknown: ['endpointId'],
    wrong: [['what is no id', { endpointId: '42' }, ['endpointId']]],
  });

  test('of another version than the one that was seen: VERSION_CONFLICT, and it stays', async () => {
    const { id } = await addEndpoint(server, url);
    const input = { endpointId: id, expectedVersion: 7 };
    const refused = await expectUnchanged(server, () =>
      mutate(server.as.order_manager, 'deleteWebhookEndpoint', input, 'deletedEndpointId'),
    );
    expect(refused.userErrors).toMatchObject([{ code: 'VERSION_CONFLICT', currentVersion: 1 }]);
  });

  test('takes what was and is to be sent with it', async () => {
    const before = await takeSnapshot(server);
    const { id } = await addEndpoint(server, url);
    await addDelivery(id);
    await mutate(server.as.order_manager, 'deleteWebhookEndpoint', { endpointId: id }, 'deletedEndpointId');
    const { webhook_endpoints, webhook_deliveries, webhook_cursors } = await takeSnapshot(server);
    expect({ webhook_endpoints, webhook_deliveries, webhook_cursors }).toEqual({
      webhook_endpoints: before['webhook_endpoints'],
      webhook_deliveries: before['webhook_deliveries'],
      webhook_cursors: before['webhook_cursors'],
    });
  });
});

/** One that was given up a while ago. */
async function addDelivery(endpointId: string, secondsAgo = 60): Promise<string> {
  const { id: orderId } = await placeOrder(server, [{ sku, quantity: 1 }]);
  const [row] = await server.database.transaction((transaction) =>
    transaction.execute<{ id: string }>(sql`
      insert into webhook_deliveries (endpoint_id, order_id, event_id, transaction_id, position, event_type, payload,
        status, attempts, last_attempt_at)
      values (${endpointId}::uuid, ${orderId}::uuid, gen_random_uuid(), '1'::xid8, 1, 'order.edited', '{}',
        'failed', 8, now() - make_interval(secs => ${secondsAgo})) returning id`),
  );
  return row!.id;
}

describe('redelivering', () => {
  const one = 'redelivered delivery { id status attempts }';
  describeAdministrationRules(() => server, {
    name: 'redeliverWebhook',
    inputType: 'RedeliverWebhookInput',
    permission,
    selection: one,
    arrange: async () => {
      const endpoint = await addEndpoint(server, url);
      await update(server, { endpointId: endpoint.id, active: false });
      return { deliveryId: await addDelivery(endpoint.id) };
    },
    other: async () => ({ deliveryId: await addDelivery((await addEndpoint(server, url)).id) }),
    unknown: ['deliveryId'],
    wrong: [
      ['nothing', { deliveryId: null }, ['deliveryId']],
      ['what is no id', { deliveryId: '42' }, ['deliveryId']],
      ['both ways', { failedSince: '2026-01-01T00:00:00Z' }, ['deliveryId']],
      [
        'no moment',
        { deliveryId: null, endpointId: '01900000-0000-7000-8000-000000000000' },
        ['failedSince'],
      ],
    ],
  });

  const redeliver = (input: object): Promise<any> =>
    mutate(server.as.order_manager, 'redeliverWebhook', input, one);

  test('all that was given up since a moment; of an endpoint that there is', async () => {
    const { id: endpointId } = await addEndpoint(server, url);
    await addDelivery(endpointId, 3_600);
    const recent = await addDelivery(endpointId, 60);
    const failedSince = new Date(Date.now() - 600_000).toISOString();
    expect(await redeliver({ endpointId, failedSince })).toMatchObject({ redelivered: 1, delivery: null });
    expect(await deliveries(server, { endpointId, statuses: ['PENDING'] })).toMatchObject([
      { id: recent, attempts: 0 },
    ]);
    const unknown = '01900000-0000-7000-8000-000000000000';
    const refused = await expectUnchanged(server, () => redeliver({ endpointId: unknown, failedSince }));
    expect(refused.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['endpointId'] }]);
  });

  test('what is being sent at this moment is left alone', async () => {
    const { id: endpointId } = await addEndpoint(server, url);
    const deliveryId = await addDelivery(endpointId);
    await server.database.transaction((transaction) =>
      transaction.execute(sql`update webhook_deliveries set status = 'pending', attempts = 3,
        locked_until = now() + interval '1 minute' where id = ${deliveryId}::uuid`),
    );
    expect(await redeliver({ deliveryId })).toMatchObject({
      redelivered: 0,
      delivery: { status: 'PENDING', attempts: 3 },
    });
  });
});

test('deliveries are listed by endpoint, status, order, event and time, page by page', async () => {
  const { id: endpointId } = await addEndpoint(server, url);
  const ids = [await addDelivery(endpointId), await addDelivery(endpointId), await addDelivery(endpointId)];
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      update webhook_deliveries set position = array_position(${`{${ids.join(',')}}`}::uuid[], id)
      where endpoint_id = ${endpointId}::uuid`),
  );
  const listed = await deliveries(server, { endpointId });
  expect(listed.map(({ id }) => id)).toEqual(ids);
  const [first, second] = listed;
  const only = async (filter: object) =>
    (await deliveries(server, { endpointId, ...filter })).map(({ id }) => id);
  expect(await only({ orderId: first!.order.id })).toEqual([first!.id]);
  expect(await only({ eventId: second!.eventId })).toEqual([second!.id]);
  expect(await only({ statuses: ['DELIVERED', 'PENDING'] })).toEqual([]);
  expect(await only({ statuses: ['FAILED'] })).toEqual(ids);
  expect(await only({ createdBefore: '2026-01-01T00:00:00Z' })).toEqual([]);
  const page = async (after: string | null): Promise<any> => {
    const { data } = await server.as.order_manager(
      `query ($after: String, $endpointId: ID!) {
        webhookDeliveries(first: 2, after: $after, filter: { endpointId: $endpointId }) {
          totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
      { after, endpointId },
    );
    return data.webhookDeliveries;
  };
  const start = await page(null);
  expect(start).toMatchObject({ totalCount: 3, nodes: [{ id: ids[2] }, { id: ids[1] }] });
  const end = await page(start.pageInfo.endCursor);
  expect(end).toMatchObject({ nodes: [{ id: ids[0] }], pageInfo: { hasNextPage: false } });
});

test('no more than a hundred endpoints', async () => {
  const { data } = await server.as.order_manager('{ webhookEndpoints { id } }');
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      insert into webhook_endpoints (url, secret) select 'https://x.example', 'whsec_eA=='
      from generate_series(1, 100 - ${data.webhookEndpoints.length})`),
  );
  const refused = await expectUnchanged(server, () => create({ url }));
  expect(refused.userErrors).toMatchObject([{ code: 'VALIDATION', path: ['url'] }]);
  expect(await findEndpoint(server, data.webhookEndpoints[0].id)).toBeDefined();
});
