import { mkdtempSync, writeFileSync, rmSync, renameSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdentityProvider, type IdentityProviderOptions } from '../../src/auth/identity-provider.ts';
import { readConfig } from '../../src/config.ts';
import { asker, startTestServer, type TestServer } from '../setup/server.ts';
import { inSeconds, ownToken } from '../setup/tokens.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { openSubscribed } from '../subscriptions/raw-socket.ts';

const algorithms = ['RS256', 'ES256', 'EdDSA'] as const;
interface Key {
  readonly algorithm: string;
  readonly id: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: JWK;
}

async function makeKey(algorithm: string, id: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return {
    algorithm,
    id,
    privateKey,
    publicKey: { ...(await exportJWK(publicKey)), kid: id, alg: algorithm },
  };
}

let folder: string;
let identityProvider: IdentityProviderOptions;
let keys: Key[];
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'orders-jwks-'));
  keys = await Promise.all(algorithms.map((algorithm) => makeKey(algorithm, `key-${algorithm}`)));
  identityProvider = {
    keysFile: path.join(folder, 'jwks.json'),
    issuer: 'https://login.test.example/',
    audience: 'orders',
    emailClaim: 'email',
  };
  writeKeys(keys);
  server = await startTestServer({ identityProvider });
});
beforeEach(() =>
  change(`update users set active = true, role = 'warehouse_staff' where email like 'warehouse%'`),
);
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As an orchestrator does it: the name leads to another file at once. */
function writeText(text: string): void {
  writeFileSync(`${identityProvider.keysFile}.new`, text);
  renameSync(`${identityProvider.keysFile}.new`, identityProvider.keysFile);
}
const writeKeys = (present: readonly Key[]): void =>
  writeText(JSON.stringify({ keys: present.map(({ publicKey }) => publicKey) }));
const change = (statement: string) =>
  server.database.transaction((transaction) => transaction.execute(sql.raw(statement)));

function token(claims: object = {}, key: Key = keys[0]!, header: object = {}): Promise<string> {
  const usual = {
    iss: identityProvider.issuer,
    aud: 'orders',
    email: 'Warehouse_Staff@test.example',
    exp: inSeconds(3_600),
  };
  return new SignJWT({ sub: 'provider|1', ...usual, ...claims })
    .setProtectedHeader({ alg: key.algorithm, kid: key.id, ...header })
    .sign(key.privateKey);
}

async function roleOf(text: string): Promise<string | null> {
  const { data, errors } = await asker(server.url, text)('{ viewer { role } }');
  if (!data?.viewer) expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  return data?.viewer?.role ?? null;
}

test.each(algorithms)('a token signed with %s leads to the account with its e-mail', async (algorithm) => {
  const key = keys.find((each) => each.algorithm === algorithm)!;
  expect(await roleOf(await token({}, key))).toBe('WAREHOUSE_STAFF');
});

test('our own tokens go on working beside it', async () => {
  expect(await roleOf(server.tokens.customer)).toBe('CUSTOMER');
});

test.each<[string, () => Promise<string>]>([
  ['of another issuer', () => token({ iss: 'https://elsewhere.example/' })],
  ['that calls itself ours', () => token({ iss: 'order-management-api' })],
  ['for somebody else', () => token({ aud: 'another' })],
  ['expired', () => token({ exp: inSeconds(-10) })],
  ['without an end', () => token({ exp: undefined })],
  ['not valid yet', () => token({ nbf: inSeconds(30) })],
  ['of nobody who has an account', () => token({ email: 'stranger@test.example' })],
  ['without an e-mail', () => token({ email: undefined })],
  ['of an address that was not verified', () => token({ email_verified: false })],
  ['of an unknown key', async () => token({}, { ...(await makeKey('RS256', 'unknown')) })],
  ['of the right key id, signed by another', async () => token({}, await makeKey('RS256', 'key-RS256'))],
  [
    'of our secret',
    () => ownToken({ iss: identityProvider.issuer, aud: 'orders', email: 'order_manager@test.example' }),
  ],
])('a token %s is nobody', async (_name, make) => {
  expect(await roleOf(await make())).toBeNull();
});

test('its role is ours to say: a claim gives none, a change is seen, and a deactivated account is nobody', async () => {
  const text = await token({ role: 'order_manager' });
  expect(await roleOf(text)).toBe('WAREHOUSE_STAFF');
  await change(`update users set role = 'customer_service' where email like 'warehouse%'`);
  await waitUntil(async () => (await roleOf(text)) === 'CUSTOMER_SERVICE', 'the role has changed');
  const socket = await openSubscribed(server.url, text);
  await change(`update users set active = false where email like 'warehouse%'`);
  expect(await socket.closed).toMatchObject({ code: 4403 });
  expect(await roleOf(text)).toBeNull();
});

test('keys rotate without a restart', async () => {
  const next = await makeKey('ES256', 'next');
  const [text, later] = [await token(), await token({}, next)];
  await waitUntil(async () => (await roleOf(text)) !== null, 'the account is known to be active again');
  writeKeys([keys[0]!, next]);
  await waitUntil(async () => (await roleOf(later)) !== null, 'the new key is known');
  expect(await roleOf(text)).toBe('WAREHOUSE_STAFF');
  writeKeys([next]);
  // It was accepted and remembered; with its key it goes.
  await waitUntil(async () => (await roleOf(text)) === null, 'the old key is gone');
  expect(await roleOf(later)).toBe('WAREHOUSE_STAFF');
});

test('a file that is not right any more is told of, without what is in it, and changes nothing', async () => {
  writeKeys(keys);
  const log = { info: vi.fn(), error: vi.fn() };
  const provider = new IdentityProvider(identityProvider, server.database.read, log, vi.fn());
  try {
    writeText('{"keys": [{"kty": "oct", "k": "secret');
    await vi.waitUntil(() => log.error.mock.calls.length > 0, { timeout: 20_000 });
    expect(log.error).toHaveBeenCalledWith({ reason: 'it is not JSON' }, expect.any(String));
    expect(await provider.verify(await token())).toMatchObject({ role: 'warehouse_staff' });
  } finally {
    provider.close();
  }
});

describe('the configuration', () => {
  const given = (extra: object) => () =>
    readConfig({
      JWKS_FILE: identityProvider.keysFile,
      JWKS_ISSUER: 'https://login.test.example/',
      JWKS_AUDIENCE: 'orders',
      ...extra,
    });

  test('is read', () => {
    writeKeys(keys);
    expect(given({ JWKS_EMAIL_CLAIM: 'upn' })().identityProvider).toEqual({
      ...identityProvider,
      emailClaim: 'upn',
    });
  });

  test.each<[string, object, RegExp]>([
    ['no issuer', { JWKS_ISSUER: '' }, /JWKS_ISSUER: needed/],
    ['our own issuer', { JWKS_ISSUER: 'order-management-api' }, /JWKS_ISSUER: .*not ours/],
    ['no audience', { JWKS_AUDIENCE: '' }, /JWKS_AUDIENCE: needed/],
    ['no file', { JWKS_FILE: '' }, /JWKS_FILE: needed/],
    ['a file that is not there', { JWKS_FILE: '/nowhere/jwks.json' }, /JWKS_FILE: .*ENOENT/],
  ])('%s is refused', (_name, extra, message) => {
    expect(given(extra)).toThrow(message);
  });

  test.each<[string, string]>([
    ['no JSON', 'secret-looking text'],
    ['no key', '{"keys": []}'],
    ['a shared secret', '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}'],
    ['a private key', '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "eA", "d": "c2VjcmV0"}]}'],
  ])('a file with %s is refused, and its content not repeated', (_name, text) => {
    const file = path.join(folder, 'bad.json');
    writeFileSync(file, text);
    const read = given({ JWKS_FILE: file });
    expect(read).toThrow(/JWKS_FILE: /);
    expect(read).not.toThrow(/secret|c2VjcmV0/);
  });
});
