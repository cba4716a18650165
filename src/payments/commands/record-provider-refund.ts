import { invalid } from '../../shared/errors.ts';
import { defineSubjectCommand, type CommandInput } from '../../write/command.ts';
import { claimEvent, insertPayment } from '../payment.repository.ts';
import { paymentSubject } from '../payment.subject.ts';
import { statusWhenRefunded } from '../payment.workflow.ts';

export interface RecordProviderRefundInput extends CommandInput {
  paymentId: string;
  reference: string;
  amountMinor: number;
  eventId: string;
}

/** A refund that somebody gave at the provider itself, such as in Stripe's dashboard. */
export const recordProviderRefund = defineSubjectCommand(
  'recordProviderRefund',
  paymentSubject,
  async ({ target, transaction, now }, input: RecordProviderRefundInput) => {
    const { payment } = target;
    const result = { orderId: target.id };
    const isNew = await claimEvent(transaction, input.eventId, payment.id);
    if (!isNew) return { result, description: '', unchanged: true };
    const refundedMinor = target.refundedMinor + input.amountMinor;
    // The event of the payment is still on its way: this one comes again.
    if (refundedMinor > target.paidMinor) throw invalid('More went back than had come in.', ['amountMinor']);
    const refund = await insertPayment(transaction, {
      orderId: target.id,
      kind: 'refund',
      method: payment.method,
      provider: payment.provider,
      state: 'succeeded',
      amountMinor: input.amountMinor,
      currency: payment.currency,
      providerReference: input.reference,
      refundedPaymentId: payment.id,
      settledAt: now,
      createdAt: now,
    });
    if (!refund) return { result, description: '', unchanged: true };
    const status = statusWhenRefunded(target, refundedMinor);
    return {
      result,
      description: `Money was refunded at ${payment.provider ?? payment.method}.`,
      additionalData: { paymentId: refund.id, reference: input.reference, amountMinor: input.amountMinor },
      ...(status !== target.status && { status }),
      changes: { refundedMinor },
    };
  },
);
