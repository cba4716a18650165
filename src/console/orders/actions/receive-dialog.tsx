import { useState } from 'preact/hooks';
import { ChoiceField, LocationField } from '../../parts/fields.tsx';
import { LineQuantities } from '../../parts/line-quantities.tsx';
import type { Quantities } from '../../parts/quantities.ts';
import { text } from '../../text.ts';
import { ActionForm } from './action-form.tsx';
import { useAction, type ActionProps } from './use-action.ts';

/** What of the return is in the parcel, and what becomes of each line of it. */
export function ReceiveDialog(props: ActionProps) {
  const action = useAction(props);
  const [items] = useState(props.returned?.items ?? []);
  const [quantities, setQuantities] = useState<Quantities>(() =>
    Object.fromEntries(items.map(({ id, quantity }) => [id, quantity])),
  );
  const [dispositions, setDispositions] = useState<Readonly<Record<string, string>>>({});
  const [locationCode, setLocationCode] = useState('');
  const dispositionOf = (id: string): string => dispositions[id] ?? 'RESTOCK';
  const isRestocked = items.some(({ id }) => (quantities[id] ?? 0) > 0 && dispositionOf(id) === 'RESTOCK');
  const submit = async (): Promise<void> => {
    const lines = items.flatMap(({ id }) => {
      const quantity = quantities[id] ?? 0;
      const disposition = dispositionOf(id);
      const to = disposition === 'RESTOCK' ? { locationCode } : {};
      return quantity > 0 ? [{ returnItemId: id, quantity, disposition, ...to }] : [];
    });
    if (await action.run({ lines })) props.close();
  };
  return (
    <ActionForm props={props} action={action} submit={submit}>
      {items.map(({ id, quantity, orderItem }) => {
        const sku = orderItem?.sku ?? '';
        const label = text.order.receiveQuantity(sku, quantity);
        return (
          <div key={id} class="pair">
            <LineQuantities
              lines={[{ id, most: quantity, label }]}
              quantities={quantities}
              set={setQuantities}
            />
            <ChoiceField
              name="disposition"
              label={text.order.dispositionOf(sku)}
              options={text.order.disposition}
              value={dispositionOf(id)}
              set={(disposition) => setDispositions({ ...dispositions, [id]: disposition })}
            />
          </div>
        );
      })}
      {isRestocked && (
        <LocationField value={locationCode} set={setLocationCode} none={text.order.locationNone} isRequired />
      )}
    </ActionForm>
  );
}
