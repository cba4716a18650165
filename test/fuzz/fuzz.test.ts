import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildSchema, type GraphQLField } from 'graphql';
import type { Client } from 'graphql-ws';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFiguresProjector } from '../../src/figures/figures-projector.ts';
import { Chooser } from '../graphql/random-query.ts';
import { expectInvariants } from '../setup/invariants.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { damaged, type Request } from './damage.ts';
import { FuzzWorld } from './fuzz-world.ts';
import { hostileOperation } from './hostile-operation.ts';
import {
  closeCodeAfter,
  complaintAbout,
  isMessage,
  Follower,
  overHttp,
  overSocket,
  SocketClosed,
  socketOf,
  type Answer,
} from './senders.ts';

/** `npm run fuzz` sends a hundred thousand; a seed that is told is repeated by FUZZ_SEED. */
const operations = Number(process.env['FUZZ_OPERATIONS'] ?? 600);
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const atOnce = 6;
const isLong = operations >= 20_000;
const renewedEvery = 2_000;
/** The code of a socket whose user is no longer who the token says. */
const forbidden = 4403;
/** What is not even of the form of a message. */
const badRequest = 4400;
const metricsToken = 'the-metrics-of-the-fuzzer';
/** Of the heap at a fifth of the way, when all caches are full, beside what a run of any length may have. */
const heapGrowth = { factor: 1.1, bytes: 20e6 };

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const roots = {
  query: Object.values(schema.getQueryType()!.getFields()),
  mutation: Object.values(schema.getMutationType()!.getFields()),
  subscription: Object.values(schema.getSubscriptionType()!.getFields()),
};
type Kind = keyof typeof roots;

let server: TestServer;
let world: FuzzWorld;
let projector: { stop(): Promise<void> };
beforeAll(async () => {
  server = await startTestServer({ metricsToken });
  // Counts for the dashboards that are followed.
  projector = startFiguresProjector({ database: server.database, log: { warn: () => {} } });
  world = await FuzzWorld.open(server);
}, 120_000);
afterAll(async () => {
  await projector.stop();
  await server.stop();
});

interface Sending {
  readonly kind: Kind;
  readonly field: GraphQLField<unknown, unknown>;
  readonly request: Request;
  readonly token: string | null;
  readonly isSocket: boolean;
}

function nth(index: number): Sending {
  const choose = new Chooser(seed + index * 7919);
  const kind = choose.from<Kind>(['query', 'query', 'mutation', 'mutation', 'mutation', 'subscription']);
  const field = choose.from(roots[kind]);
  const sound = hostileOperation(choose, world.valuesFor(field.name), kind, field);
  // Those who may do more come further.
  const token = choose.oneIn(3) ? choose.from(world.people) : world.server.tokens.order_manager;
  const isSocket = token !== null && (kind === 'subscription' || choose.oneIn(10));
  return { kind, field, request: choose.oneIn(8) ? damaged(choose, sound) : sound, token, isSocket };
}

/** Heap that is in use, without what is to be collected. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

class Run {
  readonly found: string[] = [];
  /** Root fields that were answered, and mutations that were carried out. */
  readonly reached = new Set<string>();
  readonly applied = new Set<string>();
  readonly heap: number[] = [];
  private readonly clients = new Map<string, Client>();
  private next = 0;

  /** One of several that send at once. */
  async send(): Promise<void> {
    while (this.next < operations && this.found.length < 5) {
      const index = this.next;
      this.next += 1;
      if (isLong && index % Math.ceil(operations / 10) === 0) this.heap.push(heapInUse());
      const sending = nth(index);
      try {
        if (index % renewedEvery === renewedEvery - 1) await world.renew();
        for (const answer of await this.answers(sending)) this.look(sending, answer);
      } catch (error) {
        this.complain(String(error), sending);
      }
    }
  }

  private async answers({ kind, request, token, isSocket }: Sending): Promise<Answer[]> {
    if (!isSocket || token === null) return [await overHttp(server.url, request, token)];
    if (!isMessage(request)) {
      const code = await closeCodeAfter(server.url, token, request);
      if (code === badRequest || (code === forbidden && world.expendableTokens.has(token))) return [];
      throw new Error(`what is no message closed the socket with ${code}`);
    }
    const client = this.clients.get(token) ?? socketOf(server.url, token);
    this.clients.set(token, client);
    try {
      const texts = await overSocket(client, request, kind === 'subscription');
      return texts.map((text) => ({ status: 200, text }));
    } catch (error) {
      if (!(error instanceof SocketClosed)) throw error;
      // Somebody has deactivated them.
      if (error.code === forbidden && world.expendableTokens.has(token)) return [];
      throw error;
    }
  }

  private look(sending: Sending, answer: Answer): void {
    const complaint = complaintAbout(answer);
    if (complaint) this.complain(complaint, sending);
    const { kind, field } = sending;
    if (/"root":(\{|\[|"|\d)/.test(answer.text)) this.reached.add(field.name);
    if (kind === 'mutation' && /"root":\{[^[]*:\[\]/.test(answer.text)) this.applied.add(field.name);
  }

  private complain(what: string, { request, token }: Sending): void {
    const who = Object.entries(world.server.tokens).find(([, each]) => each === token)?.[0] ?? 'another';
    this.found.push(`${what}\n  ${who}: ${JSON.stringify(request).slice(0, 4_000)}`);
  }

  async end(): Promise<void> {
    for (const client of this.clients.values()) await client.dispose();
  }
}

/** Nothing that a hostile operation has begun is left: no transaction, no subscription. */
async function expectNothingLeft(): Promise<void> {
  // Those of the server's own work come and go.
  const isWithoutTransactions = async (): Promise<boolean> => {
    const left = await server.database.read.execute(
      sql`select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
    );
    return left.length === 0;
  };
  await waitUntil(isWithoutTransactions, 'no transaction is left');
  const active = async (): Promise<string[]> => {
    const headers = { authorization: `Bearer ${metricsToken}` };
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    return text.match(/^orders_subscriptions_active\{.*\} [^0].*$/gm) ?? [];
  };
  let subscriptions: string[] = [];
  const isOver = async (): Promise<boolean> => (subscriptions = await active()).length === 0;
  await waitUntil(isOver, () => `subscriptions are left: ${subscriptions.join(', ')}`);
}

test(
  `nothing that is sent makes the server fail, tell what it is made of, or break what must hold (seed ${seed})`,
  { timeout: 300_000 + operations * 100 },
  async () => {
    const startedAt = performance.now();
    const followers = Object.values(world.server.tokens).map((token) => new Follower(server.url, token));
    const run = new Run();
    await Promise.all(Array.from({ length: atOnce }, () => run.send()));
    if (isLong) run.heap.push(heapInUse());
    // They have been there all along, and are told still.
    const told = followers.map(({ events }) => events[0]!);
    await world.renew();
    const isToldAll = (): boolean => followers.every(({ events }, index) => events[0]! > told[index]!);
    await waitUntil(
      isToldAll,
      () => `followers are told no more: ${followers.map((each) => each.complaints).join()}`,
    );
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const roles = await viewers();
    await Promise.all([run.end(), ...followers.map((each) => each.stop())]);
    const { found, reached, applied, heap } = run;
    const megabytes = heap.map((bytes) => Math.round(bytes / 1e6)).join(' ');
    const events = followers.map((each) => each.events.join('/')).join(' ');
    if (isLong) {
      console.log(
        `seed ${seed}: ${operations} operations in ${seconds} s; ${reached.size} fields answered, ${applied.size} mutations carried out; heap ${megabytes} MB; events ${events}`,
      );
    }
    expect(found, `FUZZ_SEED=${seed} FUZZ_OPERATIONS=${operations}`).toEqual([]);
    expect(followers.flatMap(({ complaints }) => complaints)).toEqual([]);
    for (const [role, answer] of Object.entries(roles)) expect(answer).toBe(role.toUpperCase());
    await expectNothingLeft();
    // Many got further than to the first check, or the values have become too wild.
    expect(reached.size).toBeGreaterThan(40);
    expect(applied.size).toBeGreaterThan(isLong ? 40 : 5);
    await expectInvariants(server.databaseUrl);
    if (isLong) expect(heap.at(-1)!).toBeLessThan(heapGrowth.factor * heap[2]! + heapGrowth.bytes);
  },
);

/** All are still who they were: otherwise the rest would have been refused at the door, and nothing tried. */
async function viewers(): Promise<Record<string, string>> {
  const { as } = world.server;
  const asked = Object.entries(as).map(async ([role, ask]) => {
    const answer = await ask('{ viewer { role } }');
    return [role, answer.data?.viewer?.role as string] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}
