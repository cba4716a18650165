import { useState } from 'preact/hooks';
import { Papers } from '../parts/papers.tsx';
import { Problems } from '../parts/parts.tsx';
import { text } from '../text.ts';
import { useStep } from './use-step.ts';
import { completePackingMutation, startPackingMutation, type Work } from './warehouse.operations.ts';
import { Contents } from './work-page.tsx';

interface PackProps {
  readonly work: Work;
  readonly setWork: (work: Work) => void;
}

export function PackScreen({ work, setWork }: PackProps) {
  const step = useStep(setWork);
  const [boxSize, setBoxSize] = useState(work.boxSize ?? '');
  const [weight, setWeight] = useState(work.weightGrams === null ? '' : String(work.weightGrams));
  const submit = (event: Event): void => {
    event.preventDefault();
    void step.run(completePackingMutation, {
      fulfillmentId: work.id,
      boxSize: boxSize === '' ? null : boxSize,
      weightGrams: weight === '' ? null : Number(weight),
    });
  };
  return (
    <section class="panel">
      <Contents work={work} />
      <Papers fulfillment={work} papers={['packingSlipUrl', 'boxLabelUrl']} />
      {work.packingStartedAt === null ? (
        <>
          <Problems of={step} />
          <button
            type="button"
            class="primary large"
            autofocus
            disabled={step.isWorking}
            onClick={() => void step.run(startPackingMutation, { fulfillmentId: work.id })}
          >
            {text.work.startPacking}
          </button>
        </>
      ) : (
        <form class="stacked" onSubmit={submit}>
          <fieldset class="boxes">
            <legend>{text.work.box}</legend>
            {text.work.boxes.map((box) => (
              <label key={box} class="choice">
                <input
                  type="radio"
                  name="box"
                  value={box}
                  required
                  checked={boxSize === box}
                  onChange={() => setBoxSize(box)}
                />
                <span>{box}</span>
              </label>
            ))}
          </fieldset>
          <label>
            {text.work.weight}
            <input
              name="weight"
              type="number"
              inputMode="numeric"
              min="1"
              required
              value={weight}
              onInput={({ currentTarget }) => setWeight(currentTarget.value)}
            />
          </label>
          <Problems of={step} />
          <button type="submit" class="primary large" disabled={step.isWorking}>
            {text.work.completePacking}
          </button>
        </form>
      )}
    </section>
  );
}
