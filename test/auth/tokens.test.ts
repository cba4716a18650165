import { randomUUID } from 'node:crypto';
import { SignJWT, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { createTokenSigner, ownIssuer, type SigningKey } from '../../src/auth/token.ts';
import { testSigningKeys } from '../setup/server.ts';
import { inSeconds, ownToken } from '../setup/tokens.ts';

const user = { id: randomUUID(), role: 'customer' as const, customerId: randomUUID() };
const signer = createTokenSigner(testSigningKeys);
const older: SigningKey = { id: 'older', secret: 'another-secret-of-the-tests-that-is-long-enough' };

const claims = { sub: user.id, role: user.role };

test('what is signed says who, until when and in which session', async () => {
  const { accessToken, actor } = await signer.sign(user, 'a-session');
  expect(await signer.verify(accessToken)).toEqual(actor);
  expect(actor).toEqual({
    userId: user.id,
    role: 'customer',
    customerId: user.customerId,
    sessionId: 'a-session',
    expiresAtSeconds: expect.any(Number),
  });
});

test('a token that the refusals below change in one thing is accepted', async () => {
  expect(await signer.verify(await ownToken(claims))).toMatchObject({ userId: user.id, role: 'customer' });
  expect(await signer.verify(await ownToken({ ...claims, nbf: inSeconds(-1) }))).not.toBeNull();
});

test.each<[string, () => Promise<string> | string]>([
  ['expired', () => ownToken({ ...claims, exp: inSeconds(-1) })],
  ['without an end', () => ownToken({ ...claims, exp: undefined })],
  ['not valid yet', () => ownToken({ ...claims, nbf: inSeconds(30) })],
  ['of another issuer', () => ownToken({ ...claims, iss: 'another-api' })],
  ['without an issuer', () => ownToken({ ...claims, iss: undefined })],
  ['for somebody else', () => ownToken({ ...claims, aud: 'another-api' })],
  ['for nobody', () => ownToken({ ...claims, aud: undefined })],
  ['of no session', () => ownToken({ ...claims, sid: undefined })],
  ['of no user', () => ownToken({ ...claims, sub: undefined })],
  ['of an unknown role', () => ownToken({ ...claims, role: 'god' })],
  ['of an unknown key', () => ownToken(claims, { key: { ...testSigningKeys[0], id: 'unknown' } })],
  ['without a key', () => ownToken(claims, { header: { kid: undefined } })],
  ['signed with another secret', () => ownToken(claims, { key: { ...older, id: 'test' } })],
  ['of another algorithm of the same key', () => ownToken(claims, { header: { alg: 'HS512' } })],
  ['signed with a private key', () => signedWithPrivateKey()],
  ['unsigned', async () => unsigned(await ownToken(claims))],
  ['changed', async () => changed(await ownToken(claims))],
  ['cut off', async () => (await ownToken(claims)).slice(0, -2)],
  ['with something behind', async () => `${await ownToken(claims)}.x`],
  ['nothing', () => ''],
  ['nonsense', () => 'a.b.c'],
])('a token that is %s is nobody', async (_name, make) => {
  expect(await signer.verify(await make())).toBeNull();
});

async function signedWithPrivateKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT({ ...claims, sid: 's' })
    .setProtectedHeader({ alg: 'RS256', kid: 'test' })
    .setIssuer(ownIssuer)
    .setAudience(ownIssuer)
    .setExpirationTime('1m')
    .sign(privateKey);
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function unsigned(token: string): string {
  return `${encoded({ alg: 'none', kid: 'test' })}.${token.split('.')[1]}.`;
}

function changed(token: string): string {
  const [header, payload, signature] = token.split('.');
  const content = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
  return [header, encoded({ ...content, role: 'order_manager' }), signature].join('.');
}

test('keys rotate: the first one signs, those behind it are still accepted, and one that is gone is not', async () => {
  const before = createTokenSigner([older]);
  const during = createTokenSigner([testSigningKeys[0], older]);
  const old = (await before.sign(user, 's')).accessToken;
  const next = (await during.sign(user, 's')).accessToken;
  expect(await during.verify(old)).not.toBeNull();
  expect(await before.verify(next)).toBeNull();
  expect(await signer.verify(next)).not.toBeNull();
  expect(await signer.verify(old)).toBeNull();
});
