import { Field, ID, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';
import type * as database from '../db/tables/enumerations.ts';

export const PaymentKind = enumType('PaymentKind', 'Which way the money goes.', {
  payment: 'From the customer.',
  refund: 'Back to the customer.',
});
export type PaymentKind = (typeof database.paymentKind.enumValues)[number];

export const PaymentMethod = enumType('PaymentMethod', 'How it was paid.', {
  cash: 'Coins and notes.',
  card: 'A card, at a terminal of one’s own.',
  transfer: 'A transfer between banks.',
  provider: 'A payment provider, which has a reference for it.',
});
export type PaymentMethod = database.PaymentMethod;

export const PaymentProvider = enumType('PaymentProvider', 'Who moves the money.', {
  manual: 'People do: a payment waits for settlePayment, a refund is done when it is entered.',
  stripe: 'Stripe, where the operator has configured it.',
});
export type PaymentProvider = database.PaymentProviderName;

export const PaymentStatus = enumType('PaymentStatus', 'What became of a payment or refund.', {
  pending: 'Under way: it is not known yet.',
  succeeded: 'The money has moved.',
  failed: 'No money has moved.',
});
export type PaymentStatus = database.PaymentResult;

@ObjectType({ description: 'A payment of an order, or a refund. Never deleted.' })
export class Payment {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => PaymentKind, { simple: true, description: 'Which way the money goes.' })
  kind!: PaymentKind;
  @Field(() => PaymentMethod, {
    simple: true,
    description: 'How; a refund goes the way that its payment came.',
  })
  method!: PaymentMethod;
  @Field(() => PaymentProvider, {
    simple: true,
    nullable: true,
    description: 'Who moves the money; null where it was only recorded.',
  })
  provider!: PaymentProvider | null;
  @Field(() => PaymentStatus, { simple: true, description: 'What became of it.' })
  state!: PaymentStatus;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Its key at the provider or bank, such as pi_….',
  })
  providerReference!: string | null;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'The provider’s word for why it failed, such as card_declined.',
  })
  failureCode!: string | null;
  @Field(() => DateTime, {
    simple: true,
    nullable: true,
    description: 'When it was known what became of it; null while PENDING and for what was imported.',
  })
  settledAt!: string | null;
  @Field(() => DateTime, { simple: true, description: 'When it was begun.' })
  createdAt!: string;
}

export const PaymentConnection = connectionType('Payment', () => Payment);

@ObjectType({ description: 'The answer of a mutation on a payment.' })
export class PaymentPayload {
  @Field(() => [UserError], {
    simple: true,
    description: 'Why nothing was changed, or why the provider did not do it; empty when all went well.',
  })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of createPayment.' })
export class CreatePaymentPayload {
  @Field(() => String, {
    simple: true,
    nullable: true,
    description:
      'For the shop’s page, with which the customer pays there (Stripe’s client_secret). Never stored; null for MANUAL.',
  })
  clientSecret!: string | null;
  @Field(() => [UserError], {
    simple: true,
    description: 'Why nothing was changed, or why the provider did not do it; empty when all went well.',
  })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of refundOrder.' })
export class RefundOrderPayload {
  @Field(() => [UserError], {
    simple: true,
    description: 'Why nothing was changed, or why a provider did not do it; empty when all went well.',
  })
  userErrors!: UserError[];
}
