import { parse } from 'csv-parse/sync';
import { sql } from 'drizzle-orm';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { countEverything } from '../figures/count-everything.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
const orderCount = 250;

beforeAll(async () => {
  server = await startTestServer();
  const { sku } = await stockedVariant(server, { LONDON: 1_000 }, 1_999);
  await confirmedOrder(server, [{ sku, quantity: 2 }], { externalReference: '=cmd|"/c calc"!A1' });
  const held = await placeOrder(server, [{ sku, quantity: 1 }], { tags: ['gift', 'fragile'] });
  await mutate(
    server.as.order_manager,
    'holdOrder',
    { orderId: held.id, reason: 'ask, "Zoë"\nagain' },
    'order { id }',
  );
  await placeOrder(server, [{ sku, quantity: 1 }], { customerId: null, contact: { name: 'Guest Ünal' } });
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      insert into orders (number, channel, currency, subtotal_minor, total_minor, units_ordered)
      select 'MANY-' || lpad(place::text, 4, '0'), 'wholesale', 'JPY', place, place, 1
      from generate_series(1, ${orderCount}::integer) as place`),
  );
  await countEverything(server.database);
});
afterAll(() => server.stop());

type Role = keyof TestServer['tokens'];

const post = (name: string, role: Role | null, body?: unknown, init: RequestInit = {}) =>
  fetch(`${server.url}/exports/${name}.csv`, {
    method: 'POST',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(role && { authorization: `Bearer ${server.tokens[role]}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...init,
  });

async function linesOf(response: Response): Promise<Record<string, string>[]> {
  const text = Buffer.from(await response.arrayBuffer()).toString();
  expect(response.status, text).toBe(200);
  return parse(text, { columns: true, bom: true });
}

/** All numbers of the list as the API gives them to the same viewer. */
async function listed(role: Role, filter: object, sort: object[]): Promise<string[]> {
  const numbers: string[] = [];
  for (let after: string | null = null; ;) {
    const { data } = await server.as[role](
      `query ($filter: OrderFilter, $sort: [OrderSort!], $after: String) {
        orders(first: 100, after: $after, filter: $filter, sort: $sort) { nodes { number } pageInfo { hasNextPage endCursor } } }`,
      { filter, sort, after },
    );
    numbers.push(...data.orders.nodes.map(({ number }: { number: string }) => number));
    if (!data.orders.pageInfo.hasNextPage) return numbers;
    after = data.orders.pageInfo.endCursor;
  }
}

describe('the list of orders', () => {
  test('is the whole list, in its sequence, over many pages', async () => {
    const response = await post('orders', 'order_manager');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="orders.csv"');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(response.headers.get('content-type')).toContain('text/csv');
    const newest = [{ field: 'CREATED_AT', direction: 'DESC' }];
    const numbers = (await linesOf(response)).map(({ number }) => number);
    expect(numbers).toEqual(await listed('order_manager', {}, newest));
    expect(numbers).toHaveLength(orderCount + 3);
  });

  test('is filtered and sorted as the list is', async () => {
    const filter = { channel: ['WHOLESALE'], totalFromMinor: 30, currency: 'JPY' };
    const sort = [{ field: 'TOTAL', direction: 'ASC' }];
    const lines = await linesOf(await post('orders', 'order_manager', { filter, sort }));
    expect(lines.map(({ number }) => number)).toEqual(await listed('order_manager', filter, sort));
    expect(lines).toHaveLength(orderCount - 29);
    // Yen have no smaller unit.
    expect(lines[0]).toMatchObject({ number: 'MANY-0030', total: '30', currency: 'JPY' });
  });

  test('is formula-safe, and every cell comes back as it was', async () => {
    const lines = await linesOf(
      await post('orders', 'order_manager', { filter: { channel: ['ECOMMERCE'] } }),
    );
    const [guest, held, confirmed] = lines;
    expect(confirmed).toMatchObject({
      externalReference: `'=cmd|"/c calc"!A1`,
      status: 'CONFIRMED',
      total: '39.98',
      currency: 'GBP',
    });
    expect(held).toMatchObject({ holdReason: 'ask, "Zoë"\nagain', tags: 'gift fragile' });
    expect(guest).toMatchObject({ customer: 'Guest Ünal', company: '', assignedTo: '' });
  });

  test('has no more than the viewer may see: no money for the warehouse, own orders for a customer', async () => {
    const newest = [{ field: 'CREATED_AT', direction: 'DESC' }];
    for (const role of ['warehouse_staff', 'customer', 'customer_service'] as const) {
      const lines = await linesOf(await post('orders', role));
      expect(lines.map(({ number }) => number)).toEqual(await listed(role, {}, newest));
      if (role === 'warehouse_staff') {
        expect(new Set(lines.flatMap(({ subtotal, total }) => [subtotal, total]))).toEqual(new Set(['']));
        expect(lines.length).toBeGreaterThan(0);
      }
    }
  });

  test('is refused as the list is: nobody, what may not be asked for, what is malformed', async () => {
    const refusal = async (response: Response) => {
      const { errors } = (await response.json()) as any;
      return [response.status, errors[0].extensions.code, errors[0].message];
    };
    expect(await refusal(await post('orders', null))).toEqual([401, 'UNAUTHENTICATED', expect.any(String)]);
    const byTotal = { sort: [{ field: 'TOTAL', direction: 'ASC' }] };
    expect(await refusal(await post('orders', 'warehouse_staff', byTotal))).toEqual([
      403,
      'FORBIDDEN',
      expect.stringContaining('money.view'),
    ]);
    const wrong: [unknown, string][] = [
      [{ filter: { channel: ['BY_POST'] } }, 'BY_POST'],
      [{ filtr: {} }, 'filtr'],
      [[], 'JSON object'],
      [{ filter: { not: { not: { not: { not: { not: { not: {} } } } } } } }, 'deep'],
    ];
    for (const [body, word] of wrong) {
      expect(await refusal(await post('orders', 'order_manager', body))).toEqual([
        400,
        'BAD_USER_INPUT',
        expect.stringContaining(word),
      ]);
    }
  });

  test('ends in the middle when the session does, and not as if it were whole', async () => {
    const email = `leaver-${v7()}@example.com`;
    const { user } = await mutate(
      server.as.order_manager,
      'createUser',
      { email, displayName: 'Leaver', role: 'ORDER_MANAGER', password: 'a long enough password 1' },
      'user { id }',
    );
    const { data } = await server.anonymous(
      `mutation ($email: String!) { login(input: { email: $email, password: "a long enough password 1" }) { session { accessToken } userErrors { code } } }`,
      { email },
    );
    // So long that it does not fit into what the connection holds between us.
    await server.database.transaction((transaction) =>
      transaction.execute(sql`
        insert into orders (number, channel, currency, subtotal_minor, total_minor, units_ordered, hold_reason, held_at)
        select 'LONG-' || place, 'retail_pos', 'GBP', 0, 0, 1, md5(place::text) || repeat(md5(random()::text), 100), now()
        from generate_series(1, 4000) as place`),
    );
    const response = await fetch(`${server.url}/exports/orders.csv`, {
      method: 'POST',
      headers: { authorization: `Bearer ${data.login.session.accessToken}`, 'accept-encoding': 'identity' },
    });
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    await reader.read();
    await server.as.order_manager(
      'mutation ($input: UserInput!) { deactivateUser(input: $input) { userErrors { code } } }',
      { input: { userId: user.id } },
    );
    await vi.waitFor(async () => {
      const answer = await fetch(`${server.url}/exports/statistics.csv`, {
        method: 'POST',
        headers: { authorization: `Bearer ${data.login.session.accessToken}` },
      });
      await answer.body?.cancel();
      expect(answer.status).toBe(401);
    }, 10_000);
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toThrow();
  });
});

test('a server has four files going at once, and says so to a fifth', async () => {
  const going = await Promise.all([1, 2, 3, 4].map(() => post('orders', 'order_manager')));
  expect(going.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const fifth = await post('orders', 'order_manager');
  expect([fifth.status, Number(fifth.headers.get('retry-after')) > 0]).toEqual([503, true]);
  expect(((await fifth.json()) as any).errors[0].extensions.code).toBe('OVERLOADED');
  // Whoever goes away leaves the place to somebody else.
  await Promise.all(going.map(({ body }) => body!.cancel()));
  await vi.waitFor(async () => expect((await post('statistics', 'order_manager')).status).toBe(200), 10_000);
});

test('statistics: a line for each day, with the sums that the statistics have', async () => {
  const day = new Date().toISOString().slice(0, 10);
  const range = { from: `${day.slice(0, 8)}01`, to: day };
  const lines = await linesOf(await post('statistics', 'order_manager', { range }));
  const { data } = await server.as.order_manager(
    `query ($range: DayRangeInput) {
      statistics(range: $range) { ordersCreated daily { day } }
      fulfillmentStatistics(range: $range) { created daily { day } } }`,
    { range },
  );
  const sum = (name: string, of: Record<string, string>[]) =>
    of.reduce((total, line) => total + Number(line[name]), 0);
  expect(lines.map((line) => line['day'])).toEqual(data.statistics.daily.map((each: any) => each.day));
  expect(sum('ordersCreated', lines)).toBe(data.statistics.ordersCreated);
  expect(sum('created_ECOMMERCE', lines)).toBe(3);
  const warehouse = await linesOf(await post('fulfillment-statistics', 'order_manager', { range }));
  expect(sum('created', warehouse)).toBe(data.fulfillmentStatistics.created);
  expect(sum('created', warehouse)).toBeGreaterThan(0);
  expect((await post('statistics', 'warehouse_staff')).status).toBe(403);
});
