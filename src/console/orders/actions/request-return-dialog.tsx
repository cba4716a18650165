import { useState } from 'preact/hooks';
import { TextField } from '../../parts/fields.tsx';
import { LineQuantities } from '../../parts/line-quantities.tsx';
import { chosenLines, type Quantities } from '../../parts/quantities.ts';
import { Empty } from '../../parts/parts.tsx';
import { text } from '../../text.ts';
import { MoreRows } from '../more-rows.tsx';
import { useRows } from '../use-rows.ts';
import { ActionForm } from './action-form.tsx';
import { useAction, type ActionProps } from './use-action.ts';

/** What was sent and has not come back yet. */
export function RequestReturnDialog(props: ActionProps) {
  const action = useAction(props);
  const rows = useRows(props.order.id, 'items', props.order.items);
  const [quantities, setQuantities] = useState<Quantities>({});
  const [reason, setReason] = useState('');
  const lines = rows.nodes.flatMap(({ id, sku, name, quantityFulfilled, quantityReturned }) => {
    const most = quantityFulfilled - quantityReturned;
    return most > 0 ? [{ id, most, label: text.order.lineQuantity(sku, name, most) }] : [];
  });
  const submit = async (): Promise<void> => {
    if (await action.run({ lines: chosenLines(quantities), reason })) props.close();
  };
  const isNothing = lines.length === 0 && !rows.hasMore;
  return (
    <ActionForm props={props} action={action} submit={isNothing ? undefined : submit}>
      {isNothing && <Empty>{text.order.nothingToReturn}</Empty>}
      <LineQuantities lines={lines} quantities={quantities} set={setQuantities} />
      <MoreRows rows={rows} title={text.order.items} />
      {!isNothing && (
        <TextField
          name="reason"
          label={text.order.field['reason']!}
          value={reason}
          set={setReason}
          isRequired
        />
      )}
    </ActionForm>
  );
}
