import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { users } from '../../src/db/tables/users.ts';
import { confirmedOrder, mutate, placeOrder, stockedVariant, work, type Stocked } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { expectForbidden, historyCount, latestHistory, refusal, run, type Case } from './command-cases.ts';

let server: TestServer;
let mug: Stocked;
beforeAll(async () => {
  server = await startTestServer();
  mug = await stockedVariant(server, { LONDON: 10_000 });
});
afterAll(() => server.stop());

type Stage = 'pending' | 'cancelled' | 'confirmed' | 'shipped' | 'delivered' | 'held';

/** An order that stands there. */
async function orderAt(stage: Stage): Promise<{ id: string; version: number }> {
  const lines = [{ sku: mug.sku, quantity: 1 }];
  if (stage === 'pending') return placeOrder(server, lines);
  if (stage === 'cancelled') {
    const { id } = await placeOrder(server, lines);
    await run(server.as.order_manager, { name: 'cancelOrder', input: { orderId: id } });
    return current(id);
  }
  const order = await confirmedOrder(server, lines);
  if (stage === 'shipped') await work(server, order.fulfillments[0]!.id, 'shipFulfillment');
  if (stage === 'delivered') await work(server, order.fulfillments[0]!.id, 'deliverFulfillment');
  if (stage === 'held')
    await run(server.as.order_manager, {
      name: 'holdOrder',
      input: { orderId: order.id, reason: 'Fraud check' },
    });
  return current(order.id);
}

async function current(id: string): Promise<any> {
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { id status version heldAt holdReason assignedTo { id } startedAt: processingStartedAt
      deliveredAt completedAt allowedActions fulfillments { nodes { status deliveredAt version allowedActions } } } }`,
    { id },
  );
  return data.order;
}

interface Verb {
  readonly name: string;
  readonly inputType?: string;
  readonly extra?: () => object;
  readonly from: Stage;
  /** A stage in which it is refused, unless there is none, and why. */
  readonly refusedAt?: Stage;
  readonly because?: string;
  /** Further wrong inputs with the path of each. */
  readonly wrong?: readonly (readonly [object, string])[];
  readonly logs: readonly string[];
  readonly becomes: object;
  /** Versions that it raises the order by. */
  readonly raises: number;
  /** Whether a second call would do it again. */
  readonly isRepeatable?: true;
}

const tooLong = 'x'.repeat(501);
const verbs: readonly Verb[] = [
  {
    name: 'startProcessing',
    inputType: 'OrderInput',
    from: 'confirmed',
    refusedAt: 'pending',
    because: 'startProcessing is not possible: the order is PENDING.',
    logs: ['PROCESSING_STARTED CONFIRMED>PROCESSING'],
    becomes: { status: 'PROCESSING', startedAt: expect.any(String) },
    raises: 1,
  },
  {
    name: 'deliverOrder',
    inputType: 'OrderInput',
    from: 'shipped',
    refusedAt: 'confirmed',
    because: 'deliverOrder is not possible: the order is CONFIRMED.',
    logs: ['DELIVERED SHIPPED>DELIVERED', 'DELIVERED SHIPPED>FULFILLED'],
    becomes: {
      status: 'DELIVERED',
      deliveredAt: expect.any(String),
      fulfillments: {
        nodes: [expect.objectContaining({ status: 'FULFILLED', deliveredAt: expect.any(String) })],
      },
    },
    raises: 1,
  },
  {
    name: 'completeOrder',
    inputType: 'OrderInput',
    from: 'delivered',
    refusedAt: 'shipped',
    because: 'completeOrder is not possible: the order is SHIPPED.',
    logs: ['STATUS_CHANGED DELIVERED>COMPLETED'],
    becomes: { status: 'COMPLETED', completedAt: expect.any(String) },
    raises: 1,
  },
  {
    name: 'holdOrder',
    extra: () => ({ reason: 'Fraud check' }),
    from: 'confirmed',
    refusedAt: 'held',
    because: 'holdOrder is not possible: the order is on hold.',
    wrong: [
      [{ reason: '' }, 'reason'],
      [{ reason: '   ' }, 'reason'],
      [{ reason: tooLong }, 'reason'],
    ],
    logs: ['EDITED CONFIRMED>CONFIRMED'],
    becomes: { status: 'CONFIRMED', heldAt: expect.any(String), holdReason: 'Fraud check' },
    raises: 1,
  },
  {
    name: 'releaseHold',
    inputType: 'OrderInput',
    from: 'held',
    refusedAt: 'confirmed',
    because: 'releaseHold is not possible: the order is not on hold.',
    logs: ['EDITED CONFIRMED>CONFIRMED'],
    becomes: { status: 'CONFIRMED', heldAt: null, holdReason: null },
    raises: 1,
  },
  {
    name: 'assignOrder',
    extra: () => ({ userId: server.userIds.customer_service }),
    from: 'pending',
    refusedAt: 'cancelled',
    because: 'assignOrder is not possible: the order is CANCELLED.',
    wrong: [
      [{ userId: 'somebody' }, 'userId'],
      [{ userId: undefined }, 'userId'],
    ],
    logs: ['ASSIGNED PENDING>PENDING'],
    becomes: { status: 'PENDING' },
    raises: 1,
    isRepeatable: true,
  },
  {
    name: 'addHistoryEntry',
    extra: () => ({ description: 'The carrier called: the van broke down.' }),
    from: 'pending',
    wrong: [
      [{ description: '' }, 'description'],
      [{ description: ' ' }, 'description'],
      [{ description: tooLong }, 'description'],
    ],
    logs: ['EDITED PENDING>PENDING'],
    becomes: { status: 'PENDING' },
    raises: 0,
    isRepeatable: true,
  },
];

describe.each(verbs)('$name', (verb) => {
  const call = (orderId: string, extra: object = {}): Case => ({
    name: verb.name,
    ...(verb.inputType && { inputType: verb.inputType }),
    input: { orderId, ...verb.extra?.(), ...extra },
  });
  const manager = () => server.as.order_manager;

  test('does it, and the history says so', async () => {
    const order = await orderAt(verb.from);
    const before = await historyCount(server, order.id);
    expect((await run(manager(), call(order.id))).userErrors).toEqual([]);
    expect(await current(order.id)).toMatchObject({ ...verb.becomes, version: order.version + verb.raises });
    expect(await latestHistory(server, order.id, verb.logs.length)).toEqual(
      verb.logs.map((entry) => `${entry} by Test order_manager`),
    );
    expect(await historyCount(server, order.id)).toBe(before + verb.logs.length);
  });

  test('is the manager’s alone', async () => {
    const order = await orderAt(verb.from);
    await expectForbidden(server, call(order.id), ['warehouse_staff', 'customer_service', 'customer']);
  });

  test.runIf(verb.refusedAt)('is refused where it is not possible, and not offered there', async () => {
    const order = await orderAt(verb.refusedAt!);
    const [error, ...others] = await refusal(server, manager(), call(order.id));
    expect(others).toEqual([]);
    const { allowedActions, status } = await current(order.id);
    expect(error).toMatchObject({
      code: 'INVALID_TRANSITION',
      message: verb.because,
      path: ['orderId'],
      from: status,
      attempted: verb.name,
      allowed: allowedActions,
    });
    expect(allowedActions).not.toContain(verb.name);
    expect((await current((await orderAt(verb.from)).id)).allowedActions).toContain(verb.name);
  });

  test('refuses wrong input and says where it is', async () => {
    const order = await orderAt(verb.from);
    const wrong = [
      [{ orderId: 'no-uuid' }, 'orderId'] as const,
      [{ idempotencyKey: '' }, 'idempotencyKey'] as const,
    ];
    for (const [extra, path] of [...wrong, ...(verb.wrong ?? [])]) {
      for (const error of await refusal(server, manager(), call(order.id, extra))) {
        expect(error).toMatchObject({ code: 'VALIDATION', path: [path] });
      }
    }
    expect(await refusal(server, manager(), call(randomUUID()))).toMatchObject([
      { code: 'NOT_FOUND', path: ['orderId'] },
    ]);
  });

  test('has one effect however often it is repeated with its key, which serves nothing else', async () => {
    const order = await orderAt(verb.from);
    const before = await historyCount(server, order.id);
    const idempotencyKey = randomUUID();
    const answers = await Promise.all(
      [1, 2, 3].map(() => run(manager(), call(order.id, { idempotencyKey }))),
    );
    expect(answers.map((answer) => answer.userErrors)).toEqual([[], [], []]);
    expect(await historyCount(server, order.id)).toBe(before + verb.logs.length);
    expect((await current(order.id)).version).toBe(order.version + verb.raises);
    const other = call(order.id, { idempotencyKey, expectedVersion: 99 });
    expect(await refusal(server, manager(), other)).toMatchObject([
      { code: 'IDEMPOTENCY_CONFLICT', path: ['idempotencyKey'] },
    ]);
  });

  test('refuses an outdated version, and takes the current one', async () => {
    const order = await orderAt(verb.from);
    const outdated = call(order.id, { expectedVersion: order.version - 1 });
    expect(await refusal(server, manager(), outdated)).toMatchObject([
      {
        code: 'VERSION_CONFLICT',
        path: ['expectedVersion'],
        currentVersion: order.version,
        order: { id: order.id, version: order.version },
      },
    ]);
    const { userErrors } = await run(manager(), call(order.id, { expectedVersion: order.version }));
    expect(userErrors).toEqual([]);
  });

  test('of several at once, no more succeed than the table allows', async () => {
    const order = await orderAt(verb.from);
    const before = await historyCount(server, order.id);
    const answers = await Promise.all([1, 2, 3, 4].map(() => run(manager(), call(order.id))));
    const succeeded = answers.filter(({ userErrors }) => userErrors.length === 0).length;
    expect(succeeded).toBe(verb.isRepeatable ? 4 : 1);
    const refused = answers.flatMap(({ userErrors }) => userErrors.map(({ code }: any) => code));
    expect(refused).toEqual(Array.from({ length: 4 - succeeded }, () => 'INVALID_TRANSITION'));
    expect(await historyCount(server, order.id)).toBe(before + succeeded * verb.logs.length);
    expect((await current(order.id)).version).toBe(order.version + succeeded * verb.raises);
  });
});

test('a held order offers and allows neither picking nor processing, until the hold is released', async () => {
  const { id } = await orderAt('held');
  const held = await current(id);
  expect(held.allowedActions).toEqual(expect.arrayContaining(['cancelOrder', 'releaseHold', 'addNote']));
  expect(held.allowedActions).not.toContain('startProcessing');
  expect(held.allowedActions).not.toContain('holdOrder');
  expect(held.fulfillments.nodes).toMatchObject([{ status: 'PENDING' }]);
  expect(held.fulfillments.nodes[0].allowedActions).not.toContain('startPicking');
  const [error] = await refusal(server, server.as.order_manager, {
    name: 'startProcessing',
    inputType: 'OrderInput',
    input: { orderId: id },
  });
  expect(error).toMatchObject({ message: 'startProcessing is not possible: the order is on hold.' });
  await mutate(server.as.order_manager, 'releaseHold', { orderId: id }, 'order { id }', 'OrderInput');
  const released = await current(id);
  expect(released.allowedActions).toEqual(expect.arrayContaining(['startProcessing', 'holdOrder']));
  expect(released.allowedActions).not.toContain('releaseHold');
  expect(released.fulfillments.nodes).toMatchObject([
    { allowedActions: expect.arrayContaining(['startPicking']) },
  ]);
});

test('an order is assigned to active staff only, and unassigned by null', async () => {
  const { id } = await orderAt('pending');
  const manager = server.as.order_manager;
  const assign = (userId: string | null): Case => ({ name: 'assignOrder', input: { orderId: id, userId } });
  expect(await refusal(server, manager, assign(server.userIds.customer))).toMatchObject([
    { code: 'VALIDATION', message: 'The user is not staff.', path: ['userId'] },
  ]);
  expect(await refusal(server, manager, assign(randomUUID()))).toMatchObject([
    { code: 'NOT_FOUND', path: ['userId'] },
  ]);
  const retired = await server.database.transaction(async (transaction) => {
    const [user] = await transaction
      .insert(users)
      .values({
        email: 'gone@test.example',
        displayName: 'Gone',
        role: 'order_manager',
        passwordHash: '-',
        active: false,
      })
      .returning({ id: users.id });
    return user!.id;
  });
  expect(await refusal(server, manager, assign(retired))).toMatchObject([
    { code: 'VALIDATION', message: 'The user is not active.', path: ['userId'] },
  ]);
  await run(manager, assign(server.userIds.warehouse_staff));
  expect((await current(id)).assignedTo).toEqual({ id: server.userIds.warehouse_staff });
  await run(manager, assign(null));
  expect((await current(id)).assignedTo).toBeNull();
});
