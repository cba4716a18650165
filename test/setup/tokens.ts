import { randomUUID, createSecretKey } from 'node:crypto';
import { SignJWT } from 'jose';
import type { SigningKey } from '../../src/auth/token.ts';
import { testSigningKeys } from './server.ts';

/** A token as the server makes them, but for what the test wants otherwise; a claim of undefined is left out. */
export function ownToken(
  claims: object,
  options: { readonly key?: SigningKey; readonly header?: object } = {},
): Promise<string> {
  const { id, secret } = options.key ?? testSigningKeys[0];
  const nowSeconds = Math.floor(Date.now() / 1000);
  const usual = {
    iss: 'order-management-api',
    aud: 'order-management-api',
    customer: null,
    sid: randomUUID(),
    iat: nowSeconds,
    exp: nowSeconds + 60,
  };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'HS256', kid: id, ...options.header })
    .sign(createSecretKey(Buffer.from(secret)));
}

export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
