import { useState } from 'preact/hooks';
import { useConsole } from '../../api/console-context.tsx';
import { ChoiceField, LocationField, TextField } from '../../parts/fields.tsx';
import { minorOf } from '../../parts/show.ts';
import { text } from '../../text.ts';
import { fieldsOf, type Field, type Fields } from './action-fields.ts';
import { ActionForm } from './action-form.tsx';
import type { ActionPayload } from './action.operations.ts';
import { expectedChange } from './expected-change.ts';
import { useAction, type ActionProps } from './use-action.ts';

type Values = Readonly<Partial<Record<Field, string>>>;

const atFirst: Values = { method: 'TRANSFER', provider: 'MANUAL', succeeded: 'true' };

interface DialogProps extends ActionProps {
  /** What follows; the dialog is closed where nothing does. */
  readonly done?: (payload: ActionPayload) => void;
}

/** An action that a few words are enough for, or none. */
export function ActionDialog({ done, ...props }: DialogProps) {
  const { session } = useConsole();
  const action = useAction(props);
  const { action: name, order, payment, close } = props;
  // How a payment through a provider stands, the provider is asked, and not the person.
  const isAsked = payment !== undefined && payment.provider !== 'MANUAL';
  const fields = isAsked ? [] : (fieldsOf[name] ?? []);
  const [values, setValues] = useState<Values>(atFirst);
  const submit = async (): Promise<void> => {
    const expected = expectedChange(name, values, session.user.displayName);
    const input =
      name === 'assignOrder' ? { userId: session.user.id } : inputOf(fields, values, order.currency);
    const payload = await action.run(input, expected);
    if (payload) (done ?? close)(payload);
  };
  return (
    <ActionForm props={props} action={action} submit={submit}>
      {fields.map(({ name: field, isOptional }) => (
        <FieldInput
          key={field}
          field={field}
          isRequired={!isOptional}
          value={values[field] ?? ''}
          set={(value) => setValues({ ...values, [field]: value })}
        />
      ))}
    </ActionForm>
  );
}

interface FieldProps {
  readonly field: Field;
  readonly isRequired: boolean;
  readonly value: string;
  readonly set: (value: string) => void;
}

function FieldInput({ field, isRequired, value, set }: FieldProps) {
  const label = (isRequired ? undefined : text.order.fieldOptional[field]) ?? text.order.field[field]!;
  const shared = { name: field, label, value, set, isRequired };
  if (field === 'locationCode') {
    return <LocationField value={value} set={set} none={text.order.locationNone} isRequired={isRequired} />;
  }
  if (field === 'method') return <ChoiceField {...shared} options={recordedMethods} />;
  if (field === 'provider') return <ChoiceField {...shared} options={text.order.paymentProvider} />;
  if (field === 'succeeded') return <ChoiceField {...shared} options={text.order.paymentOutcome} />;
  return <TextField {...shared} type={field === 'amount' ? 'number' : 'text'} />;
}

/** What a provider took is recorded by the provider. */
const { PROVIDER: _provider, ...recordedMethods } = text.order.paymentMethod;

function inputOf(fields: Fields, values: Values, currency: string): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const { name } of fields) {
    const value = values[name];
    if (value === undefined || value === '') continue;
    if (name === 'amount') input['amount'] = { amountMinor: minorOf(Number(value), currency), currency };
    else input[name] = name === 'succeeded' ? value === 'true' : value;
  }
  return input;
}
