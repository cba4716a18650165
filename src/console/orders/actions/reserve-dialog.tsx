import { useState } from 'preact/hooks';
import { LocationField, TextField } from '../../parts/fields.tsx';
import { LineQuantities } from '../../parts/line-quantities.tsx';
import { chosenLines, type Quantities } from '../../parts/quantities.ts';
import { Empty } from '../../parts/parts.tsx';
import { timeOfField } from '../../parts/show.ts';
import { text } from '../../text.ts';
import { MoreRows } from '../more-rows.tsx';
import type { OrderItem, Reservation } from '../order-rows.ts';
import { useRows } from '../use-rows.ts';
import { ActionForm } from './action-form.tsx';
import { useAction, type ActionProps } from './use-action.ts';

/** Keeps stock for what lacks it, such as after a short pick: as much as lacks, unless less is wanted. */
export function ReserveDialog(props: ActionProps) {
  const action = useAction(props);
  const [order] = useState(props.order);
  const items = useRows(order.id, 'items', order.items);
  const reservations = useRows(order.id, 'reservations', order.reservations);
  const [chosen, setChosen] = useState<Quantities>({});
  const [locationCode, setLocationCode] = useState('');
  const [expiresAt, setExpiresAt] = useState('');
  const lines = items.nodes.flatMap((item) => {
    const most = lackOf(item, reservations.nodes);
    return most > 0 ? [{ id: item.id, most, label: text.order.lineQuantity(item.sku, item.name, most) }] : [];
  });
  const lacking = Object.fromEntries(lines.map(({ id, most }) => [id, most]));
  const quantities = { ...lacking, ...chosen };
  const submit = async (): Promise<void> => {
    const from = locationCode === '' ? {} : { locationCode };
    const input = {
      lines: chosenLines(quantities).map((line) => ({ ...line, ...from })),
      ...(expiresAt !== '' && { expiresAt: timeOfField(expiresAt) }),
    };
    if (await action.run(input)) props.close();
  };
  const isNothing = lines.length === 0 && !items.hasMore;
  return (
    <ActionForm props={props} action={action} submit={isNothing ? undefined : submit}>
      {isNothing && <Empty>{text.order.nothingToReserve}</Empty>}
      <LineQuantities lines={lines} quantities={quantities} set={setChosen} />
      <MoreRows rows={items} title={text.order.items} />
      <MoreRows rows={reservations} title={text.order.reservations} />
      {!isNothing && (
        <>
          <LocationField value={locationCode} set={setLocationCode} none={text.order.locationAny} />
          <TextField
            name="expiresAt"
            type="datetime-local"
            label={text.order.field['expiresAt']!}
            value={expiresAt}
            set={setExpiresAt}
          />
        </>
      )}
    </ActionForm>
  );
}

/** Units of the line that are neither sent, taken out nor kept anywhere. */
function lackOf(item: OrderItem, reservations: readonly Reservation[]): number {
  if (item.variant?.tracksStock === false) return 0;
  const kept = reservations
    .filter(({ isActive, orderItem }) => isActive && orderItem?.id === item.id)
    .reduce((sum, { quantityRemaining }) => sum + quantityRemaining, 0);
  return item.quantity - item.quantityFulfilled - item.quantityCancelled - kept;
}
