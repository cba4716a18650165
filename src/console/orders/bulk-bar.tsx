import { useState } from 'preact/hooks';
import { change, newKey } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import { Dialog, Failure, Refusals } from '../parts/parts.tsx';
import { text } from '../text.ts';
import { bulkAssignMutation, bulkStatusMutation, type BulkPayload } from './orders.operations.ts';

/** First what would happen, by the server's word for each order; then, when it is wanted, that. */
export function BulkBar({ orderIds, clear }: { orderIds: readonly string[]; clear: () => void }) {
  const { client, session } = useConsole();
  const [action, setAction] = useState('CONFIRMED');
  const [checked, setChecked] = useState<BulkPayload>();
  const [done, setDone] = useState<BulkPayload>();
  const [failure, setFailure] = useState<string>();
  const [isWorking, setIsWorking] = useState(false);
  const [idempotencyKey, setKey] = useState(newKey);
  const run = async (dryRun: boolean): Promise<void> => {
    const isAssignment = action === 'assign' || action === 'unassign';
    const input = isAssignment
      ? { orderIds, userId: action === 'assign' ? session.user.id : null }
      : { orderIds, status: action };
    setIsWorking(true);
    setFailure(undefined);
    try {
      const mutation = isAssignment ? bulkAssignMutation : bulkStatusMutation;
      const payload = await change<BulkPayload>(client, mutation, {
        ...input,
        ...(dryRun ? { dryRun } : { idempotencyKey }),
      });
      setChecked(payload);
      setDone(dryRun ? undefined : payload);
    } catch (error) {
      setFailure((error as Error).message);
    }
    setIsWorking(false);
  };
  const close = (): void => {
    setChecked(undefined);
    setKey(newKey());
    if (done) clear();
  };
  const name = text.bulk.actions[action]!;
  return (
    <section class="panel bulk" aria-label={text.bulk.label}>
      <strong>{text.bulk.selected(orderIds.length)}</strong>
      <label>
        {text.bulk.action}
        <select value={action} onChange={({ currentTarget }) => setAction(currentTarget.value)}>
          {Object.entries(text.bulk.actions).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="primary" disabled={isWorking} onClick={() => void run(true)}>
        {text.bulk.check}
      </button>
      <button type="button" class="quiet" onClick={clear}>
        {text.bulk.clear}
      </button>
      {failure !== undefined && !checked && <Failure message={failure} />}
      {checked && (
        <Dialog title={text.bulk.title(name)} close={close}>
          <Outcome payload={checked} isDone={done !== undefined} />
          <Refusals errors={checked.userErrors} />
          {failure !== undefined && <Failure message={failure} />}
          <p class="actions">
            {!done && checked.accepted > 0 && (
              <button type="button" class="primary" disabled={isWorking} onClick={() => void run(false)}>
                {text.bulk.run(name, checked.accepted)}
              </button>
            )}
            <button type="button" onClick={close}>
              {text.state.close}
            </button>
          </p>
        </Dialog>
      )}
    </section>
  );
}

function Outcome({ payload, isDone }: { payload: BulkPayload; isDone: boolean }) {
  const { accepted, refused, results } = payload;
  return (
    <>
      <p role="status">{isDone ? text.bulk.done(accepted, refused) : text.bulk.checked(accepted, refused)}</p>
      <ul class="outcome">
        {results?.map(({ orderId, ok, order, effects, userErrors }) => (
          <li key={orderId}>
            <strong>{order?.number ?? orderId}</strong>{' '}
            <span class={ok ? 'good' : 'bad'}>{ok ? effects.join(' ') : userErrors[0]?.message}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
