import { Badge } from '../parts/parts.tsx';
import { showMoney } from '../parts/show.ts';
import { text } from '../text.ts';
import { returnInputs } from './actions/action.operations.ts';
import type { Return } from './order-rows.ts';
import type { Order } from './order.operations.ts';

interface EntryProps {
  readonly returned: Return;
  readonly order: Order;
  readonly isWorking: boolean;
  readonly choose: (action: string, on: { readonly returned: Return }) => void;
}

/** A return, with what this viewer may do with it now. */
export function ReturnEntry({ returned, order, isWorking, choose }: EntryProps) {
  const { status, reason, rejectReason, refundable, items, allowedActions } = returned;
  const actions = Object.keys(returnInputs).filter((name) => allowedActions.includes(name));
  // What came back is paid back by an action on the order, with the amount that the return says.
  if (status === 'RECEIVED' && order.allowedActions.includes('refundOrder')) actions.push('refundOrder');
  const lines = items.map(({ quantity, quantityReceived, orderItem }) => {
    const sku = orderItem?.sku ?? '';
    return quantityReceived > 0 && quantityReceived !== quantity
      ? text.order.returnedOf(quantityReceived, quantity, sku)
      : text.order.returned(quantity, sku);
  });
  return (
    <li>
      <Badge kind={status}>{text.order.returnStatus[status]}</Badge> {lines.join(', ')}{' '}
      <span class="muted">
        {[reason, rejectReason && text.order.rejectedBecause(rejectReason)].filter(Boolean).join(' · ')}
      </span>{' '}
      {refundable && status !== 'REJECTED' && (
        <span class="muted">{text.order.refundable(showMoney(refundable))}</span>
      )}
      {actions.length > 0 && (
        <div class="actions" role="group" aria-label={text.order.returnActions}>
          {actions.map((name) => (
            <button key={name} type="button" disabled={isWorking} onClick={() => choose(name, { returned })}>
              {text.order.action[name]}
            </button>
          ))}
        </div>
      )}
    </li>
  );
}
