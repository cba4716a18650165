import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mutate, placeOrder, stockedVariant, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, type Ask, type TestServer } from '../setup/server.ts';
import {
  everythingOf,
  expectForbidden,
  historyCount,
  latestHistory,
  refusal,
  run,
  type Case,
} from '../orders/command-cases.ts';

let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 10_000 });
});
afterAll(() => server.stop());

interface Note {
  id: string;
  version: number;
  orderId: string;
}

async function noteBy(ask: Ask, isInternal = true): Promise<Note> {
  const order = await placeOrder(server, [{ sku: mug.sku, quantity: 1 }]);
  const input = { orderId: order.id, note: 'Call before you come.', isInternal };
  const { note } = await mutate(ask, 'addNote', input, 'note { id version }');
  return { ...note, orderId: order.id };
}

async function noteNow(id: string): Promise<any> {
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { note(id: $id) { note isInternal version } }`,
    { id },
  );
  return data.note;
}

const selection = 'note { id note version } order { id }';
const verbs = [
  { name: 'updateNote', extra: { note: 'Ring the bell.' }, after: { note: 'Ring the bell.', version: 2 } },
  { name: 'deleteNote', extra: {}, after: null },
];

describe.each(verbs)('$name', ({ name, extra, after }) => {
  const call = (noteId: string, further: object = {}): Case => ({
    name,
    input: { noteId, ...extra, ...further },
    selection,
  });

  test('is done by the manager to all, by customer service to its own, and the history has no text', async () => {
    for (const [author, editor] of [
      ['customer_service', 'order_manager'],
      ['customer_service', 'customer_service'],
    ] as const) {
      const note = await noteBy(server.as[author]);
      const { userErrors, order } = await run(server.as[editor], call(note.id));
      expect([userErrors, order]).toEqual([[], { id: note.orderId }]);
      expect(await noteNow(note.id)).toEqual(after && expect.objectContaining(after));
      expect(await latestHistory(server, note.orderId, 1)).toEqual([
        `EDITED PENDING>PENDING by Test ${editor}`,
      ]);
      const rows = await server.database.read.execute(`select row::text as text from order_history as row`);
      expect(JSON.stringify(rows)).not.toMatch(/Call before|Ring the bell/);
    }
  });

  test('is refused to customer service for notes of others, to the warehouse, to customers, to nobody', async () => {
    const note = await noteBy(server.as.order_manager, false);
    await expectForbidden(server, call(note.id), ['warehouse_staff', 'customer_service', 'customer']);
  });

  test('refuses wrong input and says where it is', async () => {
    const note = await noteBy(server.as.order_manager);
    const wrong: [object, string][] = [[{ noteId: 'no-uuid' }, 'noteId']];
    if (name === 'updateNote') {
      wrong.push([{ note: '' }, 'note'], [{ note: ' ' }, 'note'], [{ note: 'x'.repeat(5001) }, 'note']);
      wrong.push([{ note: 'Call before you come.' }, 'note'], [{ note: null }, 'note']);
    }
    for (const [further, path] of wrong) {
      for (const error of await refusal(server, server.as.order_manager, call(note.id, further))) {
        expect(error).toMatchObject({ code: 'VALIDATION', path: [path] });
      }
    }
    expect(await refusal(server, server.as.order_manager, call(randomUUID()))).toMatchObject([
      { code: 'NOT_FOUND', path: ['noteId'] },
    ]);
  });

  test('has one effect however often it is repeated with its key, which serves nothing else', async () => {
    const note = await noteBy(server.as.order_manager);
    const before = await historyCount(server, note.orderId);
    const idempotencyKey = randomUUID();
    const repeated = call(note.id, { idempotencyKey });
    const answers = await Promise.all([1, 2, 3].map(() => run(server.as.order_manager, repeated)));
    answers.push(await run(server.as.order_manager, repeated));
    expect(answers.map(({ userErrors, order }) => [userErrors, order])).toEqual(
      answers.map(() => [[], { id: note.orderId }]),
    );
    expect(await historyCount(server, note.orderId)).toBe(before + 1);
    const other = call(note.id, { idempotencyKey, expectedVersion: 1 });
    expect(await refusal(server, server.as.order_manager, other)).toMatchObject([
      { code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] },
    ]);
  });

  test('of several at once with one version, one succeeds', async () => {
    const note = await noteBy(server.as.order_manager);
    const before = await historyCount(server, note.orderId);
    const answers = await Promise.all(
      [1, 2, 3].map(() => run(server.as.order_manager, call(note.id, { expectedVersion: 1 }))),
    );
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(await historyCount(server, note.orderId)).toBe(before + 1);
  });
});

test('an outdated version is refused with the note as it is', async () => {
  const note = await noteBy(server.as.order_manager);
  await run(server.as.order_manager, {
    name: 'updateNote',
    input: { noteId: note.id, note: 'New.' },
    selection,
  });
  const before = await everythingOf(server);
  const { data } = await server.as.order_manager(
    `mutation ($input: DeleteNoteInput!) { deleteNote(input: $input) { userErrors {
      code path ... on VersionConflictError { currentVersion note { id note version } } } } }`,
    { input: { noteId: note.id, expectedVersion: 1 } },
  );
  expect(data.deleteNote.userErrors).toEqual([
    {
      code: 'VERSION_CONFLICT',
      path: ['expectedVersion'],
      currentVersion: 2,
      note: { id: note.id, note: 'New.', version: 2 },
    },
  ]);
  expect(await everythingOf(server)).toEqual(before);
});
