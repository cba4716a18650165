import { useState } from 'preact/hooks';
import { ChoiceField, TextField } from '../../parts/fields.tsx';
import { LineQuantities } from '../../parts/line-quantities.tsx';
import { text } from '../../text.ts';
import { MoreRows } from '../more-rows.tsx';
import { useRows } from '../use-rows.ts';
import { ActionForm } from './action-form.tsx';
import {
  addressFields,
  contactFields,
  editInputOf,
  enteredOf,
  expectedOf,
  isEmpty,
  neededOfAddress,
  noLine,
  type AddedLine,
  type Entered,
} from './edit-input.ts';
import { useAction, type ActionProps } from './use-action.ts';

/** What of an order can be other than it is, until somebody begins to pick it. */
export function EditDialog(props: ActionProps) {
  const action = useAction(props);
  const [order] = useState(props.order);
  const rows = useRows(order.id, 'items', order.items);
  const [entered, setEntered] = useState(() => enteredOf(order));
  const set = (changed: Partial<Entered>): void => setEntered({ ...entered, ...changed });
  const submit = async (): Promise<void> => {
    const input = editInputOf(order, rows.nodes, entered);
    if (await action.run(input, expectedOf(input))) props.close();
  };
  return (
    <ActionForm props={props} action={action} submit={submit}>
      <fieldset class="stacked">
        <legend>{text.order.editQuantities}</legend>
        <LineQuantities
          lines={rows.nodes.map(({ id, sku, name }) => ({ id, label: text.order.editQuantity(sku, name) }))}
          quantities={{
            ...Object.fromEntries(rows.nodes.map(({ id, quantity }) => [id, quantity])),
            ...entered.quantities,
          }}
          set={(quantities) => set({ quantities })}
        />
        <MoreRows rows={rows} title={text.order.items} />
      </fieldset>
      <AddedLines lines={entered.added} set={(added) => set({ added })} />
      <ChoiceField
        name="priority"
        label={text.order.field['priority']!}
        options={text.priority}
        value={entered.priority}
        set={(priority) => set({ priority })}
      />
      <TextField
        name="tags"
        label={text.order.field['tags']!}
        value={entered.tags}
        set={(tags) => set({ tags })}
      />
      <TextField
        name="promisedShipAt"
        type="datetime-local"
        label={text.order.field['promisedShipAt']!}
        value={entered.promisedShipAt}
        set={(promisedShipAt) => set({ promisedShipAt })}
      />
      {!order.customer && (
        <Texts
          title={text.order.contact}
          names={contactFields}
          values={entered.contact}
          set={(contact) => set({ contact })}
        />
      )}
      <Texts
        title={text.order.shipTo}
        names={addressFields}
        needed={neededOfAddress}
        values={entered.shippingAddress}
        set={(shippingAddress) => set({ shippingAddress })}
      />
    </ActionForm>
  );
}

function AddedLines({
  lines,
  set,
}: {
  lines: readonly AddedLine[];
  set: (lines: readonly AddedLine[]) => void;
}) {
  const setLine = (place: number, changed: Partial<AddedLine>): void =>
    set(lines.with(place, { ...lines[place]!, ...changed }));
  return (
    <fieldset class="stacked">
      <legend>{text.order.addLines}</legend>
      {lines.map(({ sku, quantity }, place) => (
        <div key={place} class="pair">
          <TextField
            name="sku"
            label={text.order.item.sku}
            value={sku}
            set={(value) => setLine(place, { sku: value })}
          />
          <TextField
            name="quantity"
            type="number"
            label={text.order.item.quantity}
            value={String(quantity)}
            set={(value) => setLine(place, { quantity: Number(value) })}
          />
        </div>
      ))}
      <p>
        <button type="button" onClick={() => set([...lines, noLine])}>
          {text.order.addAnother}
        </button>
      </p>
    </fieldset>
  );
}

interface TextsProps {
  readonly title: string;
  readonly names: readonly string[];
  /** Those that it cannot be without, where it is there at all. */
  readonly needed?: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly set: (values: Readonly<Record<string, string>>) => void;
}

function Texts({ title, names, needed = [], values, set }: TextsProps) {
  return (
    <details>
      <summary>{title}</summary>
      <div class="stacked">
        {names.map((name) => (
          <TextField
            key={name}
            name={name}
            type={name === 'email' ? 'email' : 'text'}
            label={text.order.field[name]!}
            value={values[name] ?? ''}
            set={(value) => set({ ...values, [name]: value })}
            isRequired={needed.includes(name) && !isEmpty(values)}
          />
        ))}
      </div>
    </details>
  );
}
