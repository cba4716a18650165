import { type UserErrorCode } from '../shared/error-catalogue.ts';
import { Refusal } from '../shared/errors.ts';
import type { CommandResult } from './command.ts';

/** How a command ended, for the metrics. Of a bulk command each row is one. */
export type CommandReport = { readonly command: string } & (
  | { readonly outcome: 'done'; readonly result: CommandResult }
  /** Answered from what is stored under its idempotency key. */
  | { readonly outcome: 'replayed' }
  | { readonly outcome: 'refused'; readonly codes: readonly UserErrorCode[] }
  /** Ended by a fault: the database away, a limit of time, a mistake in the code. */
  | { readonly outcome: 'failed' }
);

export function unsuccessful(error: unknown) {
  if (!(error instanceof Refusal)) return { outcome: 'failed' } as const;
  return { outcome: 'refused', codes: error.errors.map(({ code }) => code) } as const;
}
