import type { Role } from '../db/tables/enumerations.ts';
import { TopLevelError } from '../shared/errors.ts';
import { roleHas, type Permission } from './permissions.ts';

/** Somebody who is signed in, as their token says. */
export interface Actor {
  readonly userId: string;
  readonly role: Role;
  /** For the role `customer`: whose orders are theirs. */
  readonly customerId: string | null;
  /** When the token ends, in seconds since 1970. Sockets close then. */
  readonly expiresAtSeconds: number;
}

/** True when the actor has at least one of the permissions. */
export function may(actor: Actor, ...anyOf: readonly Permission[]): boolean {
  return anyOf.some((permission) => roleHas(actor.role, permission));
}

export function requireActor(actor: Actor | null): Actor {
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
