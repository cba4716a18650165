import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const [june, july] = ['2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z'];

const queries: readonly (readonly [string, string, string])[] = [
  ...['created', 'promised', 'shipped', 'delivered'].map(
    (name) =>
      [
        `orders by ${name}`,
        name,
        `query ($from: DateTime, $before: DateTime) {
          answer: orders(filter: { not: { ${name}From: $from, ${name}Before: $before } }) { totalCount } }`,
      ] as const,
  ),
  ...['orderHistory', 'stockMovements', 'webhookDeliveries'].map(
    (name) =>
      [
        name,
        'created',
        `query ($from: DateTime, $before: DateTime) {
          answer: ${name}(filter: { createdFrom: $from, createdBefore: $before }) { nodes { id } } }`,
      ] as const,
  ),
  [
    'verifyHistory',
    'created',
    `query ($from: DateTime, $before: DateTime) {
      answer: verifyHistory(createdFrom: $from, createdBefore: $before) { __typename } }`,
  ],
];

describe.each(queries)('a window of %s', (_what, name, query) => {
  const ask = (from: string | null, before: string | null) =>
    server.as.order_manager(query, { from, before });

  test.each([
    ['that ends before it begins', july, june],
    ['that ends where it begins', june, june],
  ])('%s is refused', async (_form, from, before) => {
    const { errors } = await ask(from, before);
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining(`${name}Before must be later than ${name}From`),
        path: ['answer'],
        extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
      }),
    ]);
  });

  test.each([
    ['in sequence', june, july],
    ['of a microsecond', june, '2026-06-01T00:00:00.000001Z'],
    ['with an end alone', null, june],
    ['with a beginning alone', july, null],
  ])('%s has an answer', async (_form, from, before) => {
    const { errors, data } = await ask(from, before);
    expect(errors).toBeUndefined();
    expect(data).toHaveProperty('answer');
  });
});

describe('a range of totals', () => {
  const ask = (from: number | null, to: number | null) =>
    server.as.order_manager(
      `query ($from: SafeInt, $to: SafeInt) {
        orders(filter: { totalFromMinor: $from, totalToMinor: $to }) { totalCount } }`,
      { from, to },
    );

  test('that ends below its beginning is refused', async () => {
    const { errors } = await ask(200, 199);
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('totalToMinor must be no less than totalFromMinor'),
        path: ['orders'],
        extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
      }),
    ]);
  });

  test.each([
    [200, 200],
    [null, 0],
    [0, null],
  ])('from %s to %s has an answer', async (from, to) => {
    expect((await ask(from, to)).errors).toBeUndefined();
  });
});
