import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { change } from '../api/client.ts';
import type { UserError } from '../api/payload.ts';
import { useConsole } from '../api/console-context.tsx';
import { Papers } from '../parts/papers.tsx';
import { Problems, Refusals } from '../parts/parts.tsx';
import { text } from '../text.ts';
import { CameraScanner, hasCamera } from './camera-scanner.tsx';
import { ScanQueue, type Scan } from './scan-queue.ts';
import { ShortDialog } from './short-dialog.tsx';
import { isSoundOn, playResult, setSoundOn } from './sound.ts';
import { useStep, type WorkPayload } from './use-step.ts';
import { completePickingMutation, scanMutation, type Work, type WorkItem } from './warehouse.operations.ts';

interface PickProps {
  readonly work: Work;
  readonly setWork: (work: Work) => void;
}

interface ScanResult {
  readonly result: string;
  readonly code: string;
  /** Tells two equal results apart, so that the second is announced too. */
  readonly count: number;
}

const openUnits = ({ quantity, quantityPicked, quantityShort }: WorkItem): number =>
  quantity - quantityPicked - quantityShort;

/** One line at a time, and a field that is always ready for the scanner. */
export function PickScreen({ work, setWork }: PickProps) {
  const firstOpen = work.items.findIndex((item) => openUnits(item) > 0);
  const [chosen, setChosen] = useState<number>();
  const [isReporting, setIsReporting] = useState(false);
  const [moved, setMoved] = useState<string>();
  const isDone = firstOpen === -1;
  const place = chosen ?? Math.max(firstOpen, 0);
  const item = work.items[place]!;
  // A line that is done gives way to the next one that is not.
  useEffect(() => {
    if (chosen !== undefined && openUnits(work.items[chosen]!) === 0) setChosen(undefined);
  }, [work]);
  const step = (by: number): void => setChosen((place + by + work.items.length) % work.items.length);
  return (
    <div class="pick">
      <section class="panel pick-line" aria-label={text.work.line(place + 1, work.items.length)}>
        <div class="line">
          <span class="muted">{text.work.line(place + 1, work.items.length)}</span>
          {work.items.length > 1 && (
            <span>
              <button type="button" class="quiet" aria-label={text.work.previous} onClick={() => step(-1)}>
                ←
              </button>
              <button type="button" class="quiet" aria-label={text.work.following} onClick={() => step(1)}>
                →
              </button>
            </span>
          )}
        </div>
        <p class="sku">{item.orderItem.sku}</p>
        <p class="name">{item.orderItem.name}</p>
        <p class="muted">{item.orderItem.variant?.barcode}</p>
        <p class="amount" data-open={openUnits(item)}>
          {text.work.picked(item.quantityPicked, item.quantity)}
        </p>
        <progress max={item.quantity} value={item.quantityPicked + item.quantityShort} aria-hidden="true" />
        {item.quantityShort > 0 && (
          <p class="muted">{text.work.short(item.quantityShort, item.shortReason ?? '')}</p>
        )}
        {openUnits(item) > 0 && (
          <button type="button" class="quiet" onClick={() => setIsReporting(true)}>
            {text.work.reportShort}
          </button>
        )}
      </section>
      {!isDone && <ScanPart work={work} setWork={setWork} isPaused={isReporting} />}
      {moved !== undefined && (
        <p class="notice" role="status">
          {moved}
        </p>
      )}
      {isDone && <Complete work={work} setWork={setWork} />}
      {isReporting && (
        <ShortDialog
          work={work}
          item={item}
          open={openUnits(item)}
          close={() => setIsReporting(false)}
          setWork={setWork}
          tell={setMoved}
        />
      )}
    </div>
  );
}

function Complete({ work, setWork }: PickProps) {
  const step = useStep(setWork);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <section class="panel">
      <p role="status">{text.work.allPicked}</p>
      <Problems of={step} />
      <button
        ref={button}
        type="button"
        class="primary large"
        disabled={step.isWorking}
        onClick={() => void step.run(completePickingMutation, { fulfillmentId: work.id })}
      >
        {text.work.completePicking}
      </button>
    </section>
  );
}

function ScanPart({ work, setWork, isPaused }: PickProps & { isPaused: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const [quantity, setQuantity] = useState(1);
  const [withCamera, setWithCamera] = useState(false);
  const [sound, setSound] = useState(isSoundOn);
  const { add, last, waiting, isStuck, errors, failure } = useScans(work.id, setWork);
  useEffect(() => {
    if (!isPaused) field.current?.focus();
  }, [isPaused]);
  const submit = (event: Event): void => {
    event.preventDefault();
    const input = field.current!;
    const code = input.value.trim();
    input.value = '';
    input.focus();
    if (code === '') return;
    add(code, quantity);
    setQuantity(1);
  };
  return (
    <section class="panel scan">
      <form onSubmit={submit}>
        <label class="wide">
          {text.work.scan}
          <input
            ref={field}
            name="code"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            inputMode="text"
          />
        </label>
        <label>
          {text.work.quantity}
          <input
            name="quantity"
            type="number"
            min="1"
            max="10000"
            value={quantity}
            onInput={({ currentTarget }) => setQuantity(Math.max(1, currentTarget.valueAsNumber || 1))}
          />
        </label>
        <button type="submit" class="primary">
          {text.work.scanSubmit}
        </button>
      </form>
      <p class={`result ${resultKind(last)}`} role="status" aria-live="assertive" data-result={last?.result}>
        {last && (
          <span key={last.count}>
            <span aria-hidden="true">{last.result === 'MATCH' ? '✓' : '✗'}</span>{' '}
            {text.work.resultOf(text.work.result[last.result] ?? last.result, last.code)}
          </span>
        )}
      </p>
      {isStuck && (
        <p class="notice warn" role="status">
          {text.work.queued(waiting)}
        </p>
      )}
      <Refusals errors={errors} />
      {failure !== undefined && (
        <p class="notice bad" role="alert">
          {failure}
        </p>
      )}
      <p class="line">
        <label class="check">
          <input
            type="checkbox"
            checked={sound}
            onChange={({ currentTarget }) => {
              setSoundOn(currentTarget.checked);
              setSound(currentTarget.checked);
            }}
          />
          {text.work.sound}
        </label>
        {hasCamera() && (
          <button type="button" class="quiet" onClick={() => setWithCamera(!withCamera)}>
            {withCamera ? text.work.cameraEnd : text.work.camera}
          </button>
        )}
      </p>
      <Papers fulfillment={work} papers={['pickListUrl']} after={() => field.current?.focus()} />
      {withCamera && !isPaused && <CameraScanner scanned={(code) => add(code, 1)} />}
    </section>
  );
}

function resultKind(last: ScanResult | undefined): string {
  if (!last) return 'is-waiting';
  return last.result === 'MATCH' ? 'is-match' : 'is-mismatch';
}

function useScans(fulfillmentId: string, setWork: (work: Work) => void) {
  const { client } = useConsole();
  const [last, setLast] = useState<ScanResult>();
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const [state, setState] = useState<{ waiting: number; isStuck: boolean; failure?: string }>({
    waiting: 0,
    isStuck: false,
  });
  const queue = useMemo(() => {
    const send = async ({ code, quantity, idempotencyKey }: Scan): Promise<void> => {
      const input = { fulfillmentId, barcode: code, quantity, idempotencyKey };
      const answer = await change<WorkPayload & { result: string | null }>(client, scanMutation, input);
      const { result, fulfillment, userErrors } = answer;
      setErrors(userErrors);
      if (fulfillment) setWork(fulfillment);
      playResult(result === 'MATCH');
      if (result === null) setLast(undefined);
      else setLast((before) => ({ result, code, count: (before?.count ?? 0) + 1 }));
    };
    return new ScanQueue(send, setState);
  }, [client, fulfillmentId]);
  useEffect(() => () => queue.close(), [queue]);
  useEffect(() => {
    if (state.waiting === 0) return;
    // Leaving now would lose scans that the picker believes to be made.
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [state.waiting]);
  return { add: (code: string, quantity: number) => queue.add(code, quantity), last, errors, ...state };
}
