import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';

@ObjectType({ description: 'A note on an order.' })
export class OrderNote {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'The text, up to 5,000 characters.' })
  note!: string;
  @Field(() => Boolean, {
    simple: true,
    description: 'True: for staff only; false: the customer sees it too.',
  })
  isInternal!: boolean;
  @Field(() => Boolean, { simple: true, description: 'Whether the customer is to be told of it by e-mail.' })
  notifyCustomer!: boolean;
  @Field(() => DateTime, {
    nullable: true,
    simple: true,
    description: 'When the mail server took the e-mail to the customer; null: not, or not yet.',
  })
  notifiedAt!: string | null;
  @Field(() => Int, { simple: true, description: 'Raised by every change; send it as `expectedVersion`.' })
  version!: number;
  @Field(() => DateTime, { simple: true, description: 'When it was written.' })
  createdAt!: string;
  @Field(() => DateTime, { simple: true, description: 'When it last changed.' })
  updatedAt!: string;
}

export const OrderNoteConnection = connectionType('OrderNote', () => OrderNote);

@ObjectType({ description: 'The answer of a mutation on a note.' })
export class NotePayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}
