import { IsOptional, IsUUID, Length, Matches, Min, ValidateNested } from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { MoneyInput } from '../graphql/money.type.ts';
import { SafeInt } from '../graphql/scalars.ts';
import { OrderInput } from '../orders/order-steps.input.ts';
import { PaymentMethod, PaymentProvider } from './payment.type.ts';

@InputType({ description: 'An amount of money that moves: more than nothing.' })
export class PaymentAmountInput extends MoneyInput {
  @Field(() => SafeInt, { description: 'Minor units of the currency, at least 1.' })
  @Min(1)
  declare amountMinor: number;
}

@InputType({ description: 'Names the order and what came in.' })
export class RecordPaymentInput extends OrderInput {
  @Field(() => PaymentMethod, { description: 'How it was paid.' })
  method!: PaymentMethod;
  @Field(() => PaymentAmountInput, {
    description: 'How much, in the order’s currency; no more than is left to be paid.',
  })
  @ValidateNested()
  amount!: PaymentAmountInput;
  @Field(() => PaymentProvider, {
    nullable: true,
    description: 'With the method PROVIDER: through whom it is refunded; by hand when left out.',
  })
  provider?: PaymentProvider | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Its key at the provider or bank: 1 to 200 characters; required with the method PROVIDER. The same key again is the same payment.',
  })
  @IsOptional()
  @Length(1, 200)
  @Matches(/^\S+( \S+)*$/, { message: 'providerReference must not begin or end with a space' })
  providerReference?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'False records a payment that failed. True when left out.',
  })
  succeeded?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Confirm a PENDING order when this pays it in full. False when left out.',
  })
  autoConfirm?: boolean | null;
}

@InputType({ description: 'Names the order and through whom it is to be paid.' })
export class CreatePaymentInput extends OrderInput {
  @Field(() => PaymentProvider, { description: 'Who moves the money.' })
  provider!: PaymentProvider;
  @Field(() => PaymentAmountInput, {
    nullable: true,
    description: 'How much, in the order’s currency; all that is left to be paid when left out.',
  })
  @IsOptional()
  @ValidateNested()
  amount?: PaymentAmountInput | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Confirm a PENDING order when this pays it in full. False when left out.',
  })
  autoConfirm?: boolean | null;
}

@InputType({ description: 'Names the order and what is to go back.' })
export class RefundOrderInput extends OrderInput {
  @Field(() => PaymentAmountInput, {
    nullable: true,
    description:
      'How much, in the order’s currency. When left out: what the return says, else all that can go back.',
  })
  @IsOptional()
  @ValidateNested()
  amount?: PaymentAmountInput | null;
  @Field(() => ID, {
    nullable: true,
    description: 'Of which payment; the latest first when left out.',
  })
  @IsOptional()
  @IsUUID()
  paymentId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'For which return of the order; it must be RECEIVED and becomes REFUNDED.',
  })
  @IsOptional()
  @IsUUID()
  returnId?: string | null;
}

@InputType({ description: 'Names a payment or refund that is under way.' })
export class SettlePaymentInput extends CommandInputFields {
  @Field(() => ID, { description: 'The payment or refund.' })
  @IsUUID()
  paymentId!: string;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it came in: for the provider MANUAL. Left out for any other provider, which is asked.',
  })
  succeeded?: boolean | null;
}
