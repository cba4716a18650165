import { text } from '../text.ts';
import { locationsQuery } from '../warehouse/warehouse.operations.ts';
import { Failure } from './parts.tsx';
import { useAsked } from './use-asked.ts';

interface TextFieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly isRequired?: boolean | undefined;
  readonly type?: 'text' | 'email' | 'number' | 'datetime-local';
  readonly maxLength?: number;
}

export function TextField({
  name,
  label,
  value,
  set,
  isRequired,
  type = 'text',
  maxLength = 500,
}: TextFieldProps) {
  return (
    <label>
      {label}
      <input
        name={name}
        type={type as 'text'}
        min={type === 'number' ? 0 : undefined}
        step={type === 'number' ? 'any' : undefined}
        maxLength={maxLength}
        required={isRequired ?? false}
        value={value}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
    </label>
  );
}

interface ChoiceFieldProps {
  readonly name: string;
  readonly label: string;
  readonly options: Readonly<Record<string, string>>;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly isRequired?: boolean | undefined;
}

export function ChoiceField({ name, label, options, value, set, isRequired }: ChoiceFieldProps) {
  return (
    <label>
      {label}
      <select
        name={name}
        required={isRequired ?? false}
        value={value}
        onChange={({ currentTarget }) => set(currentTarget.value)}
      >
        {Object.entries(options).map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

interface LocationFieldProps {
  readonly value: string;
  readonly set: (code: string) => void;
  /** What it means to choose none. */
  readonly none: string;
  readonly isRequired?: boolean;
}

interface Locations {
  readonly stockLocations: readonly {
    readonly code: string;
    readonly name: string;
    readonly active: boolean;
  }[];
}

const noVariables = {};

/** One of the locations that are open. */
export function LocationField({ value, set, none, isRequired }: LocationFieldProps) {
  const { data, failure, reload } = useAsked<Locations>(locationsQuery, noVariables);
  const open = data?.stockLocations.filter(({ active }) => active) ?? [];
  const named = open.map(({ code, name }) => [code, text.order.locationOption(code, name)] as const);
  return (
    <>
      <ChoiceField
        name="locationCode"
        label={text.order.field['locationCode']!}
        options={{ '': data ? none : text.state.loading, ...Object.fromEntries(named) }}
        value={value}
        set={set}
        isRequired={isRequired}
      />
      {failure !== undefined && <Failure message={failure} retry={reload} />}
    </>
  );
}
