import type { Client } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { askOverSocket, socketClient } from '../subscriptions/live-client.ts';

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

const yearZero = /cannot represent a (moment outside of the years 0001 to 9999|day of the year 0000)/;
const statistics = (range: string): string => `statistics(range: ${range}) { asOf }`;
const orders = (filter: string): string => `orders(first: 1, filter: ${filter}) { nodes { id } }`;

test.each([
  ['a day in the document', `{ ${statistics('{ from: "0000-01-01", to: "0000-01-01" }')} }`, {}],
  [
    'a day in a variable',
    `query ($day: LocalDate!) { ${statistics('{ from: $day, to: $day }')} }`,
    { day: '0000-12-31' },
  ],
  ['a moment in the document', `{ ${orders('{ createdFrom: "0001-01-01T00:00:00+23:59" }')} }`, {}],
  [
    'a moment in a variable',
    `query ($at: DateTime!) { ${orders('{ createdFrom: $at }')} }`,
    { at: '0001-01-01T00:00:00+23:59' },
  ],
])('the year 0 is the client’s fault, over HTTP and over a socket: %s', async (_name, query, variables) => {
  const { errors } = await server.as.order_manager(query, variables);
  const refused = (await askOverSocket(socket, query, variables).catch((thrown: unknown) => ({
    errors: thrown,
  }))) as { errors: typeof errors };
  for (const told of [errors, refused.errors]) {
    expect(told?.[0]?.message).toMatch(yearZero);
    expect(told?.[0]?.extensions?.code).toBeOneOf(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']);
  }
});
