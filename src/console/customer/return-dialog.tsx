import { useState } from 'preact/hooks';
import { change, newKey, type Payload, type UserError } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import { Dialog, Failure, Refusals } from '../parts/parts.tsx';
import { text } from '../text.ts';
import { requestReturnMutation, type MyOrder } from './customer.operations.ts';

interface ReturnProps {
  readonly order: MyOrder;
  readonly close: () => void;
  readonly done: () => void;
}

export function ReturnDialog({ order, close, done }: ReturnProps) {
  const { client } = useConsole();
  const [quantities, setQuantities] = useState<Readonly<Record<string, number>>>({});
  const [reason, setReason] = useState('');
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const [failure, setFailure] = useState<string>();
  const [isWorking, setIsWorking] = useState(false);
  const [idempotencyKey, setKey] = useState(newKey);
  const items = order.items.nodes.filter((item) => item.quantityFulfilled > item.quantityReturned);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const lines = Object.entries(quantities).flatMap(([orderItemId, quantity]) =>
      quantity > 0 ? [{ orderItemId, quantity }] : [],
    );
    setIsWorking(true);
    setFailure(undefined);
    try {
      const input = { orderId: order.id, lines, reason, idempotencyKey };
      const payload = await change<Payload>(client, requestReturnMutation, input);
      setKey(newKey());
      setErrors(payload.userErrors);
      if (payload.userErrors.length === 0) return done();
    } catch (error) {
      setFailure((error as Error).message);
    }
    setIsWorking(false);
  };
  return (
    <Dialog title={text.customer.returnTitle} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        {items.map(({ id, name, quantityFulfilled, quantityReturned }) => (
          <label key={id}>
            {text.customer.returnQuantity(name, quantityFulfilled - quantityReturned)}
            <input
              type="number"
              min="0"
              max={quantityFulfilled - quantityReturned}
              value={quantities[id] ?? 0}
              onInput={({ currentTarget }) =>
                setQuantities({ ...quantities, [id]: currentTarget.valueAsNumber || 0 })
              }
            />
          </label>
        ))}
        <label>
          {text.customer.returnReason}
          <input
            name="reason"
            required
            maxLength={500}
            value={reason}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </label>
        <Refusals errors={errors} />
        {failure !== undefined && <Failure message={failure} />}
        <p class="actions">
          <button type="submit" class="primary" disabled={isWorking}>
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
