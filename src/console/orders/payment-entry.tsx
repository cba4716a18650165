import { Badge } from '../parts/parts.tsx';
import { showMoney, showTime } from '../parts/show.ts';
import { text } from '../text.ts';
import type { Payment } from './order-rows.ts';
import type { Order } from './order.operations.ts';

interface EntryProps {
  readonly payment: Payment;
  readonly order: Order;
  readonly isWorking: boolean;
  readonly choose: (action: string, on: { readonly payment: Payment }) => void;
}

/** The API says of an order, and not of each payment, what may be done: who may ask for money may say that it came. */
const impliesSettling: readonly string[] = ['createPayment', 'refundOrder'];

export function PaymentEntry({ payment, order, isWorking, choose }: EntryProps) {
  const { kind, method, state, createdAt, amount } = payment;
  const maySettle =
    state === 'PENDING' && order.allowedActions.some((action) => impliesSettling.includes(action));
  return (
    <li>
      {text.order.paymentKind[kind]} <strong>{showMoney(amount)}</strong>{' '}
      <Badge kind={state}>{text.order.paymentStatus[state]}</Badge>{' '}
      <span class="muted">
        {text.order.paymentMethod[method]} · {showTime(createdAt)}
      </span>
      {maySettle && (
        <p class="actions">
          <button type="button" disabled={isWorking} onClick={() => choose('settlePayment', { payment })}>
            {text.order.action['settlePayment']}
          </button>
        </p>
      )}
    </li>
  );
}
