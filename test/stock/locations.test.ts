import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeAdministrationRules } from '../setup/administration-rules.ts';
import { mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged } from '../setup/snapshot.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await stockedVariant(server, { LONDON: 1, LEEDS: 1 });
});
afterAll(async () => {
  await expectInvariants(server.databaseUrl);
  await server.stop();
});

const selection = 'location { code name priority active version }';
let opened = 0;
const newLocation = () => {
  opened += 1;
  return { code: `PLACE-${opened}`, name: 'Place' };
};
const open = async (extra: object = {}): Promise<string> => {
  const input = { ...newLocation(), ...extra };
  const { userErrors } = await mutate(server.as.order_manager, 'createStockLocation', input, selection);
  expect(userErrors).toEqual([]);
  return input.code;
};
const update = (locationCode: string, extra: object): Promise<any> =>
  mutate(server.as.order_manager, 'updateStockLocation', { locationCode, ...extra }, selection);
const threshold = (sku: string, locationCode: string, value: number | null): Promise<any> =>
  mutate(
    server.as.order_manager,
    'setLowStockThreshold',
    { sku, locationCode, threshold: value },
    'stockLevels { onHand available lowStockThreshold location { code } }',
  );
const low = async (arguments_ = ''): Promise<any> => {
  const { data, errors } = await server.as.warehouse_staff(
    `{ lowStock${arguments_} { totalCount nodes { available lowStockThreshold location { code } variant { sku } } pageInfo { endCursor } } }`,
  );
  expect(errors).toBeUndefined();
  return data.lowStock;
};

describeAdministrationRules(() => server, {
  name: 'createStockLocation',
  inputType: 'CreateStockLocationInput',
  permission: 'stock.configure',
  selection,
  arrange: async () => newLocation(),
  other: () => ({ name: 'Other' }),
  wrong: [
    ['a code with spaces', { code: 'A B' }, ['code']],
    ['a long code', { code: 'x'.repeat(51) }, ['code']],
    ['a taken code', { code: 'LONDON' }, ['code']],
    ['a blank name', { name: ' ' }, ['name']],
    ['a priority below 0', { priority: -1 }, ['priority']],
  ],
});

describeAdministrationRules(() => server, {
  name: 'updateStockLocation',
  inputType: 'UpdateStockLocationInput',
  permission: 'stock.configure',
  selection,
  arrange: async () => ({ locationCode: await open(), name: 'Renamed' }),
  other: () => ({ name: 'Other' }),
  unknown: ['locationCode', 'NOWHERE'],
  wrong: [
    ['a blank name', { name: ' ' }, ['name']],
    ['an emptied name', { name: null }, ['name']],
    ['an emptied priority', { priority: null }, ['priority']],
    ['neither open nor closed', { active: null }, ['active']],
    ['a priority below 0', { priority: -1 }, ['priority']],
  ],
  versioned: { kind: 'location', version: 1 },
});

describeAdministrationRules(() => server, {
  name: 'setLowStockThreshold',
  inputType: 'SetLowStockThresholdInput',
  permission: 'stock.configure',
  selection: 'stockLevels { lowStockThreshold }',
  arrange: async () => ({
    ...(await stockedVariant(server, { LONDON: 1 }).then(({ sku }) => ({ sku }))),
    locationCode: 'LONDON',
    threshold: 5,
  }),
  other: () => ({ threshold: 6 }),
  unknown: ['sku', 'NONE'],
  wrong: [
    ['a threshold below 0', { threshold: -1 }, ['threshold']],
    ['an empty code', { locationCode: '' }, ['locationCode']],
  ],
});

test('a new location is allocated by its priority, and none once it is closed', async () => {
  const first = await open({ priority: 1 });
  const second = await open({ priority: 2 });
  const { sku } = await stockedVariant(server, { [first]: 5, [second]: 5 });
  const where = async () => {
    const { id } = await placeOrder(server, [{ sku, quantity: 1 }]);
    const { data } = await server.as.order_manager(
      `query ($id: ID!) { order(id: $id) { reservations { nodes { location { code } } } } }`,
      { id },
    );
    return [id, data.order.reservations.nodes[0].location.code];
  };
  const [id, code] = await where();
  expect(code).toBe(first);
  const refused = await expectUnchanged(server, () => update(first, { active: false }));
  expect(refused).toMatchObject({ location: null, userErrors: [{ code: 'VALIDATION', path: ['active'] }] });
  expect(refused.userErrors[0].message).toContain('1 units are reserved there');
  await mutate(server.as.order_manager, 'cancelOrder', { orderId: id }, 'order { id }');
  expect((await update(first, { active: false, name: 'Closed' })).location).toEqual({
    code: first,
    name: 'Closed',
    priority: 1,
    active: false,
    version: 2,
  });
  expect((await where())[1]).toBe(second);
  await update(first, { active: true, priority: 3 });
  expect((await where())[1]).toBe(second);
  await update(first, { priority: 0 });
  expect((await where())[1]).toBe(first);
});

test('closing a location while orders reserve there leaves nothing wrong: refused, or nothing new is reserved after', async () => {
  const code = await open({ priority: 0 });
  const { sku } = await stockedVariant(server, { [code]: 100 });
  const [closed] = await Promise.all([
    update(code, { active: false }),
    ...Array.from({ length: 6 }, () => placeOrder(server, [{ sku, quantity: 1 }]).catch(() => null)),
  ]);
  if (closed.userErrors.length > 0) expect(closed.userErrors).toMatchObject([{ path: ['active'] }]);
  else await expect(placeOrder(server, [{ sku, quantity: 1 }])).rejects.toThrow('INSUFFICIENT_STOCK');
  await update(code, { active: true, priority: 1_000 });
});

test('low is what has no more available than its threshold: reserving makes it so, receiving ends it', async () => {
  const code = await open({ priority: 5_000 });
  const { sku } = await stockedVariant(server, { [code]: 5 });
  const only = `(locationCode: "${code}")`;
  expect((await low(only)).totalCount).toBe(0);
  expect((await threshold(sku, code, 4)).stockLevels).toEqual([
    { onHand: 5, available: 5, lowStockThreshold: 4, location: { code } },
  ]);
  expect((await low(only)).nodes).toEqual([]);
  await placeOrder(server, [{ sku, quantity: 1 }]);
  expect(await low(only)).toMatchObject({
    totalCount: 1,
    nodes: [{ available: 4, lowStockThreshold: 4, location: { code }, variant: { sku } }],
  });
  const more = { locationCode: code, lines: [{ sku, quantity: 1 }] };
  await mutate(server.as.warehouse_staff, 'receiveStock', more, 'stockLevels { onHand }');
  expect((await low(only)).totalCount).toBe(0);
  await threshold(sku, code, 5);
  expect((await low(only)).totalCount).toBe(1);
  await threshold(sku, code, null);
  expect((await low(only)).totalCount).toBe(0);
});

test('a location that never had a SKU can be low of it; closed locations are not; pages are by location and SKU', async () => {
  for (const { location, variant } of (await low()).nodes) await threshold(variant.sku, location.code, null);
  const [first, second] = [await open(), await open()];
  const { sku } = await stockedVariant(server, { LONDON: 1 });
  const { sku: other } = await stockedVariant(server, { LONDON: 1 });
  for (const code of [first, second]) for (const each of [sku, other]) await threshold(each, code, 0);
  const all = await low();
  const expected = [first, second].toSorted().flatMap((code) =>
    [sku, other].toSorted().map((each) => ({
      available: 0,
      lowStockThreshold: 0,
      location: { code },
      variant: { sku: each },
    })),
  );
  expect(all).toMatchObject({ totalCount: 4, nodes: expected });
  const page = await low('(first: 3)');
  expect((await low(`(first: 3, after: "${page.pageInfo.endCursor}")`)).nodes).toEqual(expected.slice(3));
  await update(first, { active: false });
  expect((await low()).totalCount).toBe(2);
});
