import { pino, type Logger } from 'pino';
import { createApp } from '../../src/app.ts';
import type { SigningKey } from '../../src/auth/token.ts';
import type { IdentityProviderOptions } from '../../src/auth/identity-provider.ts';
import type { SocketLimits } from '../../src/graphql/open-sockets.ts';
import { hashPassword } from '../../src/auth/password.ts';
import { openDatabase, type Database } from '../../src/db/driver/database.ts';
import { customers } from '../../src/db/tables/customers.ts';
import type { Role } from '../../src/db/tables/enumerations.ts';
import { users } from '../../src/db/tables/users.ts';
import type { StripeOptions } from '../../src/payments/providers/stripe-provider.ts';
import { openRedis } from '../../src/redis/redis-link.ts';
import { startWorker, type Worker } from '../../src/jobs/worker.ts';
import type { Mailer } from '../../src/mail/mailer.ts';
import type { Language } from '../../src/mail/texts.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import type { TlsFiles } from '../../src/shared/tls-files.ts';
import type { WebhookPolicy } from '../../src/shared/webhook-policy.ts';
import { startServer, type RunningServer } from '../../src/server.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

export const testSigningKeys: [SigningKey] = [
  { id: 'test', secret: 'a-secret-of-the-tests-that-is-long-enough' },
];
/** Receivers of the tests are on this machine, and speak plain HTTP. */
export const localReceivers: WebhookPolicy = { allowPrivateAddresses: true, allowHttp: true };
export const testPassword = 'correct horse battery staple';

export interface GraphqlAnswer {
  data: any;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, any> }[];
}

/** Sends an operation as somebody, over real HTTP. */
export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<GraphqlAnswer>;

export interface TestServer {
  readonly url: string;
  readonly databaseUrl: string;
  readonly database: Database;
  /** One user a role, signed in; `customer` is linked to `customerId`. */
  readonly as: Record<Role, Ask>;
  readonly anonymous: Ask;
  readonly tokens: Record<Role, string>;
  readonly userIds: Record<Role, string>;
  readonly customerId: string;
  /** Another server on the same database. */
  startAnother(): Promise<RunningServer>;
  stop(): Promise<void>;
}

const roles: readonly Role[] = ['order_manager', 'warehouse_staff', 'customer_service', 'customer'];

export interface TestServerOptions extends ServeOptions {
  /** Work on the jobs too, with this mailer; without it nobody does. */
  readonly worker?: {
    readonly mailer: Mailer;
    readonly language?: Language;
    readonly webhooks?: WebhookPolicy;
  };
}

/** A real server on a database of its own, with one user a role. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  return startTestServerOn(await createTestDatabase(), options);
}

/** The same on a migrated database that the test has made itself. */
export async function startTestServerOn(
  testDatabase: TestDatabase,
  options: TestServerOptions = {},
): Promise<TestServer> {
  const database = openDatabase({ url: testDatabase.url, poolSize: 4 });
  const { userIds, customerId } = await addUsers(database);
  const server = await serve(testDatabase.url, 0, options);
  const worker =
    options.worker && startTestWorker({ databaseUrl: testDatabase.url, database, ...options.worker });
  const anonymous = asker(server.url, null);
  const tokens = Object.fromEntries(
    await Promise.all(roles.map(async (role) => [role, await signIn(anonymous, role)] as const)),
  ) as Record<Role, string>;
  return {
    url: server.url,
    databaseUrl: testDatabase.url,
    database,
    anonymous,
    tokens,
    userIds,
    customerId,
    as: Object.fromEntries(roles.map((role) => [role, asker(server.url, tokens[role])])) as Record<Role, Ask>,
    startAnother: () => serve(testDatabase.url, 0, options),
    async stop() {
      await worker?.stop();
      await server.stop();
      await database.close();
      await testDatabase.drop();
    },
  };
}

/** What a server of the tests may have beside a database. */
export interface ServeOptions {
  readonly identityProvider?: IdentityProviderOptions;
  /** Tell the pages that there are sample logins. */
  readonly sampleData?: boolean;
  readonly stripe?: StripeOptions;
  readonly metricsToken?: string;
  readonly trustProxy?: readonly string[];
  readonly tls?: TlsFiles;
  readonly production?: boolean;
  readonly allowedOrigins?: readonly string[];
  /** Receivers on this machine when left out. */
  readonly webhooks?: WebhookPolicy;
  readonly socketLimits?: SocketLimits;
  readonly rateLimitPerMinute?: number;
  readonly operationsAtOnce?: number;
  readonly introspection?: boolean;
  readonly redisUrl?: string;
  /** Addresses of standbys, and how far they may be behind. */
  readonly replicas?: { readonly urls: readonly string[]; readonly maximumLagMs: number };
  /** A pooler in transaction mode, between the server and its database. */
  readonly poolerUrl?: string;
}

export async function serve(
  databaseUrl: string,
  port = 0,
  options: ServeOptions = {},
): Promise<RunningServer> {
  const { stripe, redisUrl, webhooks = localReceivers, replicas, poolerUrl, ...others } = options;
  const { identityProvider, ...serverOptions } = others;
  const log = testLog();
  const metrics = new Metrics();
  const address =
    poolerUrl === undefined
      ? { url: databaseUrl }
      : { url: poolerUrl, directUrl: databaseUrl, prepare: false };
  const primaryOptions = { ...address, poolSize: 8, observer: metrics.database };
  const app = await createApp({
    database: openDatabase(primaryOptions),
    replicas: replicas && { ...replicas, poolSize: 4, primaryOptions },
    signingKeys: testSigningKeys,
    identityProvider,
    metrics,
    stripe,
    webhooks,
    log,
    redis: redisUrl === undefined ? undefined : openRedis(redisUrl, log),
  });
  return startServer(app, { host: '127.0.0.1', port, ...serverOptions });
}

/** Works on the jobs of a database until it is stopped. */
export function startTestWorker(options: {
  databaseUrl: string;
  database: Database;
  mailer: Mailer;
  language?: Language;
  webhooks?: WebhookPolicy;
  log?: Logger;
}): Worker {
  const { databaseUrl, database, mailer, language = 'en', webhooks, log = testLog() } = options;
  const write = {
    database,
    wakeListeners: () => {},
    reportFault: (error: unknown) => log.error({ error }, 'a part failed'),
  };
  return startWorker({ databaseUrl, write, log, mailer, language, ...(webhooks && { webhooks }) });
}

const testLog = (): Logger => pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });

export function asker(url: string, token: string | null): Ask {
  return async (query, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphqlAnswer;
  };
}

async function addUsers(database: Database) {
  const passwordHash = await hashPassword(testPassword);
  return database.transaction(async (transaction) => {
    const [customer] = await transaction
      .insert(customers)
      .values({ name: 'Ada Buyer', email: 'ada@buyer.example', phone: '020 7946 0018', kind: 'online' })
      .returning({ id: customers.id });
    const inserted = await transaction
      .insert(users)
      .values(
        roles.map((role) => ({
          email: `${role}@test.example`,
          displayName: `Test ${role}`,
          role,
          passwordHash,
          customerId: role === 'customer' ? customer!.id : null,
        })),
      )
      .returning({ id: users.id, role: users.role });
    const userIds = Object.fromEntries(inserted.map(({ id, role }) => [role, id])) as Record<Role, string>;
    return { userIds, customerId: customer!.id };
  });
}

async function signIn(ask: Ask, role: Role): Promise<string> {
  const answer = await ask(
    `mutation ($email: String!, $password: String!) {
      login(input: { email: $email, password: $password }) { session { accessToken } userErrors { message } }
    }`,
    { email: `${role}@test.example`, password: testPassword },
  );
  return answer.data.login.session.accessToken;
}
