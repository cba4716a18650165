import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';
import type { QuoteState as QuoteStateValue } from './quote.repository.ts';

export const QuoteState = enumType('QuoteState', 'Where a quote stands.', {
  open: 'The customer may take it.',
  converted: 'It has become an order.',
  expired: 'Its prices no longer hold.',
});
export type QuoteState = QuoteStateValue;

@ObjectType({ description: 'An offer to a customer at prices that hold for a time. It reserves no stock.' })
export class Quote {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'For people, unique: QUO-YYYYMMDD-XXXX.' })
  number!: string;
  @Field(() => QuoteState, {
    simple: true,
    description: 'Follows from the clock and from what it has become.',
  })
  state!: QuoteState;
  @Field(() => String, { simple: true, description: 'ISO 4217 code of every amount of the quote.' })
  currency!: string;
  @Field(() => DateTime, { simple: true, description: 'Until when its prices hold.' })
  expiresAt!: string;
  @Field(() => Int, { simple: true, description: 'Rises with each change; send it as expectedVersion.' })
  version!: number;
  @Field(() => DateTime, { simple: true, description: 'When it was made.' })
  createdAt!: string;
}

@ObjectType({ description: 'A line of a quote.' })
export class QuoteItem {
  @Field(() => Int, { simple: true, description: 'The line’s place in the quote, from 1.' })
  position!: number;
  @Field(() => String, { simple: true, description: 'SKU as offered.' })
  sku!: string;
  @Field(() => String, { simple: true, description: 'Name as offered.' })
  name!: string;
  @Field(() => Int, { simple: true, description: 'Units.' })
  quantity!: number;
}

export const QuoteConnection = connectionType('Quote', () => Quote);

@ObjectType({ description: 'Answer of the mutations on a quote.' })
export class QuotePayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}
