import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLiveState } from '../api/console-context.tsx';
import type { UserError } from '../api/payload.ts';
import type { Change } from '../api/use-change.ts';
import { text } from '../text.ts';

export function Loading() {
  return (
    <p class="loading" role="status">
      {text.state.loading}
    </p>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Failure({ message, retry }: { message: string; retry?: (() => void) | undefined }) {
  return (
    <div class="notice bad" role="alert">
      <p>{message}</p>
      {retry && (
        <button type="button" onClick={retry}>
          {text.state.retry}
        </button>
      )}
    </div>
  );
}

/** What the server would not do, why, and what helps. */
export function Refusals({ errors }: { errors: readonly UserError[] }) {
  if (errors.length === 0) return null;
  return (
    <div class="notice bad" role="alert">
      {errors.map(({ code, message, remedy }) => (
        <p key={code + message}>
          <strong>{message}</strong> {remedy}
        </p>
      ))}
    </div>
  );
}

/** Why what was sent was not done, or is not known to be. */
export function Problems({ of: { errors, failure } }: { of: Pick<Change, 'errors' | 'failure'> }) {
  return (
    <>
      <Refusals errors={errors} />
      {failure !== undefined && <Failure message={failure} />}
    </>
  );
}

export function Badge({ kind, children }: { kind: string; children: ComponentChildren }) {
  return <span class={`badge is-${kind.toLowerCase().replaceAll('_', '-')}`}>{children}</span>;
}

export function LiveBadge() {
  const state = useLiveState();
  if (state === 'idle') return null;
  return (
    <span class={`live is-${state}`} role="status" data-live={state}>
      {text.live[state]}
    </span>
  );
}

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** Open for as long as it is shown; Escape closes it, and the browser keeps the focus inside. */
export function Dialog({ title, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
