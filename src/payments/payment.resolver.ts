import { Args, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Money } from '../graphql/money.type.ts';
import { Input } from '../graphql/mutation-input.ts';
import { orderById } from '../orders/order.loaders.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { Order } from '../orders/order.type.ts';
import { createPayment, createPaymentPermissions } from './commands/create-payment.ts';
import { recordPayment } from './commands/record-payment.ts';
import { refundOrder, refundOrderPermissions } from './commands/refund-order.ts';
import { settlePaymentPermissions } from './commands/settle-payment.ts';
import {
  CreatePaymentInput,
  RecordPaymentInput,
  RefundOrderInput,
  SettlePaymentInput,
} from './payment.input.ts';
import { paymentById, paymentsOfOrder } from './payment.loaders.ts';
import type { PaymentRow } from './payment.repository.ts';
import {
  CreatePaymentPayload,
  Payment,
  PaymentConnection,
  PaymentPayload,
  RefundOrderPayload,
} from './payment.type.ts';
import { askProviders, settle } from './provider-work.ts';

@Resolver(() => Payment)
export class PaymentResolver {
  @Mutation(() => PaymentPayload, {
    description:
      'Writes down money that came in outside of the system, or a payment that failed. Possible while the order is open; more than is left to be paid is refused. The same `providerReference` again is the same payment. Paid in full with `autoConfirm`, a PENDING order is confirmed with it. Permission: payments.manage. Logs: payment_received or payment_failed; confirmed.',
  })
  @Authorized(...recordPayment.permissions)
  recordPayment(@Input(() => RecordPaymentInput) input: RecordPaymentInput, @Ctx() context: RequestContext) {
    return context.run(recordPayment, input);
  }

  @Mutation(() => CreatePaymentPayload, {
    description:
      'Asks a provider for a payment. It is PENDING until the provider says more; for the same amount it is the same payment until then. Permission: payments.manage. Logs: edited; payment_received or payment_failed when it is settled.',
  })
  @Authorized(...createPaymentPermissions)
  async createPayment(
    @Input(() => CreatePaymentInput) input: CreatePaymentInput,
    @Ctx() context: RequestContext,
  ) {
    const asked = await context.run(createPayment(context.services.paymentProviders), input);
    if (asked.paymentId === undefined) return { ...asked, clientSecret: null };
    return { ...asked, ...(await askProviders(context, [asked.paymentId])) };
  }

  @Mutation(() => RefundOrderPayload, {
    description:
      'Gives back all or some of what was paid, the way that it came: what a provider took goes back through it. Never more than was paid, less what went back or is PENDING. In full it takes the order to REFUNDED. Possible from CANCELLED, RETURNED, DELIVERED and COMPLETED. Permission: payments.manage. Logs: refunded; edited for what is PENDING.',
  })
  @Authorized(...refundOrderPermissions)
  async refundOrder(@Input(() => RefundOrderInput) input: RefundOrderInput, @Ctx() context: RequestContext) {
    const asked = await context.run(refundOrder(context.services.paymentProviders), input);
    if (asked.refundIds === undefined) return asked;
    const { userErrors } = await askProviders(context, asked.refundIds);
    return { ...asked, userErrors };
  }

  @Mutation(() => PaymentPayload, {
    description:
      'Finishes a payment or refund that is PENDING: asks its provider how it stands, or takes your word where the provider is MANUAL. Safe to repeat; what is settled stays so. Permission: payments.manage. Logs: payment_received, payment_failed, refunded or edited.',
  })
  @Authorized(...settlePaymentPermissions)
  settlePayment(@Input(() => SettlePaymentInput) input: SettlePaymentInput, @Ctx() context: RequestContext) {
    return settle(context, input);
  }

  @FieldResolver(() => Money, { description: 'How much.' })
  amount(@Root() payment: PaymentRow): Money {
    return { amountMinor: payment.amountMinor, currency: payment.currency };
  }

  @FieldResolver(() => Payment, {
    nullable: true,
    description: 'Of a refund: which payment goes back; null where that is not known.',
  })
  refundedPayment(@Root() payment: PaymentRow, @Ctx() context: RequestContext) {
    return payment.refundedPaymentId === null
      ? null
      : context.loader(paymentById).load(payment.refundedPaymentId);
  }
}

@Resolver(() => Order)
export class OrderPaymentsResolver {
  @FieldResolver(() => PaymentConnection, {
    nullable: true,
    description: 'Payments and refunds, oldest first. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  payments(
    @Root() order: OrderRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(paymentsOfOrder).load({ parentId: order.id, first, after });
  }
}

interface PaymentAnswer {
  orderId?: string;
  paymentId?: string;
  refundIds?: readonly string[];
}

const orderOf = ({ orderId }: PaymentAnswer, context: RequestContext) =>
  orderId === undefined ? null : context.loader(orderById).load(orderId);

const paymentOf = ({ paymentId }: PaymentAnswer, context: RequestContext) =>
  paymentId === undefined ? null : context.loader(paymentById).load(paymentId);

@Resolver(() => PaymentPayload)
export class PaymentPayloadResolver {
  @FieldResolver(() => Payment, { nullable: true, description: 'As it is now; null when refused.' })
  payment(@Root() payload: PaymentAnswer, @Ctx() context: RequestContext) {
    return paymentOf(payload, context);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'Its order as it is now; null when refused.' })
  order(@Root() payload: PaymentAnswer, @Ctx() context: RequestContext) {
    return orderOf(payload, context);
  }
}

@Resolver(() => CreatePaymentPayload)
export class CreatePaymentPayloadResolver {
  @FieldResolver(() => Payment, { nullable: true, description: 'As it is now; null when refused.' })
  payment(@Root() payload: PaymentAnswer, @Ctx() context: RequestContext) {
    return paymentOf(payload, context);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'Its order as it is now; null when refused.' })
  order(@Root() payload: PaymentAnswer, @Ctx() context: RequestContext) {
    return orderOf(payload, context);
  }
}

@Resolver(() => RefundOrderPayload)
export class RefundOrderPayloadResolver {
  @FieldResolver(() => [Payment], {
    nullable: true,
    description: 'The refunds, one for each payment that goes back; null when refused.',
  })
  refunds(@Root() { refundIds }: PaymentAnswer, @Ctx() context: RequestContext) {
    return refundIds?.map((id) => context.loader(paymentById).load(id)) ?? null;
  }

  @FieldResolver(() => Order, { nullable: true, description: 'The order as it is now; null when refused.' })
  order(@Root() payload: PaymentAnswer, @Ctx() context: RequestContext) {
    return orderOf(payload, context);
  }
}
