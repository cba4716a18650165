import { useState } from 'preact/hooks';
import { Dialog } from '../../parts/parts.tsx';
import { text } from '../../text.ts';
import { ActionDialog } from './action-dialog.tsx';
import type { ActionProps } from './use-action.ts';

/** Asks for a payment. What the customer pays with at a provider is shown once, and kept nowhere. */
export function PaymentDialog(props: ActionProps) {
  const [clientSecret, setClientSecret] = useState<string>();
  if (clientSecret === undefined) {
    return (
      <ActionDialog
        {...props}
        done={({ clientSecret: given }) => (given ? setClientSecret(given) : props.close())}
      />
    );
  }
  return (
    <Dialog title={text.order.paymentAsked} close={props.close}>
      <form method="dialog">
        <label>
          {text.order.clientSecret}
          <input
            readOnly
            value={clientSecret}
            autofocus
            onFocus={({ currentTarget }) => currentTarget.select()}
          />
        </label>
        <p class="actions">
          <button type="submit" class="primary">
            {text.state.close}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
