import { useState } from 'preact/hooks';
import type { Payload } from '../api/payload.ts';
import { useChange } from '../api/use-change.ts';
import { MoreRows } from '../orders/more-rows.tsx';
import type { OrderItem } from '../orders/order-rows.ts';
import type { ShownRows } from '../orders/use-rows.ts';
import { TextField } from '../parts/fields.tsx';
import { LineQuantities } from '../parts/line-quantities.tsx';
import { chosenLines, type Quantities } from '../parts/quantities.ts';
import { Dialog, Problems } from '../parts/parts.tsx';
import { text } from '../text.ts';
import { requestReturnMutation } from './customer.operations.ts';

interface ReturnProps {
  readonly orderId: string;
  readonly items: ShownRows<OrderItem>;
  readonly close: () => void;
  readonly done: () => void;
}

export function ReturnDialog({ orderId, items, close, done }: ReturnProps) {
  const sending = useChange();
  const [quantities, setQuantities] = useState<Quantities>({});
  const [reason, setReason] = useState('');
  const lines = items.nodes.flatMap(({ id, name, quantityFulfilled, quantityReturned }) => {
    const most = quantityFulfilled - quantityReturned;
    return most > 0 ? [{ id, most, label: text.customer.returnQuantity(name, most) }] : [];
  });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const input = { orderId, lines: chosenLines(quantities), reason };
    const payload = await sending.run<Payload>(requestReturnMutation, input);
    if (payload?.userErrors.length === 0) done();
  };
  return (
    <Dialog title={text.customer.returnTitle} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <LineQuantities lines={lines} quantities={quantities} set={setQuantities} />
        <MoreRows rows={items} title={text.order.items} />
        <TextField
          name="reason"
          label={text.customer.returnReason}
          value={reason}
          set={setReason}
          isRequired
        />
        <Problems of={sending} />
        <p class="actions">
          <button type="submit" class="primary" disabled={sending.isWorking}>
            {text.customer.returnSubmit}
          </button>
          <button type="button" onClick={close}>
            {text.state.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
