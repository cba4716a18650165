import { createHash, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { Role } from '../db/tables/enumerations.ts';
import { role as roleEnumeration } from '../db/tables/enumerations.ts';
import type { Viewer } from './actor.ts';

export const accessTokenLifetimeSeconds = 15 * 60;
export const refreshTokenLifetimeDays = 30;
const issuer = 'order-management-api';
const audience = 'order-management-api';
const algorithm = 'HS256';

/** A secret and the `kid` that tokens signed with it carry. */
export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

interface TokenUser {
  readonly id: string;
  readonly role: Role;
  readonly customerId: string | null;
}

export interface TokenSigner {
  sign(user: TokenUser): { accessToken: string; expiresAt: string; actor: Viewer };
  /** The actor that a valid token names; null for every other text. */
  verify(token: string): Viewer | null;
}

/**
 * Signs with the first key and accepts all of them, so that a key can be rotated: put the new one first, and
 * take the old one out when its last token has expired.
 */
export function createTokenSigner(keys: readonly [SigningKey, ...SigningKey[]]): TokenSigner {
  // Key objects are made once: verifying with a plain string costs fifty times as much.
  const keyObjects = new Map(
    keys.map(({ id, secret }) => [id, createSecretKey(Buffer.from(secret))] as const),
  );
  const current = keys[0];
  return {
    sign(user) {
      const expiresAtSeconds = Math.floor(Date.now() / 1000) + accessTokenLifetimeSeconds;
      const claims = { sub: user.id, role: user.role, customer: user.customerId, exp: expiresAtSeconds };
      const accessToken = jwt.sign(claims, keyObjects.get(current.id)!, {
        algorithm,
        issuer,
        audience,
        keyid: current.id,
      });
      const actor = { userId: user.id, role: user.role, customerId: user.customerId, expiresAtSeconds };
      return { accessToken, expiresAt: new Date(expiresAtSeconds * 1000).toISOString(), actor };
    },
    verify(token) {
      try {
        const header = jwt.decode(token, { complete: true })?.header;
        const key = header?.kid === undefined ? undefined : keyObjects.get(header.kid);
        return key ? actorOfToken(token, key) : null;
      } catch {
        return null;
      }
    },
  };
}

function actorOfToken(token: string, key: KeyObject): Viewer | null {
  const claims = jwt.verify(token, key, { algorithms: [algorithm], issuer, audience });
  if (typeof claims === 'string' || typeof claims.sub !== 'string') return null;
  // jsonwebtoken accepts a token without an expiry; we do not.
  if (typeof claims.exp !== 'number') return null;
  const { role, customer } = claims as { role?: unknown; customer?: unknown };
  if (!roleEnumeration.enumValues.includes(role as Role)) return null;
  return {
    userId: claims.sub,
    role: role as Role,
    customerId: typeof customer === 'string' ? customer : null,
    expiresAtSeconds: claims.exp,
  };
}

/** The token in an `Authorization: Bearer …` header, or in the like-named connection parameter of a socket. */
export function bearerToken(authorization: unknown): string | null {
  if (typeof authorization !== 'string') return null;
  return /^Bearer\s+(\S+)$/i.exec(authorization)?.[1] ?? null;
}

export function createRefreshToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What the database keeps of a refresh token. It is random and long, so a plain digest is enough. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
