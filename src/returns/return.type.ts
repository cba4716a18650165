import { Field, ID, Int, ObjectType } from 'type-graphql';
import type {
  ReturnDisposition as ReturnDispositionValue,
  ReturnStatus as ReturnStatusValue,
} from '../db/tables/enumerations.ts';
import { connectionType } from '../graphql/connection.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';

export const ReturnStatus = enumType('ReturnStatus', 'Where a return stands.', {
  requested: 'Asked for; nobody has decided yet.',
  approved: 'The customer may send it.',
  rejected: 'Refused: nothing is taken back.',
  received: 'The goods are here; what is due is not refunded yet.',
  refunded: 'The customer has the money back.',
});

export const ReturnDisposition = enumType('ReturnDisposition', 'What becomes of goods that come back.', {
  restock: 'They go back onto the shelf, and can be sold again.',
  write_off: 'They cannot be sold again; no stock changes.',
});

@ObjectType({ description: 'Goods of an order that the customer gives back.' })
export class Return {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => ReturnStatus, { simple: true, description: 'Where it stands.' })
  status!: ReturnStatusValue;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Why, in the words of who asked for it.',
  })
  reason!: string | null;
  @Field(() => String, { simple: true, nullable: true, description: 'Why it was rejected.' })
  rejectReason!: string | null;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Its key in the system that it was imported from, such as a credit note.',
  })
  externalReference!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When the goods came back.' })
  receivedAt!: string | null;
  @Field(() => Int, { simple: true, description: 'Raised by every change; send it as `expectedVersion`.' })
  version!: number;
  @Field(() => DateTime, { simple: true, description: 'When it was asked for.' })
  createdAt!: string;
  @Field(() => DateTime, { simple: true, description: 'When it last changed.' })
  updatedAt!: string;
}

@ObjectType({ description: 'A line of a return.' })
export class ReturnItem {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => Int, { simple: true, description: 'Units asked for.' })
  quantity!: number;
  @Field(() => Int, { simple: true, description: 'Units that came back; 0 until the return is received.' })
  quantityReceived!: number;
  @Field(() => ReturnDisposition, {
    simple: true,
    nullable: true,
    description: 'What became of them; null while none has come back.',
  })
  disposition!: ReturnDispositionValue | null;
}

export const ReturnConnection = connectionType('Return', () => Return);

@ObjectType({ description: 'The answer of a mutation on a return.' })
export class ReturnPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}
