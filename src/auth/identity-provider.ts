import { readFileSync } from 'node:fs';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { z } from 'zod';
import type { Executor } from '../db/driver/database.ts';
import { watchFiles } from '../shared/watched-file.ts';
import type { Viewer } from './actor.ts';
import { findActiveUser } from './standing.repository.ts';

/** Signatures that a public key proves. One with a shared secret could be made by whoever reads the file. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** Their clocks and ours may differ by so much. */
const clockToleranceSeconds = 5;

/** An identity provider whose tokens are accepted beside our own. */
export interface IdentityProviderOptions {
  /** Its public keys, as a JSON Web Key Set. Read again when the file changes. */
  readonly keysFile: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim with the e-mail address of the account that the token leads to. */
  readonly emailClaim: string;
}

export interface ProviderLogger {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
}

const publicKey = z.looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']), d: z.undefined().optional() });
const keySet = z.object({ keys: z.array(publicKey).min(1) });

/** The keys of such a file; throws what is wrong with it, without anything of its content. */
export function readKeySet(path: string): JSONWebKeySet {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code ? `it cannot be read (${code})` : 'it is not JSON', { cause: error });
  }
  const parsed = keySet.safeParse(content);
  if (!parsed.success) {
    throw new Error('it must be a JSON Web Key Set with public keys alone: RSA, EC or OKP');
  }
  return parsed.data as JSONWebKeySet;
}

/**
 * Tokens of another issuer. They say who somebody is and nothing more: the account must exist here, and its role and
 * customer are ours to say. So there is one place that gives rights, and one that takes them.
 */
export class IdentityProvider {
  private keys: ReturnType<typeof createLocalJWKSet>;
  private readonly endWatch: () => void;

  constructor(
    private readonly options: IdentityProviderOptions,
    private readonly read: Executor,
    private readonly log: ProviderLogger,
    /** Called after the keys have changed: what was verified with those of before counts no more. */
    private readonly onNewKeys: () => void,
  ) {
    this.keys = createLocalJWKSet(readKeySet(options.keysFile));
    this.endWatch = watchFiles([options.keysFile], () => this.readAgain());
  }

  get issuer(): string {
    return this.options.issuer;
  }

  /** Who a valid token leads to; null for every other text, and for somebody who has no account. */
  async verify(token: string): Promise<Viewer | null> {
    const claims = await this.claimsOf(token);
    const email = claims?.[this.options.emailClaim];
    if (!claims || typeof email !== 'string' || typeof claims.exp !== 'number') return null;
    // Whoever types another's address into their profile is not that person.
    if (claims['email_verified'] === false) return null;
    const user = await findActiveUser(this.read, email);
    if (!user) return null;
    const { id: userId, role, customerId } = user;
    return { userId, role, customerId, sessionId: null, expiresAtSeconds: claims.exp };
  }

  private async claimsOf(token: string): Promise<JWTPayload | null> {
    const { issuer, audience } = this.options;
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['exp'],
        clockTolerance: clockToleranceSeconds,
      });
      return payload;
    } catch {
      return null;
    }
  }

  /** A file that is not right leaves the keys as they were: it may be half written. */
  private readAgain(): void {
    try {
      this.keys = createLocalJWKSet(readKeySet(this.options.keysFile));
      this.onNewKeys();
      this.log.info({}, 'the keys of the identity provider were read again');
    } catch (error) {
      this.log.error(
        { reason: (error as Error).message },
        'JWKS_FILE is not right; the keys of before stay in use',
      );
    }
  }

  close(): void {
    this.endWatch();
  }
}
