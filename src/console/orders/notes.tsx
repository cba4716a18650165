import { useState } from 'preact/hooks';
import type { Payload } from '../api/payload.ts';
import { useChange } from '../api/use-change.ts';
import { Badge, Problems } from '../parts/parts.tsx';
import { showTime } from '../parts/show.ts';
import { text } from '../text.ts';
import { MoreRows } from './more-rows.tsx';
import type { Note, Rows } from './order-rows.ts';
import { addNoteMutation } from './order.operations.ts';
import { useRows } from './use-rows.ts';

interface NotesProps {
  readonly orderId: string;
  readonly notes: Rows<Note>;
  readonly mayAdd: boolean;
  readonly reload: () => Promise<unknown>;
}

interface Draft {
  readonly note: string;
  readonly isInternal: boolean;
  readonly notifyCustomer: boolean;
}

/** A new note is shown at once, and says that it is being saved until the server has it. */
export function Notes({ orderId, notes, mayAdd, reload }: NotesProps) {
  const rows = useRows(orderId, 'notes', notes);
  const [note, setNote] = useState('');
  const [isInternal, setIsInternal] = useState(true);
  const [notifyCustomer, setNotify] = useState(false);
  const [saving, setSaving] = useState<Draft>();
  const sending = useChange();
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const draft = { note, isInternal, notifyCustomer: !isInternal && notifyCustomer };
    setSaving(draft);
    setNote('');
    const payload = await sending.run<Payload>(addNoteMutation, { orderId, ...draft });
    // What was written is not lost with the network. Should the order not be read, the live updates bring it.
    if (payload?.userErrors.length === 0) await reload().catch(() => {});
    else setNote(draft.note);
    setSaving(undefined);
  };
  return (
    <section class="panel" aria-labelledby="notes">
      <h2 id="notes">{text.order.notes}</h2>
      <ul class="entries">
        {saving && (
          <li class="saving">
            <p>{saving.note}</p>
            <p class="muted">{text.order.noteSending}</p>
          </li>
        )}
        {rows.nodes.map(({ id, note: words, isInternal: isForStaff, createdAt, createdBy }) => (
          <li key={id}>
            <p>{words}</p>
            <p class="muted">
              <Badge kind={isForStaff ? 'internal' : 'held'}>
                {isForStaff ? text.order.noteInternal : text.order.notePublic}
              </Badge>{' '}
              {text.order.by(createdBy?.displayName ?? text.order.program, showTime(createdAt))}
            </p>
          </li>
        ))}
      </ul>
      <MoreRows rows={rows} title={text.order.notes} />
      {mayAdd && (
        <form class="stacked" onSubmit={(event) => void add(event)}>
          <label>
            {text.order.note}
            <textarea
              name="note"
              rows={2}
              required
              value={note}
              onInput={({ currentTarget }) => setNote(currentTarget.value)}
            />
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={isInternal}
              onChange={({ currentTarget }) => setIsInternal(currentTarget.checked)}
            />
            {text.order.internal}
          </label>
          {!isInternal && (
            <label class="check">
              <input
                type="checkbox"
                checked={notifyCustomer}
                onChange={({ currentTarget }) => setNotify(currentTarget.checked)}
              />
              {text.order.notify}
            </label>
          )}
          <Problems of={sending} />
          <p>
            <button type="submit" disabled={saving !== undefined}>
              {text.order.addNote}
            </button>
          </p>
        </form>
      )}
    </section>
  );
}
