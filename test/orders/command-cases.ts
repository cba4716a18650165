import { expect } from 'vitest';
import { mutate } from '../setup/fixtures.ts';
import type { Ask, TestServer } from '../setup/server.ts';

/** Everything that a refused command must leave as it was, byte for byte. */
export async function everythingOf(server: TestServer): Promise<Record<string, unknown>> {
  const tables = [
    'orders',
    'order_items',
    'order_history',
    'order_notes',
    'order_fulfillments',
    'inventory_reservations',
    'idempotency_keys',
  ];
  const contents: Record<string, unknown> = {};
  for (const table of tables) {
    contents[table] = await server.database.read.execute(
      `select md5(coalesce(string_agg(row::text, '|' order by row::text), '')) as digest, count(*)::integer as count
       from ${table} as row`,
    );
  }
  return contents;
}

/** A mutation, its input, and what is asked of its answer. */
export interface Case {
  readonly name: string;
  readonly input: object;
  readonly inputType?: string;
  readonly selection?: string;
}

export function run(ask: Ask, { name, input, selection = 'order { id version }', inputType }: Case) {
  return mutate(ask, name, input, selection, inputType);
}

/** The errors that a call is refused with; asserts that it has changed nothing at all. */
export async function refusal(server: TestServer, ask: Ask, call: Case): Promise<any[]> {
  const before = await everythingOf(server);
  const { userErrors } = await run(ask, call);
  expect(userErrors).not.toEqual([]);
  expect(await everythingOf(server)).toEqual(before);
  return userErrors;
}

/** Refused as a whole, with this code, for each of these; and nothing has changed. */
export async function expectForbidden(
  server: TestServer,
  { name, input, inputType }: Case,
  roles: readonly ('order_manager' | 'warehouse_staff' | 'customer_service' | 'customer')[],
): Promise<void> {
  const type = inputType ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const operation = `mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`;
  const before = await everythingOf(server);
  for (const role of roles) {
    const answer = await server.as[role](operation, { input });
    expect([role, answer.errors?.map((error) => error.extensions['code'])]).toEqual([role, ['FORBIDDEN']]);
  }
  const answer = await server.anonymous(operation, { input });
  expect(answer.errors?.map((error) => error.extensions['code'])).toEqual(['UNAUTHENTICATED']);
  expect(await everythingOf(server)).toEqual(before);
}

/** The latest entries of an order's history, oldest first, as `ACTION old>new`. */
export async function latestHistory(server: TestServer, orderId: string, count: number): Promise<string[]> {
  const { data } = await server.as.order_manager(
    `query ($id: ID!, $first: Int!) { order(id: $id) { history(first: $first) {
      nodes { action oldStatus newStatus performedBy { displayName } } } } }`,
    { id: orderId, first: count },
  );
  const nodes: any[] = data.order.history.nodes;
  return nodes
    .map(
      (entry) =>
        `${entry.action} ${entry.oldStatus}>${entry.newStatus} by ${entry.performedBy?.displayName ?? 'nobody'}`,
    )
    .reverse();
}

export async function historyCount(server: TestServer, orderId: string): Promise<number> {
  const { data } = await server.as.order_manager(
    `query ($id: ID!) { order(id: $id) { history { totalCount } } }`,
    { id: orderId },
  );
  return data.order.history.totalCount;
}
