import { Refusal, VersionConflictError } from '../shared/errors.ts';
import type { CommandInput } from './command.ts';

/** Refuses when somebody has changed the object since the caller has seen it. The object is locked already. */
export function requireVersion(
  kind: string,
  target: { readonly id: string; readonly version: number },
  { expectedVersion: expected }: CommandInput,
): void {
  if (expected === undefined || expected === null || expected === target.version) return;
  throw new Refusal(new VersionConflictError(target.version, expected, { kind, id: target.id }));
}
