import { once } from 'node:events';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { dashboardQuery } from '../../bench/scenarios.ts';
import { boundErrors, limits } from '../../src/graphql/limits.ts';
import { errorCatalogue } from '../../src/shared/error-catalogue.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { socketClient } from '../subscriptions/live-client.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: TestServer;
let socket: Client;
beforeAll(async () => {
  server = await startTestServer();
  socket = socketClient(server.url, server.tokens.order_manager);
});
afterAll(async () => {
  await socket.dispose();
  await server.stop();
});

interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly extensions?: Record<string, unknown>;
}

const post = (body: unknown): Promise<Response> =>
  fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.tokens.order_manager}` },
    body: JSON.stringify(body),
  });

/** The errors of an operation that is refused, and the answer of one that is not. */
async function overSocket(operation: Operation): Promise<any> {
  try {
    for await (const answer of socket.iterate(operation)) return answer;
  } catch (errors) {
    return { errors };
  }
  throw new Error('There was no answer.');
}

/** Both ways have to say the same. */
async function refusal(operation: Operation) {
  const response = await post(operation);
  const { errors } = (await response.json()) as any;
  expect(response.status).toBe(400);
  expect(errors).toHaveLength(1);
  const [{ message, extensions }] = (await overSocket(operation)).errors;
  expect({ message, extensions }).toEqual({ message: errors[0].message, extensions: errors[0].extensions });
  const { remedy: _remedy, ...told } = errors[0].extensions;
  return { message, ...told };
}

async function costOf(operation: Operation): Promise<number> {
  const withCost = { ...operation, extensions: { cost: true } };
  const answer = (await (await post(withCost)).json()) as any;
  expect(answer.errors).toBeUndefined();
  expect(answer.extensions).toEqual({ cost: { value: expect.any(Number), maximum: limits.cost } });
  expect((await overSocket(withCost)).extensions).toEqual(answer.extensions);
  return answer.extensions.cost.value;
}

const nested = (levels: number): string =>
  levels === 0
    ? 'id'
    : `customer { orders(first: 1) { nodes { ${levels === 1 ? 'id' : nested(levels - 1)} } } }`;
const code = 'LIMIT_EXCEEDED';
const { remedy } = errorCatalogue[code];
const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

describe('an operation with too much is refused, over HTTP and over a socket', () => {
  test('tokens, before anything else is looked at', async () => {
    const query = `{ ${times(limits.tokens, () => '__typename')} }`;
    const message = 'The document has more than 4000 tokens, which is as many as are allowed.';
    expect(await refusal({ query })).toEqual({ message, code, limit: 'tokens', maximum: 4000 });
    const fitting = times(limits.tokens / 5 - 1, (index) => `query Q${index} { __typename }`);
    expect((await post({ query: fitting, operationName: 'Q7' })).status).toBe(200);
  });

  test('depth, through fragments too', async () => {
    const message = 'The operation has 24 levels of fields; at most 20 are allowed.';
    const told = { message, code, limit: 'depth', maximum: 20, value: 24 };
    expect(await refusal({ query: `{ orders(first: 1) { nodes { ${nested(7)} } } }` })).toEqual(told);
    const query = `{ orders(first: 1) { nodes { ...Far } } } fragment Far on Order { ${nested(7)} }`;
    expect(await refusal({ query })).toEqual(told);
  });

  test('aliases, counted each time a fragment is used', async () => {
    const message = 'The operation has 121 aliases; at most 120 are allowed.';
    const told = { message, code, limit: 'aliases', maximum: 120, value: 121 };
    expect(await refusal({ query: `{ ${times(121, (index) => `a${index}: __typename`)} }` })).toEqual(told);
    const query = `{ one: __typename ${times(12, () => '...Ten')} }
      fragment Ten on Query { ${times(10, (index) => `a${index}: __typename`)} }`;
    expect(await refusal({ query })).toEqual(told);
    expect((await post({ query: query.replace('one: ', '') })).status).toBe(200);
  });

  test('directives', async () => {
    const query = `{ ${times(51, (index) => `__typename @include(if: ${index > 0})`)} }`;
    const message = 'The operation has 51 directives; at most 50 are allowed.';
    expect(await refusal({ query: query.replaceAll('false', 'true') })).toEqual({
      message,
      code,
      limit: 'directives',
      maximum: 50,
      value: 51,
    });
  });

  test('cost, which page sizes multiply, whether they are written, in variables or left out', async () => {
    const query = `query ($first: Int = 100) {
      orders(first: 100) { nodes { customer { orders(first: $first) { nodes { items(first: 100) { nodes { id } } } } } } } }`;
    const refused = await refusal({ query });
    expect(refused).toMatchObject({ code, limit: 'cost', maximum: limits.cost });
    // orders, then in each: nodes, customer, orders, and in each of these: nodes, items, and in each: nodes and id.
    expect(refused.value).toBe(1 + 100 * (1 + 1 + 1 + 100 * (1 + 1 + 100 * 2)));
    expect(refused.message).toContain(`has ${refused.value} as its cost`);
    expect(await costOf({ query, variables: { first: 2 } })).toBe(1 + 100 * (3 + 2 * 202));
    expect(await refusal({ query, variables: { first: 100 } })).toEqual(refused);
    expect(await costOf({ query: '{ orders { nodes { id } } }' })).toBe(1 + 20 * 2);
    expect(await costOf({ query: '{ viewer { id role } }' })).toBe(3);
  });

  test('mutations, each of which costs as much as many fields', async () => {
    const holds = (count: number): string =>
      `mutation { ${times(count, (index) => `a${index}: logout(input: { refreshToken: "none" }) { signedOut }`)} }`;
    expect(await costOf({ query: holds(99) })).toBe(99 * 10_001);
    expect(await refusal({ query: holds(100) })).toMatchObject({ limit: 'cost', value: 100 * 10_001 });
  });

  test('lists and objects within each other, in a variable or in the document', async () => {
    const nestedFilter = (levels: number): string =>
      `${'{ not: '.repeat(levels - 1)}{}${' }'.repeat(levels - 1)}`;
    const told = { code, limit: 'valueLevels', maximum: 100, value: 101 };
    const written = `{ orders(first: 1, filter: ${nestedFilter(101)}) { nodes { id } } }`;
    expect(await refusal({ query: written })).toMatchObject(told);
    const query = 'query ($filter: OrderFilter) { orders(first: 1, filter: $filter) { nodes { id } } }';
    const filterOf = (levels: number): unknown => JSON.parse(nestedFilter(levels).replaceAll('not', '"not"'));
    expect(await refusal({ query, variables: { filter: filterOf(101) } })).toMatchObject(told);
    const { errors } = (await (await post({ query, variables: { filter: filterOf(100) } })).json()) as any;
    expect(errors[0].message).toContain('deep');
  });

  test('fields of the same name that have to be compared', async () => {
    const told = { code, limit: 'comparisons', maximum: limits.comparisons };
    expect(await refusal({ query: `{ ${times(990, () => 'viewer { id }')} }` })).toMatchObject(told);
    expect(await refusal({ query: `{ viewer { ${times(3_900, () => 'id')} } }` })).toMatchObject(told);
  });

  test('fragments that go round in circles, however many', async () => {
    const steps = [1, 7, 31];
    const spreads = (index: number): string => steps.map((step) => `...F${(index + step) % 200}`).join(' ');
    const query = `{ ...F0 } ${times(200, (index) => `fragment F${index} on Query { ${spreads(index)} }`)}`;
    const response = await post({ query });
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as any;
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/^Cannot spread fragment "F\d+" within itself/),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect((await overSocket({ query })).errors).toEqual(errors);
  });

  test('fragments that use each other twice are measured once each', async () => {
    const fragments = times(
      60,
      (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
    );
    const query = `{ ...F0 } ${fragments} fragment F60 on Query { __typename }`;
    expect(await refusal({ query })).toMatchObject({ code, limit: 'cost', value: 2 ** 60 });
  });
});

describe('let through', () => {
  test('the introspection of explorers', async () => {
    const options = { specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true };
    const query = getIntrospectionQuery({ ...options, oneOf: true, schemaDescription: true });
    expect(await costOf({ query })).toBeLessThan(limits.cost / 10);
  });

  test('the dashboard with everything nested', async () => {
    const { query, variants } = dashboardQuery();
    expect(await costOf({ query, variables: { ...variants[0]!.variables } })).toBeLessThan(limits.cost / 2);
  });

  test('an answer says nothing of its cost unless it is asked', async () => {
    expect(await (await post({ query: '{ __typename }' })).json()).toEqual({ data: { __typename: 'Query' } });
    expect(await overSocket({ query: '{ __typename }' })).toEqual({ data: { __typename: 'Query' } });
  });

  test('of several operations the one that is named is measured', async () => {
    const query = `query Small { __typename } query Large { ${times(121, (index) => `a${index}: __typename`)} }`;
    expect(await costOf({ query, operationName: 'Small' })).toBe(1);
    expect(await refusal({ query, operationName: 'Large' })).toMatchObject({ limit: 'aliases' });
  });
});

test('a body that is too large is refused with the limit', async () => {
  const response = await post({ query: '{ __typename }', padding: 'x'.repeat(limits.bodyBytes) });
  expect(response.status).toBe(413);
  expect(await response.json()).toEqual({
    errors: [
      {
        message: 'The request body is larger than 1000000 bytes, which is as many as are allowed.',
        extensions: { code, remedy, limit: 'bodyBytes', maximum: limits.bodyBytes },
      },
    ],
  });
});

test('a message of a socket that is too large closes it with 1009', async () => {
  const large = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(large, 'open');
  const closed = once(large, 'close');
  large.on('error', () => {});
  large.send(JSON.stringify({ type: 'ping', payload: { padding: 'x'.repeat(limits.bodyBytes) } }));
  const [closeCode] = await closed;
  expect(closeCode).toBe(1009);
  expect((await post({ query: '{ __typename }' })).status).toBe(200);
});

test('several requests in one are refused', async () => {
  const response = await post([{ query: '{ __typename }' }, { query: '{ __typename }' }]);
  expect(response.status).toBe(400);
  expect(((await response.json()) as any).errors[0].message).toBe('Operation batching disabled.');
});

test('many errors are cut off, and how many there were is told, over HTTP and over a socket', async () => {
  const query = `{ ${times(100, (index) => `nothing${index}`)} }`;
  const { errors } = (await (await post({ query })).json()) as any;
  expect(errors).toHaveLength(limits.errors);
  expect((await overSocket({ query })).errors).toHaveLength(limits.errors);
  const many = Array.from({ length: 60 }, (_, index) => ({ message: `error ${index}` }));
  expect(boundErrors(many)).toHaveLength(50);
  expect(boundErrors(many).at(-1)).toEqual({
    message: '60 errors; at most 50 are shown, this one among them.',
    extensions: { code, remedy, limit: 'errors', maximum: 50, value: 60 },
  });
  expect(boundErrors(many.slice(0, 50))).toEqual(many.slice(0, 50));
});
