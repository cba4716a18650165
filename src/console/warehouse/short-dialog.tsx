import { useState } from 'preact/hooks';
import { Dialog, Problems } from '../parts/parts.tsx';
import { text } from '../text.ts';
import { useStep, type WorkPayload } from './use-step.ts';
import { shortMutation, type Work, type WorkItem } from './warehouse.operations.ts';

interface ShortProps {
  readonly work: Work;
  readonly item: WorkItem;
  readonly open: number;
  readonly close: () => void;
  readonly setWork: (work: Work) => void;
  readonly tell: (message: string | undefined) => void;
}

export function ShortDialog({ work, item, open, close, setWork, tell }: ShortProps) {
  const step = useStep(setWork);
  const [quantity, setQuantity] = useState(open);
  const [reason, setReason] = useState(text.work.shortReasons[0]!);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const input = { fulfillmentId: work.id, fulfillmentItemId: item.id, quantity, reason };
    type Answer = WorkPayload & { newFulfillments: readonly { number: string }[] | null };
    const answer = await step.run<Answer>(shortMutation, input);
    if (!answer) return;
    const numbers = (answer.newFulfillments ?? []).map(({ number }) => number).join(', ');
    tell(numbers === '' ? undefined : text.work.shortMoved(numbers));
    close();
  };
  return (
    <Dialog title={text.work.shortTitle(item.orderItem.sku)} close={close}>
      <form onSubmit={(event) => void submit(event)}>
        <label>
          {text.work.shortQuantity(open)}
          <input
            type="number"
            name="quantity"
            min="1"
            max={open}
            required
            value={quantity}
            onInput={({ currentTarget }) => setQuantity(currentTarget.valueAsNumber)}
          />
        </label>
        <label>
          {text.work.shortReason}
          <input
            name="reason"
            list="short-reasons"
            required
            maxLength={500}
            value={reason}
            onInput={({ currentTarget }) => setReason(currentTarget.value)}
          />
          <datalist id="short-reasons">
            {text.work.shortReasons.map((known) => (
              <option key={known} value={known} />
            ))}
          </datalist>
        </label>
        <Problems of={step} />
        <p class="actions">
          <button type="submit" class="primary" disabled={step.isWorking}>
            {text.work.shortSubmit}
          </button>
          <button type="button" onClick={close}>
            {text.state.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
