import type { OrderRow } from '../../orders/order.repository.ts';
import { orderSubject } from '../../orders/order.subject.ts';
import { orderWorkflow } from '../../orders/order.workflow.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import type { Money } from '../../shared/money.ts';
import type { PaymentProviders } from '../../shared/payment-provider.ts';
import { defineSubjectCommand, type CommandInput, type Scope } from '../../write/command.ts';
import { permissionsOf } from '../../write/workflow.ts';
import { amountText } from '../amount-text.ts';
import { requireOrderCurrency } from '../outstanding.ts';
import {
  findReturn,
  insertPayment,
  markReturnRefunded,
  paymentsOf,
  type PaymentRow,
} from '../payment.repository.ts';
import { statusWhenRefunded } from '../payment.workflow.ts';
import { planRefund, refundableMinor, underWayMinor, type RefundPart } from '../refund-plan.ts';
import { requireProvider } from '../require-provider.ts';

export interface RefundOrderInput extends CommandInput {
  orderId: string;
  amount?: Money | null;
  paymentId?: string | null;
  returnId?: string | null;
}

export const refundOrderPermissions = permissionsOf(orderWorkflow, 'refundOrder');

/**
 * Gives money back, the way that it came. What was only recorded is refunded here and now; what went through a
 * provider is set aside as pending under the order's lock, so that it can be asked for afterwards, once, and no
 * other refund can promise it.
 */
export const refundOrder = (providers: PaymentProviders) =>
  defineSubjectCommand(
    'refundOrder',
    orderSubject,
    async ({ target: order, ...scope }, input: RefundOrderInput) => {
      if (input.amount) requireOrderCurrency(order, input.amount);
      const rows = await paymentsOf(scope.transaction, order.id);
      const amountMinor = await amountToRefund(scope, order, rows, input);
      const parts = planRefund(rows, amountMinor, input.paymentId ?? null);
      for (const { payment } of parts) {
        if (payment.provider) requireProvider(providers, payment.provider, ['orderId']);
      }
      const refunds: PaymentRow[] = [];
      for (const part of parts) refunds.push(await insertRefund(scope, part, input.returnId ?? null));
      if (input.returnId) await markReturnRefunded(scope.transaction, input.returnId);

      const doneMinor = sum(refunds.filter(({ state }) => state === 'succeeded'));
      const refundedMinor = order.refundedMinor + doneMinor;
      const status = statusWhenRefunded(order, refundedMinor);
      const isDone = doneMinor > 0;
      return {
        result: { orderId: order.id, refundIds: refunds.map(({ id }) => id) },
        action: isDone ? ('refunded' as const) : ('edited' as const),
        description: describe(doneMinor, amountMinor - doneMinor),
        additionalData: {
          refundIds: refunds.map(({ id }) => id),
          amountMinor,
          pendingMinor: amountMinor - doneMinor,
          currency: order.currency,
          ...(input.returnId && { returnId: input.returnId }),
        },
        ...(isDone && { changes: { refundedMinor } }),
        ...(isDone && status !== order.status && { status }),
      };
    },
  );

async function amountToRefund(
  { transaction }: Scope,
  order: OrderRow,
  rows: readonly PaymentRow[],
  input: RefundOrderInput,
): Promise<number> {
  const refundable = refundableMinor(order, rows);
  const underWay = underWayMinor(rows);
  const also = underWay === 0 ? '' : `, and ${amountText(underWay, order.currency)} is under way already`;
  if (refundable === 0) throw invalid(`Nothing is left to refund on the order${also}.`, ['orderId']);
  const ofReturn = input.returnId ? await returnToRefund(transaction, order, rows, input.returnId) : null;
  const ofPayment = input.paymentId ? refundableOfPayment(rows, input.paymentId) : refundable;
  const amountMinor = input.amount?.amountMinor ?? ofReturn ?? Math.min(refundable, ofPayment);
  if (amountMinor === 0) throw invalid('Say how much to refund: more than nothing.', ['amount']);
  if (amountMinor <= Math.min(refundable, ofPayment)) return amountMinor;
  const most = amountText(Math.min(refundable, ofPayment), order.currency);
  throw invalid(`At most ${most} can be refunded${also}.`, ['amount', 'amountMinor']);
}

function refundableOfPayment(rows: readonly PaymentRow[], paymentId: string): number {
  const parts = planRefund(rows, Number.MAX_SAFE_INTEGER, paymentId);
  if (parts.length > 0) return parts[0]!.amountMinor;
  if (!rows.some(({ id, kind }) => id === paymentId && kind === 'payment')) {
    throw notFound(`Payment ${paymentId} of the order`, ['paymentId']);
  }
  throw invalid('Nothing is left to refund of this payment.', ['paymentId']);
}

async function returnToRefund(
  transaction: Scope['transaction'],
  order: OrderRow,
  rows: readonly PaymentRow[],
  returnId: string,
): Promise<number> {
  const found = await findReturn(transaction, order.id, returnId);
  if (!found) throw notFound(`Return ${returnId} of the order`, ['returnId']);
  if (found.status !== 'received') {
    throw invalid(`The return is ${found.status.toUpperCase()}: only a RECEIVED one is refunded.`, [
      'returnId',
    ]);
  }
  if (rows.some((row) => row.returnId === returnId && row.state === 'pending')) {
    throw invalid('A refund of this return is under way already.', ['returnId']);
  }
  return found.refundMinor;
}

async function insertRefund(
  { transaction, actor, now }: Scope,
  { payment, amountMinor }: RefundPart,
  returnId: string | null,
): Promise<PaymentRow> {
  const isDone = payment.provider === null;
  const inserted = await insertPayment(transaction, {
    orderId: payment.orderId,
    kind: 'refund',
    method: payment.method,
    provider: payment.provider,
    state: isDone ? 'succeeded' : 'pending',
    amountMinor,
    currency: payment.currency,
    refundedPaymentId: payment.id,
    returnId,
    settledAt: isDone ? now : null,
    performedById: actor.userId,
    createdAt: now,
  });
  return inserted!;
}

const sum = (rows: readonly PaymentRow[]): number =>
  rows.reduce((total, { amountMinor }) => total + amountMinor, 0);

function describe(doneMinor: number, pendingMinor: number): string {
  const done = 'A refund was paid out.';
  const pending = 'A refund was asked of the provider.';
  if (pendingMinor === 0) return done;
  return doneMinor === 0 ? pending : `${done} ${pending}`;
}
