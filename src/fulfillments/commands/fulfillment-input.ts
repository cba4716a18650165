import type { CommandInput } from '../../write/command.ts';

/** What the commands take that need nothing but a fulfillment. */
export interface FulfillmentInput extends CommandInput {
  fulfillmentId: string;
}
