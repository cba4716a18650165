import { z } from 'zod';
import type { IdentityProviderOptions } from './auth/identity-provider.ts';
import type { SigningKey } from './auth/token.ts';
import { ConfigError } from './config-error.ts';
import { identityProviderOptions, identityProviderVariables } from './config-identity-provider.ts';
import { defaultSocketLimits, type SocketLimits } from './graphql/open-sockets.ts';
import { tlsFiles, transportVariables } from './config-transport.ts';
import type { ArchivePolicy } from './jobs/archive.repository.ts';
import type { StripeOptions } from './payments/providers/stripe-provider.ts';
import type { TlsFiles } from './shared/tls-files.ts';
import type { WebhookPolicy } from './shared/webhook-policy.ts';
import { languageCodes, type Language } from './mail/texts.ts';

/** Known to everybody who reads the repository; refused in production. */
export const sampleJwtSecret = 'sample-secret-for-development-only-not-for-production';

/** A thousand a second: against programs that have gone wild, and not for sharing out what the server can do. */
const defaultRateLimitPerMinute = 60_000;

/** One has the connection, and one is ready when it is free: more of them at once are only later. */
const operationsPerConnection = 2;

const truth = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'], 'use true or false')
  .transform((text) => ['true', '1', 'yes'].includes(text));

const secret = z.string().min(32, 'must be at least 32 bytes long; make one with `openssl rand -base64 48`');

const signingKeys = z.string().transform((text, context) =>
  text.split(',').map((pair): SigningKey => {
    const [id, value] = [pair.slice(0, pair.indexOf(':')).trim(), pair.slice(pair.indexOf(':') + 1).trim()];
    if (!pair.includes(':') || !id)
      context.addIssue('write it as `kid:secret,olderKid:olderSecret`, the key to sign with first');
    else if (value.length < 32) context.addIssue(`the secret of key ${id} must be at least 32 bytes long`);
    return { id, secret: value };
  }),
);

const postgresAddress = /^postgres(ql)?:\/\//;
const databaseAddress = z
  .string()
  .regex(postgresAddress, 'must be a PostgreSQL address such as postgres://user:password@host:5432/orders');

const environmentSchema = z.object({
  NODE_ENV: z.string().default('development'),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(4000),
  DATABASE_URL: databaseAddress.optional(),
  DATABASE_DIRECT_URL: databaseAddress.optional(),
  DATABASE_REPLICA_URLS: z
    .string()
    .transform((text) => text.split(',').map((url) => url.trim()))
    .refine(
      (urls) => urls.every((url) => postgresAddress.test(url)),
      'must be PostgreSQL addresses such as postgres://user:password@replica:5432/orders, with commas',
    )
    .default([]),
  REPLICA_MAXIMUM_LAG_MS: z.coerce
    .number('must be a number of milliseconds')
    .int()
    .min(50)
    .max(60_000)
    .default(1_000),
  DATABASE_POOL_SIZE: z.coerce.number('must be a number').int().min(2).max(100).default(8),
  DATA_DIR: z.string().min(1).default('.data'),
  JWT_SECRET: secret.optional(),
  JWT_KEYS: signingKeys.optional(),
  ...identityProviderVariables,
  ...transportVariables,
  SAMPLE_DATA: truth.optional(),
  ALLOWED_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim().replace(/\/$/, '')))
    .default([]),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_/, 'must be a secret key of Stripe, which begins with sk_ or rk_')
    .optional(),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_/, 'must be the signing secret of a webhook endpoint at Stripe, which begins with whsec_')
    .optional(),
  STRIPE_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an address such as http://127.0.0.1:12111' })
    .optional(),
  MAIL_URL: z
    .string()
    .regex(
      /^(smtps?:\/\/[^/\s]+|file:.+)$/,
      'must be a mail server such as smtp://user:password@mail.example:587, or file: with a folder such as file:./mails',
    )
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>@\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      'must be an address such as orders@shop.example or "The shop <orders@shop.example>"',
    )
    .optional(),
  MAIL_LANGUAGE: z.enum(languageCodes).default('en'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must be the address of a Redis such as redis://user:password@host:6379/0')
    .optional(),
  RATE_LIMIT_PER_MINUTE: z.coerce.number('must be a number').int().min(0).default(defaultRateLimitPerMinute),
  OPERATIONS_AT_ONCE: z.coerce.number('must be a number').int().min(0).optional(),
  INTROSPECTION: truth.optional(),
  METRICS_PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).optional(),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  METRICS_TOKEN: z
    .string()
    .min(32, 'must be at least 32 bytes long; make one with `openssl rand -hex 32`')
    .optional(),
  SOCKETS_PER_USER: z.coerce
    .number('must be a number')
    .int()
    .min(1)
    .default(defaultSocketLimits.socketsPerUser),
  OPERATIONS_PER_SOCKET: z.coerce
    .number('must be a number')
    .int()
    .min(1)
    .default(defaultSocketLimits.operationsPerSocket),
  WEBHOOK_ALLOW_PRIVATE_ADDRESSES: truth.default(false),
  ARCHIVE_AFTER_DAYS: z.coerce.number('must be a number of days').int().min(1).optional(),
  HISTORY_MONTHS: z.coerce.number('must be a number of months').int().min(3).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface Config {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Undefined: the embedded server in `dataDirectory`. */
  readonly databaseUrl: string | undefined;
  /** Set where `databaseUrl` leads to a pooler that shares connections: past it, for what needs a session. */
  readonly databaseDirectUrl: string | undefined;
  /** Of the database and of each replica. */
  readonly databasePoolSize: number;
  /** What queries may be read from. */
  readonly replicaUrls: readonly string[];
  /** How old what a replica shows may be. */
  readonly replicaMaximumLagMs: number;
  readonly dataDirectory: string;
  readonly signingKeys: readonly [SigningKey, ...SigningKey[]];
  /** Undefined: only our own tokens are accepted. */
  readonly identityProvider: IdentityProviderOptions | undefined;
  /** Balancers whose word is taken for where a request comes from. Undefined: nobody's. */
  readonly trustProxy: readonly string[] | undefined;
  /** Undefined: plain HTTP. */
  readonly tls: TlsFiles | undefined;
  /** Load the sample orders and logins when the database is empty. */
  readonly sampleData: boolean;
  /** Origins of web pages elsewhere that may call the API. */
  readonly allowedOrigins: readonly string[];
  /** Undefined: payments through Stripe are refused. */
  readonly stripe: StripeOptions | undefined;
  /** Undefined: several servers share what they need through PostgreSQL alone. */
  readonly redisUrl: string | undefined;
  /** Of a user, or of an address where nobody is signed in; 0: no limit. */
  readonly rateLimitPerMinute: number;
  /** Operations that a saturated server works on at once; 0: no limit. */
  readonly operationsAtOnce: number;
  /** Whether anybody may ask for the schema. */
  readonly introspection: boolean;
  readonly socketLimits: SocketLimits;
  /** What events may be sent to. */
  readonly webhooks: WebhookPolicy;
  /** When finished orders and old months of the history go to the archive. */
  readonly archive: ArchivePolicy;
  readonly logLevel: string;
  readonly metrics: {
    readonly host: string;
    /** The port of their own. Undefined: on the main one, if there is a token. */
    readonly port: number | undefined;
    /** Asked of whoever reads them. Undefined, and no port of their own: they are not served. */
    readonly token: string | undefined;
  };
  readonly mail: {
    /** A mail server, or `file:` with a folder. Undefined: e-mails are only logged. */
    readonly url: string | undefined;
    readonly from: string;
    /** What the e-mails are written in. */
    readonly language: Language;
  };
}

/** Reads and checks the environment; the only place that does. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  // An empty variable is an unset one: that is what `KEY=` in an env file means.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const values = parsed.data;
  const production = values.NODE_ENV === 'production';
  if (production) refuseUnsafeProduction(values);
  if (values.MAIL_URL?.startsWith('smtp') && !values.MAIL_FROM) {
    throw new ConfigError([
      'MAIL_FROM: required with a mail server; set an address such as orders@shop.example',
    ]);
  }
  for (const name of ['DATABASE_DIRECT_URL', 'DATABASE_REPLICA_URLS'] as const) {
    if (values.DATABASE_URL === undefined && (values[name]?.length ?? 0) > 0)
      throw new ConfigError([
        `${name}: needs DATABASE_URL; the embedded server has neither pooler nor replica`,
      ]);
  }
  const keys = values.JWT_KEYS ?? [{ id: 'default', secret: values.JWT_SECRET ?? sampleJwtSecret }];
  return Object.freeze({
    production,
    host: values.HOST,
    port: values.PORT,
    databaseUrl: values.DATABASE_URL,
    databaseDirectUrl: values.DATABASE_DIRECT_URL,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    replicaUrls: values.DATABASE_REPLICA_URLS,
    replicaMaximumLagMs: values.REPLICA_MAXIMUM_LAG_MS,
    dataDirectory: values.DATA_DIR,
    signingKeys: keys as [SigningKey, ...SigningKey[]],
    identityProvider: identityProviderOptions(values),
    trustProxy: values.TRUST_PROXY,
    tls: tlsFiles(values),
    sampleData: values.SAMPLE_DATA ?? (values.DATABASE_URL === undefined && !production),
    allowedOrigins: values.ALLOWED_ORIGINS,
    stripe: stripeOptions(values),
    redisUrl: values.REDIS_URL,
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE,
    operationsAtOnce: values.OPERATIONS_AT_ONCE ?? operationsPerConnection * values.DATABASE_POOL_SIZE,
    introspection: values.INTROSPECTION ?? !production,
    socketLimits: {
      socketsPerUser: values.SOCKETS_PER_USER,
      operationsPerSocket: values.OPERATIONS_PER_SOCKET,
    },
    webhooks: {
      allowPrivateAddresses: values.WEBHOOK_ALLOW_PRIVATE_ADDRESSES,
      allowHttp: !production || values.WEBHOOK_ALLOW_PRIVATE_ADDRESSES,
    },
    archive: { archiveAfterDays: values.ARCHIVE_AFTER_DAYS, historyMonths: values.HISTORY_MONTHS },
    logLevel: values.LOG_LEVEL,
    metrics: { host: values.METRICS_HOST, port: values.METRICS_PORT, token: values.METRICS_TOKEN },
    mail: {
      url: values.MAIL_URL,
      from: values.MAIL_FROM ?? 'orders@localhost',
      language: values.MAIL_LANGUAGE,
    },
  });
}

/** One without the other would take money and never hear of it. */
function stripeOptions(values: z.infer<typeof environmentSchema>): StripeOptions | undefined {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = values;
  if (secretKey === undefined && webhookSecret === undefined) return undefined;
  if (webhookSecret === undefined) {
    throw new ConfigError(['STRIPE_WEBHOOK_SECRET: needed with STRIPE_SECRET_KEY, to hear what was paid']);
  }
  if (secretKey === undefined) {
    throw new ConfigError(['STRIPE_SECRET_KEY: needed with STRIPE_WEBHOOK_SECRET']);
  }
  return { secretKey, webhookSecret, apiUrl: values.STRIPE_API_URL };
}

function refuseUnsafeProduction(values: z.infer<typeof environmentSchema>): void {
  const problems: string[] = [];
  if (!values.DATABASE_URL) {
    problems.push(
      'DATABASE_URL: production needs a PostgreSQL server of its own; set postgres://user:password@host:5432/orders',
    );
  }
  const secrets = values.JWT_KEYS?.map((key) => key.secret) ?? (values.JWT_SECRET ? [values.JWT_SECRET] : []);
  if (secrets.length === 0)
    problems.push(
      'JWT_SECRET (or JWT_KEYS): required in production; make one with `openssl rand -base64 48`',
    );
  if (secrets.includes(sampleJwtSecret))
    problems.push('JWT_SECRET: is the sample secret, which everybody knows; make one of your own');
  if (values.SAMPLE_DATA)
    problems.push('SAMPLE_DATA: sample logins have a public password; leave it out in production');
  if (problems.length > 0) throw new ConfigError(problems);
}
