import type { Role } from '../db/tables/enumerations.ts';
import { TopLevelError } from '../shared/errors.ts';
import { roleHas, type Permission } from './permissions.ts';

/** Who acts: somebody who is signed in, as their token says, or the system itself. */
export interface Actor {
  /** Null for the system: the history then names nobody. */
  readonly userId: string | null;
  readonly role: Role;
  /** For the role `customer`: whose orders are theirs. */
  readonly customerId: string | null;
  /** When the token ends, in seconds since 1970. Sockets close then. */
  readonly expiresAtSeconds: number;
}

/** Somebody who is signed in. */
export interface Viewer extends Actor {
  readonly userId: string;
  /** The sign-in that the token came of, which a logout ends; null for a token of an identity provider. */
  readonly sessionId: string | null;
}

/** Who does what happens by itself: jobs, and what a provider reports. May do what a manager may. */
export const systemActor: Actor = {
  userId: null,
  role: 'order_manager',
  customerId: null,
  expiresAtSeconds: Number.MAX_SAFE_INTEGER,
};

/** True when the actor has at least one of the permissions. */
export function may(actor: Actor, ...anyOf: readonly Permission[]): boolean {
  return anyOf.some((permission) => roleHas(actor.role, permission));
}

export function requireActor<Known extends Actor>(actor: Known | null): Known {
  if (!actor)
    throw new TopLevelError('UNAUTHENTICATED', 'Sign in first: this operation needs an access token.');
  return actor;
}

export function requirePermission(actor: Actor | null, ...anyOf: readonly Permission[]): Actor {
  const signedIn = requireActor(actor);
  if (may(signedIn, ...anyOf)) return signedIn;
  throw new TopLevelError(
    'FORBIDDEN',
    `This needs the permission ${anyOf.join(' or ')}, which ${signedIn.role} does not have.`,
    {
      permissions: anyOf,
    },
  );
}
