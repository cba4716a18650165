import { useState } from 'preact/hooks';
import { Papers } from '../parts/papers.tsx';
import { Problems } from '../parts/parts.tsx';
import { text } from '../text.ts';
import { useStep } from './use-step.ts';
import { shipMutation, type Work } from './warehouse.operations.ts';
import { Contents } from './work-page.tsx';

const carrierKey = 'console.carrier';
const collected = 'PICKUP';

export function ShipScreen({ work, setWork }: { work: Work; setWork: (work: Work) => void }) {
  const step = useStep(setWork);
  // A table ships with one carrier for most of a day.
  const [carrier, setCarrier] = useState(work.carrier ?? localStorage.getItem(carrierKey) ?? '');
  const [trackingNumber, setTrackingNumber] = useState(work.trackingNumber ?? '');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    localStorage.setItem(carrierKey, carrier);
    const tracking = trackingNumber === '' ? {} : { trackingNumber };
    await step.run(shipMutation, { fulfillmentId: work.id, carrier, ...tracking });
  };
  return (
    <section class="panel">
      <Contents work={work} />
      <Papers fulfillment={work} papers={['packingSlipUrl', 'boxLabelUrl']} />
      <form class="stacked" onSubmit={(event) => void submit(event)}>
        <label>
          {text.work.carrier}
          <input
            name="carrier"
            list="carriers"
            required
            autofocus
            maxLength={100}
            value={carrier}
            onInput={({ currentTarget }) => setCarrier(currentTarget.value)}
          />
          <datalist id="carriers">
            {text.work.carriers.map((known) => (
              <option key={known} value={known} />
            ))}
          </datalist>
        </label>
        <label>
          {text.work.tracking}
          <input
            name="tracking"
            autocomplete="off"
            required={carrier !== collected}
            aria-describedby="tracking-hint"
            value={trackingNumber}
            onInput={({ currentTarget }) => setTrackingNumber(currentTarget.value)}
          />
        </label>
        <p class="muted" id="tracking-hint">
          {text.work.trackingHint}
        </p>
        <Problems of={step} />
        <button type="submit" class="primary large" disabled={step.isWorking}>
          {text.work.shipSubmit}
        </button>
      </form>
    </section>
  );
}
