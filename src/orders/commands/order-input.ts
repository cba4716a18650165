import type { CommandInput } from '../../write/command.ts';

/** What the commands take that need nothing but an order. */
export interface OrderInput extends CommandInput {
  orderId: string;
}
