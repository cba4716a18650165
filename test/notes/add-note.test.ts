import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { describeCommandRules, historyOf, shortHistory } from '../setup/command-rules.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectUnchanged, rowsGained } from '../setup/snapshot.ts';

let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 1_000 });
});
afterAll(() => server.stop());

const lines = () => [{ sku: mug.sku, quantity: 1 }];
const add = (role: Role, input: object) =>
  mutate(
    server.as[role],
    'addNote',
    input,
    `note { id note isInternal version createdAt createdBy { id } order { id } } order { id version }`,
  );

test('the note stands on the order, and the history says so without its text', async () => {
  const order = await placeOrder(server, lines());
  const text = 'Ring twice.\nNot the neighbour’s bell. 🔔';
  let answer: any;
  const gained = await rowsGained(server, async () => {
    answer = await add('customer_service', { orderId: order.id, note: text, isInternal: false });
  });
  expect(gained).toEqual({ order_notes: 1, order_history: 1 });
  expect(answer).toEqual({
    note: {
      id: expect.any(String),
      note: text,
      isInternal: false,
      version: 1,
      createdAt: expect.any(String),
      createdBy: { id: server.userIds.customer_service },
      order: { id: order.id },
    },
    order: { id: order.id, version: 1 },
    userErrors: [],
  });
  const history = await historyOf(server, order.id);
  expect(shortHistory(history)).toEqual([
    'CREATED null>PENDING',
    'INVENTORY_RESERVED null>null',
    'NOTE_ADDED PENDING>PENDING',
  ]);
  expect(history[2]).toMatchObject({
    additionalData: { noteId: answer.note.id, isInternal: false },
    performedBy: { id: server.userIds.customer_service },
    createdAt: answer.note.createdAt,
  });
  expect(JSON.stringify(history)).not.toContain('Ring twice');
});

test.each<[Role, boolean | null, boolean | 'refused']>([
  ['order_manager', null, true],
  ['order_manager', true, true],
  ['order_manager', false, false],
  ['customer_service', null, true],
  ['customer_service', true, true],
  ['customer_service', false, false],
  ['warehouse_staff', null, true],
  ['warehouse_staff', true, true],
  ['warehouse_staff', false, 'refused'],
  ['customer', null, false],
  ['customer', true, 'refused'],
  ['customer', false, false],
])('%s with isInternal %s: %s', async (role, isInternal, expected) => {
  const order = await confirmedOrder(server, lines());
  const input = { orderId: order.id, note: 'Fragile.', isInternal };
  if (expected === 'refused') {
    const answer = await expectUnchanged(server, () => add(role, input));
    expect(answer).toMatchObject({
      note: null,
      order: null,
      userErrors: [{ code: 'VALIDATION', path: ['isInternal'] }],
    });
  } else {
    const answer = await add(role, input);
    expect(answer.userErrors).toEqual([]);
    expect(answer.note).toMatchObject({
      note: 'Fragile.',
      isInternal: expected,
      createdBy: { id: server.userIds[role] },
    });
  }
});

test('a note can be written in every status, to the last', async () => {
  const cancelled = await placeOrder(server, lines());
  await mutate(server.as.order_manager, 'cancelOrder', { orderId: cancelled.id }, 'order { id }');
  const delivered = await confirmedOrder(server, lines());
  await work(server, delivered.fulfillments[0]!.id, 'deliverFulfillment');
  for (const { id } of [cancelled, delivered]) {
    expect((await add('customer', { orderId: id, note: 'And now?' })).userErrors).toEqual([]);
  }
});

test.each<[Role, string]>([
  ['customer', 'an order of somebody else'],
  ['warehouse_staff', 'an order without a fulfillment'],
])('for %s %s does not exist', async (role) => {
  const order = await placeOrder(server, lines(), { customerId: null });
  const answer = await expectUnchanged(server, () => add(role, { orderId: order.id, note: 'Hello?' }));
  expect(answer).toMatchObject({
    note: null,
    order: null,
    userErrors: [{ code: 'NOT_FOUND', path: ['orderId'] }],
  });
});

test.each([
  ['an empty text', ''],
  ['blanks', ' \n\t'],
  ['5,001 characters', 'x'.repeat(5_001)],
  ['5,001 characters of which some are shown together', '❤️'.repeat(2_500) + 'x'],
  ['a character that PostgreSQL cannot keep', 'a\u0000b'],
])('%s is refused', async (_name, note) => {
  const order = await placeOrder(server, lines());
  const answer = await expectUnchanged(server, () => add('order_manager', { orderId: order.id, note }));
  expect(answer.note).toBeNull();
  for (const error of answer.userErrors) expect(error).toMatchObject({ code: 'VALIDATION', path: ['note'] });
  expect(answer.userErrors.length).toBeGreaterThan(0);
});

test.each(['x'.repeat(5_000), '🔔'.repeat(5_000), '❤️'.repeat(2_500)])(
  '5,000 characters are kept as they are (%#)',
  async (note) => {
    const order = await placeOrder(server, lines());
    expect((await add('order_manager', { orderId: order.id, note })).note.note).toBe(note);
  },
);

describeCommandRules(() => server, {
  name: 'addNote',
  inputType: 'AddNoteInput',
  subject: 'order',
  by: 'customer_service',
  mayNot: [],
  permissions: ['notes.add'],
  arrange: () => placeOrder(server, lines()),
  extra: { note: 'Fragile.' },
  otherExtra: { note: 'Not fragile.' },
  exclusive: false,
  versioned: false,
});
