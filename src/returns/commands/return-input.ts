import type { CommandInput } from '../../write/command.ts';

/** What the commands take that need nothing but a return. */
export interface ReturnInput extends CommandInput {
  returnId: string;
}
