import { execute, parse, validate, type ExecutionResult } from 'graphql';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp, type App } from '../../src/app.ts';
import type { Viewer } from '../../src/auth/actor.ts';
import { createTokenSigner } from '../../src/auth/token.ts';
import { openDatabase } from '../../src/db/driver/database.ts';
import { RequestContext } from '../../src/graphql/context.ts';
import { PlanExecutor } from '../../src/graphql/plan/plan-executor.ts';
import { arrangeWorld, type World } from '../security/field-world.ts';
import { startTestServer, testSigningKeys, type TestServer } from '../setup/server.ts';
import { Chooser, QueryMaker, type RandomQuery } from './random-query.ts';

let server: TestServer;
let world: World;
let app: App;
let executor: PlanExecutor;

beforeAll(async () => {
  server = await startTestServer();
  world = await arrangeWorld(server);
  app = await createApp({
    database: openDatabase({ url: server.databaseUrl, poolSize: 4 }),
    signingKeys: testSigningKeys,
    log: pino({ level: 'silent' }),
  });
  executor = new PlanExecutor(app.schema);
});
afterAll(async () => {
  await app.close();
  await server.stop();
});

/** What the clock goes into, or what changes between two requests. */
const leftOut = new Set([
  'eventCursor',
  'dashboard',
  'statistics',
  'fulfillmentStatistics',
  'verifyHistory',
  // They say when they end, which is another second for each who asks.
  'packingSlipUrl',
  'pickListUrl',
  'boxLabelUrl',
]);

function contextOf(viewer: Viewer | null): RequestContext {
  return new RequestContext(app.services, viewer, { ipAddress: '127.0.0.1', userAgent: 'test' });
}

/** The body of the answer by each executor. */
async function answers(viewer: Viewer | null, { text, variables }: RandomQuery) {
  const { schema } = app;
  const document = parse(text);
  const problems = validate(schema, document);
  if (problems.length > 0) throw new Error(`${text}\n${problems.join('\n')}`);
  const variableValues = JSON.parse(JSON.stringify(variables)) as Record<string, unknown>;
  const contextValue = contextOf(viewer);
  const plain: ExecutionResult = await execute({ schema, document, variableValues, contextValue });
  const planned = await executor.answer(document, undefined, variableValues, contextOf(viewer));
  return {
    plain,
    body: `${JSON.stringify(plain)}\n`,
    planned: planned && `${JSON.stringify({ data: planned })}\n`,
  };
}

async function viewers(): Promise<(Viewer | null)[]> {
  const signer = createTokenSigner(testSigningKeys);
  return [...(await Promise.all(Object.values(server.tokens).map((token) => signer.verify(token)))), null];
}

function knownValues(): Record<string, string[]> {
  const orders = [
    world.finished,
    world.held,
    world.cancelled,
    world.returned,
    world.archived,
    world.guest,
    world.foreign,
  ];
  const others = [world.finishedFulfillment, world.publicNote, world.internalNote, world.customerId];
  return {
    id: [...orders, ...orders, ...others, world.otherCustomerId, world.productId],
    orderId: orders,
    sku: [world.sku],
    locationCode: ['LONDON'],
    number: ['ORD-20000101-0000'],
    code: [world.sku],
    barcode: ['5000000000000'],
  };
}

test(
  'a plan answers byte for byte as the plain executor does, and leaves every error to it',
  { timeout: 120_000 },
  async () => {
    const counted = { planned: 0, errors: 0, left: 0 };
    const known = knownValues();
    const everybody = await viewers();
    for (let seed = 1; seed <= 400; seed += 1) {
      const choose = new Chooser(seed);
      const query = new QueryMaker(app.schema, choose, known, leftOut).make();
      const viewer = choose.from(everybody);
      const { plain, body, planned } = await answers(viewer, query);
      const where = `seed ${seed}, ${viewer?.role ?? 'nobody'}: ${query.text} ${JSON.stringify(query.variables)}`;
      if (planned !== undefined) {
        counted.planned += 1;
        expect(planned, where).toBe(body);
      } else if (plain.errors) {
        counted.errors += 1;
      } else {
        counted.left += 1;
        expect(query.text, where).toMatch(/scan|root\d+: __typename| __typename \}/);
      }
      if (plain.errors) expect(planned, where).toBeUndefined();
    }
    // Of each kind there were many, or the generator has become too shy.
    expect(counted.planned).toBeGreaterThan(130);
    expect(counted.errors).toBeGreaterThan(40);
    expect(counted.left).toBeGreaterThan(5);
  },
);
