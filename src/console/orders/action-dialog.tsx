import { useState } from 'preact/hooks';
import { change, newKey, type UserError } from '../api/client.ts';
import { useConsole } from '../api/console-context.tsx';
import { Dialog, Failure, Refusals } from '../parts/parts.tsx';
import { minorOf } from '../parts/show.ts';
import { text } from '../text.ts';
import { Conflict } from './conflict.tsx';
import { actionMutation, type CurrentOrder, type Order } from './order.operations.ts';

type Field = 'reason' | 'description' | 'locationCode' | 'method' | 'amount' | 'priority';

/** What is asked before an action; those that are not here are asked for nothing. */
const fieldsOf: Readonly<Record<string, readonly { name: Field; isOptional?: boolean }[]>> = {
  cancelOrder: [{ name: 'reason', isOptional: true }],
  holdOrder: [{ name: 'reason' }],
  addHistoryEntry: [{ name: 'description' }],
  createFulfillment: [{ name: 'locationCode' }],
  recordPayment: [{ name: 'method' }, { name: 'amount' }],
  refundOrder: [{ name: 'amount', isOptional: true }],
  editOrder: [{ name: 'priority' }],
};

interface ActionPayload {
  readonly userErrors: readonly (UserError & { currentVersion?: number; order?: CurrentOrder | null })[];
}

interface ActionProps {
  readonly action: string;
  readonly order: Order;
  readonly close: () => void;
  readonly done: () => void;
}

/** Asks what the action needs and whether it is meant, against the order as it was when the dialog was opened. */
export function ActionDialog({ action, order, close, done }: ActionProps) {
  const { client, session } = useConsole();
  // Not the order of the page, which changes meanwhile: what the person saw who decided.
  const [seen] = useState(order);
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const [conflict, setConflict] = useState<CurrentOrder>();
  const [failure, setFailure] = useState<string>();
  const [isWorking, setIsWorking] = useState(false);
  const [values, setValues] = useState<Record<string, string>>({
    method: 'TRANSFER',
    priority: order.priority,
  });
  const [idempotencyKey, setKey] = useState(newKey);
  const fields = fieldsOf[action] ?? [];
  const run = async (expectedVersion: number): Promise<void> => {
    setIsWorking(true);
    setFailure(undefined);
    try {
      const input = {
        orderId: order.id,
        expectedVersion,
        idempotencyKey,
        ...inputOf(action, values, order.currency, session.user.id),
      };
      const payload = await change<ActionPayload>(client, actionMutation(action), input);
      setKey(newKey());
      const stale = payload.userErrors.find(({ code }) => code === 'VERSION_CONFLICT');
      setConflict(stale?.order ?? undefined);
      setErrors(stale ? [] : payload.userErrors);
      if (payload.userErrors.length === 0) done();
    } catch (error) {
      setFailure((error as Error).message);
    }
    setIsWorking(false);
  };
  const name = text.order.action[action]!;
  return (
    <Dialog title={conflict ? text.order.conflictTitle : name} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run(conflict?.version ?? seen.version);
        }}
      >
        {conflict && <Conflict seen={seen} current={conflict} />}
        {fields.map(({ name: field, isOptional }) => (
          <label key={field}>
            {text.order.field[field]}
            <FieldInput
              field={field}
              isRequired={!isOptional}
              value={values[field] ?? ''}
              set={(value) => setValues({ ...values, [field]: value })}
            />
          </label>
        ))}
        <p class="muted">{text.order.sure}</p>
        <Refusals errors={errors} />
        {failure !== undefined && <Failure message={failure} />}
        <p class="actions">
          <button type="submit" class="primary" disabled={isWorking}>
            {conflict ? text.order.conflictAgain : text.order.confirm(name)}
          </button>
          <button type="button" onClick={close}>
            {conflict ? text.order.conflictLeave : text.state.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  readonly field: Field;
  readonly isRequired: boolean;
  readonly value: string;
  readonly set: (value: string) => void;
}

function FieldInput({ field, isRequired, value, set }: FieldProps) {
  const options = { method: text.order.paymentMethod, priority: text.priority }[
    field as 'method' | 'priority'
  ];
  if (options)
    return (
      <select value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>
        {Object.entries(options)
          .filter(([option]) => option !== 'PROVIDER')
          .map(([option, label]) => (
            <option key={option} value={option}>
              {label}
            </option>
          ))}
      </select>
    );
  return (
    <input
      name={field}
      type={(field === 'amount' ? 'number' : 'text') as 'number'}
      min={field === 'amount' ? 0 : undefined}
      step={field === 'amount' ? 'any' : undefined}
      required={isRequired}
      autofocus
      value={value}
      onInput={({ currentTarget }) => set(currentTarget.value)}
    />
  );
}

function inputOf(
  action: string,
  values: Readonly<Record<string, string>>,
  currency: string,
  viewerId: string,
): Record<string, unknown> {
  if (action === 'assignOrder') return { userId: viewerId };
  const input: Record<string, unknown> = {};
  for (const { name } of fieldsOf[action] ?? []) {
    const value = values[name];
    if (value === undefined || value === '') continue;
    if (name === 'amount') input['amount'] = { amountMinor: minorOf(Number(value), currency), currency };
    else input[name] = value;
  }
  return input;
}
