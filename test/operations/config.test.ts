import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/config-error.ts';
import { readConfig, sampleJwtSecret } from '../../src/config.ts';

const secret = 'a-secret-of-an-operator-that-is-long-enough';
const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://orders:pw@db.internal:5432/orders',
  JWT_SECRET: secret,
};

/** What is wrong, one line a variable. */
function problems(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
  throw new Error('It was accepted.');
}

test('nothing set: a development server on this machine, with an embedded database and sample data', () => {
  expect(readConfig({})).toEqual({
    production: false,
    host: '127.0.0.1',
    port: 4000,
    databaseUrl: undefined,
    databaseDirectUrl: undefined,
    databasePoolSize: 8,
    replicaUrls: [],
    replicaMaximumLagMs: 1_000,
    dataDirectory: '.data',
    signingKeys: [{ id: 'default', secret: sampleJwtSecret }],
    identityProvider: undefined,
    trustProxy: undefined,
    tls: undefined,
    sampleData: true,
    allowedOrigins: [],
    stripe: undefined,
    redisUrl: undefined,
    rateLimitPerMinute: 60_000,
    operationsAtOnce: 16,
    introspection: true,
    metrics: { host: '127.0.0.1', port: undefined, token: undefined },
    socketLimits: { socketsPerUser: 2_000, operationsPerSocket: 100 },
    webhooks: { allowPrivateAddresses: false, allowHttp: true },
    archive: { archiveAfterDays: undefined, historyMonths: undefined },
    logLevel: 'info',
    mail: { url: undefined, from: 'orders@localhost', language: 'en' },
  });
});

test('every variable is read', () => {
  const config = readConfig({
    ...production,
    HOST: '0.0.0.0',
    PORT: '8080',
    DATABASE_DIRECT_URL: 'postgres://orders:pw@postgres.internal:5432/orders',
    DATABASE_REPLICA_URLS: 'postgres://replica-1/orders, postgresql://replica-2/orders',
    REPLICA_MAXIMUM_LAG_MS: '250',
    DATABASE_POOL_SIZE: '20',
    DATA_DIR: '/var/lib/orders',
    TRUST_PROXY: '10.0.0.7, 10.1.0.0/16, fd00::/8, loopback',
    SAMPLE_DATA: 'false',
    ALLOWED_ORIGINS: 'https://shop.example/, https://desk.example',
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_WEBHOOK_SECRET: 'whsec_1',
    STRIPE_API_URL: 'http://127.0.0.1:12111',
    REDIS_URL: 'rediss://user:pw@redis.internal:6380/1',
    RATE_LIMIT_PER_MINUTE: '0',
    OPERATIONS_AT_ONCE: '24',
    METRICS_PORT: '9464',
    METRICS_HOST: '0.0.0.0',
    METRICS_TOKEN: 'a-token-of-an-operator-that-is-long-enough',
    SOCKETS_PER_USER: '50',
    OPERATIONS_PER_SOCKET: '10',
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
    ARCHIVE_AFTER_DAYS: '365',
    HISTORY_MONTHS: '18',
    LOG_LEVEL: 'warn',
    MAIL_URL: 'smtp://user:pw@mail.internal:587',
    MAIL_FROM: 'The shop <orders@shop.example>',
    MAIL_LANGUAGE: 'de',
  });
  expect(config).toEqual({
    production: true,
    host: '0.0.0.0',
    port: 8080,
    databaseUrl: production.DATABASE_URL,
    databaseDirectUrl: 'postgres://orders:pw@postgres.internal:5432/orders',
    databasePoolSize: 20,
    replicaUrls: ['postgres://replica-1/orders', 'postgresql://replica-2/orders'],
    replicaMaximumLagMs: 250,
    dataDirectory: '/var/lib/orders',
    signingKeys: [{ id: 'default', secret }],
    identityProvider: undefined,
    trustProxy: ['10.0.0.7', '10.1.0.0/16', 'fd00::/8', 'loopback'],
    tls: undefined,
    sampleData: false,
    allowedOrigins: ['https://shop.example', 'https://desk.example'],
    stripe: { secretKey: 'sk_test_1', webhookSecret: 'whsec_1', apiUrl: 'http://127.0.0.1:12111' },
    redisUrl: 'rediss://user:pw@redis.internal:6380/1',
    rateLimitPerMinute: 0,
    operationsAtOnce: 24,
    introspection: false,
    metrics: { host: '0.0.0.0', port: 9464, token: 'a-token-of-an-operator-that-is-long-enough' },
    socketLimits: { socketsPerUser: 50, operationsPerSocket: 10 },
    webhooks: { allowPrivateAddresses: true, allowHttp: true },
    archive: { archiveAfterDays: 365, historyMonths: 18 },
    logLevel: 'warn',
    mail: {
      url: 'smtp://user:pw@mail.internal:587',
      from: 'The shop <orders@shop.example>',
      language: 'de',
    },
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test('an empty variable is an unset one', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '', JWT_SECRET: '', SAMPLE_DATA: '' })).toEqual(readConfig({}));
});

describe('sample data', () => {
  test.each([
    [{}, true],
    [{ DATABASE_URL: production.DATABASE_URL }, false],
    [{ DATABASE_URL: production.DATABASE_URL, SAMPLE_DATA: 'true' }, true],
    [{ SAMPLE_DATA: 'no' }, false],
    [{ SAMPLE_DATA: '0' }, false],
    [{ SAMPLE_DATA: 'yes' }, true],
    [production, false],
  ])('%j: %s', (environment, sampleData) => {
    expect(readConfig(environment).sampleData).toBe(sampleData);
  });
});

describe('what is malformed is refused, and named', () => {
  test.each([
    [{ PORT: 'http' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: '-1' }, 'PORT'],
    [{ PORT: '80.5' }, 'PORT'],
    [{ DATABASE_URL: 'mysql://db/orders' }, 'DATABASE_URL'],
    [{ DATABASE_DIRECT_URL: 'db:5432' }, 'DATABASE_DIRECT_URL'],
    [{ DATABASE_DIRECT_URL: 'postgres://db/orders' }, 'DATABASE_DIRECT_URL'],
    [{ DATABASE_REPLICA_URLS: 'postgres://db/orders,replica' }, 'DATABASE_REPLICA_URLS'],
    [{ DATABASE_REPLICA_URLS: 'postgres://db/orders' }, 'DATABASE_REPLICA_URLS'],
    [{ REPLICA_MAXIMUM_LAG_MS: '0' }, 'REPLICA_MAXIMUM_LAG_MS'],
    [{ REPLICA_MAXIMUM_LAG_MS: 'soon' }, 'REPLICA_MAXIMUM_LAG_MS'],
    [{ DATABASE_POOL_SIZE: '1' }, 'DATABASE_POOL_SIZE'],
    [{ DATABASE_POOL_SIZE: '1000' }, 'DATABASE_POOL_SIZE'],
    [{ SAMPLE_DATA: 'perhaps' }, 'SAMPLE_DATA'],
    [{ TRUST_PROXY: 'true' }, 'TRUST_PROXY'],
    [{ TRUST_PROXY: '1' }, 'TRUST_PROXY'],
    [{ TRUST_PROXY: 'balancer.internal' }, 'TRUST_PROXY'],
    [{ TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY'],
    [{ TRUST_PROXY: '0.0.0.0/0' }, 'TRUST_PROXY'],
    [{ TRUST_PROXY: '10.0.0.1,' }, 'TRUST_PROXY'],
    [{ TLS_KEY_FILE: '/nowhere.pem' }, 'TLS_CERTIFICATE_FILE'],
    [{ TLS_CERTIFICATE_FILE: '/nowhere.pem' }, 'TLS_KEY_FILE'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ METRICS_PORT: 'http' }, 'METRICS_PORT'],
    [{ METRICS_TOKEN: 'short' }, 'METRICS_TOKEN'],
    [{ STRIPE_SECRET_KEY: 'pk_live_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' }, 'STRIPE_SECRET_KEY'],
    [{ STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_WEBHOOK_SECRET: 'secret' }, 'STRIPE_WEBHOOK_SECRET'],
    [{ STRIPE_SECRET_KEY: 'sk_live_1' }, 'STRIPE_WEBHOOK_SECRET'],
    [{ STRIPE_WEBHOOK_SECRET: 'whsec_1' }, 'STRIPE_SECRET_KEY'],
    [{ SOCKETS_PER_USER: '0' }, 'SOCKETS_PER_USER'],
    [{ ARCHIVE_AFTER_DAYS: '0' }, 'ARCHIVE_AFTER_DAYS'],
    [{ HISTORY_MONTHS: '2' }, 'HISTORY_MONTHS'],
    [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL'],
    [{ RATE_LIMIT_PER_MINUTE: '-1' }, 'RATE_LIMIT_PER_MINUTE'],
    [{ OPERATIONS_AT_ONCE: 'all' }, 'OPERATIONS_AT_ONCE'],
    [{ OPERATIONS_PER_SOCKET: 'many' }, 'OPERATIONS_PER_SOCKET'],
    [{ STRIPE_API_URL: 'api.stripe.com' }, 'STRIPE_API_URL'],
    [{ STRIPE_API_URL: 'ftp://api.stripe.com' }, 'STRIPE_API_URL'],
    [{ MAIL_URL: 'http://mail.example' }, 'MAIL_URL'],
    [{ MAIL_URL: 'file:' }, 'MAIL_URL'],
    [{ MAIL_URL: 'smtp://mail.example' }, 'MAIL_FROM'],
    [{ MAIL_FROM: 'nobody' }, 'MAIL_FROM'],
    [{ MAIL_FROM: 'a@b.example\r\nBcc: c@d.example' }, 'MAIL_FROM'],
    [{ MAIL_LANGUAGE: 'xx' }, 'MAIL_LANGUAGE'],
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET'],
    [{ JWT_KEYS: 'nocolon' }, 'JWT_KEYS'],
    [{ JWT_KEYS: `:${secret}` }, 'JWT_KEYS'],
    [{ JWT_KEYS: `new:${secret},old:short` }, 'JWT_KEYS'],
  ])('%j', (environment, variable) => {
    const found = problems(environment);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${variable}: .{10,}`));
  });

  test('all at once, and no secret is repeated', () => {
    const found = problems({ PORT: 'x', LOG_LEVEL: 'y', JWT_SECRET: 'too-short-secret' });
    expect(found.map((line) => line.split(':')[0])).toEqual(['PORT', 'JWT_SECRET', 'LOG_LEVEL']);
    expect(found.join()).not.toContain('too-short-secret');
  });
});

describe('keys to sign with', () => {
  test('several: the first one signs', () => {
    const { signingKeys } = readConfig({
      ...production,
      JWT_KEYS: `new:${secret}, old:${secret}:with:colons`,
    });
    expect(signingKeys).toEqual([
      { id: 'new', secret },
      { id: 'old', secret: `${secret}:with:colons` },
    ]);
  });

  test('they are enough in production, without JWT_SECRET', () => {
    const { JWT_SECRET: _secret, ...rest } = production;
    expect(readConfig({ ...rest, JWT_KEYS: `new:${secret}` }).signingKeys).toEqual([{ id: 'new', secret }]);
  });
});

describe('production refuses', () => {
  test.each([
    ['no database', { DATABASE_URL: undefined }, /^DATABASE_URL: .*postgres:\/\//],
    ['no secret', { JWT_SECRET: undefined }, /^JWT_SECRET.*openssl rand/],
    ['a short secret', { JWT_SECRET: 'short' }, /^JWT_SECRET: .*32 bytes.*openssl rand/],
    ['the sample secret', { JWT_SECRET: sampleJwtSecret }, /^JWT_SECRET: .*sample/],
    ['the sample secret among keys', { JWT_KEYS: `a:${secret},b:${sampleJwtSecret}` }, /sample/],
    ['sample logins', { SAMPLE_DATA: 'true' }, /^SAMPLE_DATA: /],
  ])('%s, and says what to set', (_name, change, message) => {
    const found = problems({ ...production, ...change });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  test('everything that is missing at once, in a message for people', () => {
    expect(() => readConfig({ NODE_ENV: 'production' })).toThrow(
      /^The environment is not right:\n {2}- DATABASE_URL: .+\n {2}- JWT_SECRET/,
    );
  });
});

test('in production webhooks go to public addresses over https, unless the operator allows more', () => {
  expect(readConfig(production).webhooks).toEqual({ allowPrivateAddresses: false, allowHttp: false });
  expect(readConfig({ ...production, WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true' }).webhooks).toEqual({
    allowPrivateAddresses: true,
    allowHttp: true,
  });
});
