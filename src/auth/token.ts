import { createHash, createSecretKey, randomBytes } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import type { Role } from '../db/tables/enumerations.ts';
import { role as roleEnumeration } from '../db/tables/enumerations.ts';
import type { Viewer } from './actor.ts';

export const accessTokenLifetimeSeconds = 15 * 60;
export const refreshTokenLifetimeDays = 30;
/** Who gives our own tokens out, and whom they are for. */
export const ownIssuer = 'order-management-api';
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
  /** A token of this user and this sign-in. */
  sign(
    user: TokenUser,
    sessionId: string,
  ): Promise<{ accessToken: string; expiresAt: string; actor: Viewer }>;
  /** The actor that a valid token names; null for every other text. */
  verify(token: string): Promise<Viewer | null>;
}

/**
 * Signs with the first key and accepts all of them, so that a key can be rotated: put the new one first, and
 * take the old one out when its last token has expired.
 */
export function createTokenSigner(keys: readonly [SigningKey, ...SigningKey[]]): TokenSigner {
  const keyObjects = new Map(
    keys.map(({ id, secret }) => [id, createSecretKey(Buffer.from(secret))] as const),
  );
  const current = keys[0];
  return {
    async sign({ id: userId, role, customerId }, sessionId) {
      const expiresAtSeconds = Math.floor(Date.now() / 1000) + accessTokenLifetimeSeconds;
      const accessToken = await new SignJWT({ role, customer: customerId, sid: sessionId })
        .setProtectedHeader({ alg: algorithm, kid: current.id, typ: 'JWT' })
        .setSubject(userId)
        .setIssuer(ownIssuer)
        .setAudience(ownIssuer)
        .setIssuedAt()
        .setExpirationTime(expiresAtSeconds)
        .sign(keyObjects.get(current.id)!);
      const actor = { userId, role, customerId, sessionId, expiresAtSeconds };
      return { accessToken, expiresAt: new Date(expiresAtSeconds * 1000).toISOString(), actor };
    },
    async verify(token) {
      try {
        const { kid } = decodeProtectedHeader(token);
        const key = kid === undefined ? undefined : keyObjects.get(kid);
        if (!key) return null;
        const { payload } = await jwtVerify(token, key, {
          algorithms: [algorithm],
          issuer: ownIssuer,
          audience: ownIssuer,
          // Without an end or a session it could not be ended, and so none is ours.
          requiredClaims: ['sub', 'exp', 'sid'],
        });
        return viewerOf(payload);
      } catch {
        return null;
      }
    },
  };
}

function viewerOf({ sub, exp, role, customer, sid }: JWTPayload): Viewer | null {
  if (typeof sub !== 'string' || typeof exp !== 'number' || typeof sid !== 'string') return null;
  if (!roleEnumeration.enumValues.includes(role as Role)) return null;
  return {
    userId: sub,
    role: role as Role,
    customerId: typeof customer === 'string' ? customer : null,
    sessionId: sid,
    expiresAtSeconds: exp,
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
