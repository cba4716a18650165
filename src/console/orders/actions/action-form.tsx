import type { ComponentChildren } from 'preact';
import { Dialog, Problems } from '../../parts/parts.tsx';
import { text } from '../../text.ts';
import { Conflict } from './conflict.tsx';
import type { Action, ActionProps } from './use-action.ts';

interface FormProps {
  readonly props: ActionProps;
  readonly action: Action;
  /** With what is asked for, when that can be sent; nothing is sent otherwise. */
  readonly submit: (() => Promise<unknown>) | undefined;
  readonly children?: ComponentChildren;
}

/** Asks what the action needs and whether it is meant. */
export function ActionForm({ props: { action: name, close }, action, submit, children }: FormProps) {
  // The page shows what is to come. This is kept, with what was entered, for the case that it does not come.
  if (action.isWorking) return null;
  const title = text.order.action[name]!;
  const { conflict } = action;
  return (
    <Dialog title={conflict ? text.order.conflictTitle : title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit?.();
        }}
      >
        {conflict && <Conflict conflict={conflict} />}
        {children}
        {submit && <p class="muted">{text.order.sure}</p>}
        <Problems of={action} />
        <p class="actions">
          {submit && (
            <button type="submit" class="primary">
              {conflict ? text.order.conflictAgain : text.order.confirm(title)}
            </button>
          )}
          <button type="button" onClick={close}>
            {conflict ? text.order.conflictLeave : text.state.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
