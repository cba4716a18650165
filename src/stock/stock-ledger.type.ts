import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { StockMovementReason as StockMovementReasonValue } from '../db/tables/enumerations.ts';
import { connectionType } from '../graphql/connection.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';
import { StockLevel } from './stock.type.ts';

export const StockMovementReason = enumType('StockMovementReason', 'Why stock changed.', {
  received: 'Goods came in.',
  adjusted: 'Somebody has counted or corrected it.',
  transferred: 'Goods went to another location, or came from one.',
  reserved: 'Promised to an order.',
  released: 'No longer promised.',
  expired: 'The promise lapsed.',
  shipped: 'Left the house for an order.',
  sold: 'Sold over the counter.',
  returned: 'Came back from a customer.',
});

@ObjectType({ description: 'An entry of the stock ledger. Never changed, never deleted.' })
export class StockMovement {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => Int, { simple: true, description: 'Units more, or less, on hand.' })
  onHandChange!: number;
  @Field(() => Int, { simple: true, description: 'Units more, or less, promised to orders.' })
  reservedChange!: number;
  @Field(() => StockMovementReason, { simple: true, description: 'Why.' })
  reason!: StockMovementReasonValue;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Why, in the words of whoever changed it by hand.',
  })
  note!: string | null;
  @Field(() => DateTime, { simple: true, description: 'When.' })
  createdAt!: string;
}

@ObjectType({ description: 'A level that does not agree with the ledger or with the reservations.' })
export class StockDiscrepancy {
  @Field(() => Int, { simple: true, description: 'On hand, as the level says.' })
  onHand!: number;
  @Field(() => Int, { simple: true, description: 'Reserved, as the level says.' })
  reserved!: number;
  @Field(() => Int, { simple: true, description: 'On hand, as the ledger adds up.' })
  ledgerOnHand!: number;
  @Field(() => Int, { simple: true, description: 'Reserved, as the ledger adds up.' })
  ledgerReserved!: number;
  @Field(() => Int, { simple: true, description: 'What the active reservations hold.' })
  heldByReservations!: number;
}

@ObjectType({ description: 'The answer of `transferStock`.' })
export class TransferStockPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was moved; empty when it was.' })
  userErrors!: UserError[];
}

export const StockLevelConnection = connectionType('StockLevel', () => StockLevel);
export const StockMovementConnection = connectionType('StockMovement', () => StockMovement);
