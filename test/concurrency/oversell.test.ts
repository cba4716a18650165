import { afterAll, beforeAll, expect, test } from 'vitest';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work } from '../setup/fixtures.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { asker, startTestServer, type Ask, type TestServer } from '../setup/server.ts';
import type { RunningServer } from '../../src/server.ts';
import { historyOf, shortHistory } from '../setup/command-rules.ts';
import { makeRandom } from './random.ts';

let server: TestServer;
let another: RunningServer;
let managers: Ask[];
beforeAll(async () => {
  server = await startTestServer();
  another = await server.startAnother();
  managers = [server.as.order_manager, asker(another.url, server.tokens.order_manager)];
});
afterAll(async () => {
  await another.stop();
  await server.stop();
});

interface Line {
  sku: string;
  quantity: number;
  locationCode?: string;
}
const selection = 'order { id reservations { nodes { quantityReserved location { code } } } }';
const buy = (lines: Line[], buyer: number, extra: object = {}): Promise<any> =>
  mutate(
    managers[buyer % managers.length]!,
    'createOrder',
    { channel: 'ECOMMERCE', currency: 'GBP', lines, ...extra },
    selection,
  );

/** As a shop does when the server is too busy: again, with the same key, until there is an answer. */
async function buyPatiently(lines: Line[], buyer: number): Promise<any> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await buy(lines, buyer, { idempotencyKey: `buyer ${buyer}` });
    } catch (error) {
      if (!String(error).includes('SERVICE_UNAVAILABLE') || attempt === 20) throw error;
    }
  }
}

/** All of it, so many at a time. */
async function atATime<Result>(
  limit: number,
  count: number,
  act: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const take = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      results[index] = await act(index);
    }
  };
  await Promise.all(Array.from({ length: limit }, take));
  return results;
}

const levelsOf = async (sku: string): Promise<any[]> => {
  const query = `query ($sku: String!) { availability(sku: $sku) { location { code } onHand reserved available } }`;
  return (await server.as.order_manager(query, { sku })).data.availability;
};
const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

test(
  '500 buyers of 100 units over three locations, through two servers: exactly 100 get one',
  { timeout: 120_000 },
  async () => {
    const { sku } = await stockedVariant(server, { LONDON: 50, LEEDS: 30, YORK: 20 });
    const named = ['LONDON', 'LEEDS', 'YORK'];
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, buyer) => {
        // One in five insists on a location.
        const locationCode = buyer % 5 === 0 ? named[(buyer / 5) % 3]! : undefined;
        return buyPatiently([{ sku, quantity: 1, ...(locationCode && { locationCode }) }], buyer);
      }),
    );
    const sold = answers.filter(({ order }) => order !== null);
    expect(sold).toHaveLength(100);
    for (const { userErrors } of answers.filter(({ order }) => order === null)) {
      expect(userErrors).toMatchObject([
        { code: 'INSUFFICIENT_STOCK', shortages: [{ sku, requested: 1, available: expect.any(Number) }] },
      ]);
    }
    const byLocation = new Map<string, number>();
    for (const { order } of sold) {
      for (const { quantityReserved, location } of order.reservations.nodes) {
        byLocation.set(location.code, (byLocation.get(location.code) ?? 0) + quantityReserved);
      }
    }
    expect(Object.fromEntries(byLocation)).toEqual({ LONDON: 50, LEEDS: 30, YORK: 20 });
    expect((await levelsOf(sku)).map(({ available }) => available)).toEqual([0, 0, 0]);
    await expectInvariants(server.databaseUrl);
  },
);

test(
  'orders of several lines on five hot SKUs in random order: no deadlock reaches a client',
  { timeout: 120_000 },
  async () => {
    const random = makeRandom(20_261_123);
    const hot = await Promise.all(
      Array.from({ length: 5 }, () => stockedVariant(server, { LONDON: 40, LEEDS: 40 })),
    );
    const randomLine = (): Line => {
      const locationCode = [undefined, undefined, 'LONDON', 'LEEDS'][random(4)];
      return { sku: hot[random(5)]!.sku, quantity: 1 + random(3), ...(locationCode && { locationCode }) };
    };
    const answers = await atATime(40, 300, async (buyer) => {
      const lines = Array.from({ length: 1 + random(6) }, randomLine);
      const answer = await buy(lines, buyer);
      // Some change their minds, and some goods come in, while the others are still buying.
      if (answer.order && buyer % 7 === 0) {
        await mutate(managers[0]!, 'cancelOrder', { orderId: answer.order.id }, 'order { id }');
      }
      if (buyer % 29 === 0) {
        const goods = hot.map(({ sku }) => ({ sku, quantity: 1 })).toSorted(() => random(3) - 1);
        await mutate(
          managers[1]!,
          'receiveStock',
          { locationCode: 'LEEDS', lines: goods },
          'stockLevels { onHand }',
        );
      }
      return { ...answer, units: sum(lines.map(({ quantity }) => quantity)) };
    });
    for (const { order, userErrors, units } of answers) {
      if (order) expect(sum(order.reservations.nodes.map((each: any) => each.quantityReserved))).toBe(units);
      else expect(userErrors.map(({ code }: any) => code)).toEqual(['INSUFFICIENT_STOCK']);
    }
    expect(answers.filter(({ order }) => order).length).toBeGreaterThan(50);
    expect(answers.filter(({ order }) => !order).length).toBeGreaterThan(50);
    await expectInvariants(server.databaseUrl);
  },
);

test(
  'confirm and cancel at once: in every order of events the stock and the history agree',
  { timeout: 120_000 },
  async () => {
    const { sku } = await stockedVariant(server, { LONDON: 60 });
    const orders = await Promise.all(
      Array.from({ length: 20 }, () => placeOrder(server, [{ sku, quantity: 3 }])),
    );
    await Promise.all(
      orders.map(async ({ id }, index) => {
        const verbs = index % 2 === 0 ? ['confirmOrder', 'cancelOrder'] : ['cancelOrder', 'confirmOrder'];
        const answers = await Promise.all(
          verbs.map((verb, each) => mutate(managers[each]!, verb, { orderId: id }, 'order { id }')),
        );
        // Cancelling is possible before and after; confirming only before.
        const [confirmed, cancelled] = index % 2 === 0 ? answers : answers.toReversed();
        expect(cancelled.userErrors).toEqual([]);
        if (confirmed.userErrors.length > 0) {
          expect(confirmed.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION', from: 'CANCELLED' }]);
        }
      }),
    );
    expect(await levelsOf(sku)).toMatchObject([{ onHand: 60, reserved: 0 }]);
    await expectInvariants(server.databaseUrl);
  },
);

test(
  'ship, cancel and confirm at once on one order: it is shipped or cancelled, never both',
  { timeout: 120_000 },
  async () => {
    const { sku } = await stockedVariant(server, { LONDON: 40 });
    let shippedOrders = 0;
    for (let round = 0; round < 20; round += 1) {
      const order = await confirmedOrder(server, [{ sku, quantity: 2 }]);
      const { id: fulfillmentId } = order.fulfillments[0]!;
      await work(server, fulfillmentId, 'completePacking');
      const acts = [
        () =>
          mutate(
            server.as.warehouse_staff,
            'shipFulfillment',
            { fulfillmentId, carrier: 'DPD', trackingNumber: 'T' },
            'fulfillment { id }',
          ),
        () => mutate(managers[1]!, 'cancelOrder', { orderId: order.id }, 'order { id }'),
        () => mutate(managers[0]!, 'confirmOrder', { orderId: order.id }, 'order { id }'),
      ];
      const turned = [...acts.slice(round % 3), ...acts.slice(0, round % 3)];
      const answers = await Promise.all(turned.map((act) => act()));
      expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }: any) => code))).toEqual([
        'INVALID_TRANSITION',
        'INVALID_TRANSITION',
      ]);
      const history = shortHistory(await historyOf(server, order.id));
      const shipped = history.includes('SHIPPED PACKED>SHIPPED');
      expect(history.includes('CANCELLED PACKED>CANCELLED')).toBe(!shipped);
      shippedOrders += shipped ? 1 : 0;
    }
    expect(await levelsOf(sku)).toMatchObject([{ onHand: 40 - 2 * shippedOrders, reserved: 0 }]);
    await expectInvariants(server.databaseUrl);
  },
);
