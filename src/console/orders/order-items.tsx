import type { ComponentChildren } from 'preact';
import { showMoney, type Money } from '../parts/show.ts';
import { text } from '../text.ts';
import { MoreRows } from './more-rows.tsx';
import type { OrderItem } from './order-rows.ts';
import type { Order } from './order.operations.ts';
import { useRows } from './use-rows.ts';

const { item: heads, sums } = text.order;
const columns: readonly (readonly [label: string, kind: string])[] = [
  [heads.sku, ''],
  [heads.name, ''],
  [heads.quantity, 'number'],
  [heads.sent, 'number'],
  [heads.price, 'number'],
  [heads.total, 'number'],
];

export function Items({ order }: { order: Order }) {
  const rows = useRows(order.id, 'items', order.items);
  const parts: readonly (readonly [string, Money | null])[] = [
    ['subtotal', order.subtotal],
    ['discount', order.discount],
    ['tax', order.tax],
    ['shipping', order.shipping],
    ['total', order.total],
  ];
  // The roles are those that the elements have by themselves, until the style of a hand-held lays them out otherwise.
  return (
    <section class="panel cards" aria-label={text.order.items}>
      <table role="table">
        <caption>{text.order.items}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(([label, kind]) => (
              <th key={label} scope="col" role="columnheader" class={kind}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.nodes.map((item) => (
            <Item key={item.id} item={item} />
          ))}
        </tbody>
        <tfoot role="rowgroup">
          {parts.map(
            ([name, value]) =>
              value && (
                <tr key={name} class={name} role="row">
                  <th scope="row" role="rowheader" colSpan={5} class="number">
                    {sums[name]}
                  </th>
                  <td role="cell" class="number">
                    {showMoney(value)}
                  </td>
                </tr>
              ),
          )}
        </tfoot>
      </table>
      <MoreRows rows={rows} title={text.order.items} />
    </section>
  );
}

function Item({ item }: { item: OrderItem }) {
  const { sku, name, quantity, quantityFulfilled, unitPrice, total } = item;
  const numbers: readonly (readonly [string, ComponentChildren])[] = [
    [heads.quantity, quantity],
    [heads.sent, quantityFulfilled],
    [heads.price, unitPrice && showMoney(unitPrice)],
  ];
  return (
    <tr role="row">
      <td role="cell" class="whole sku">
        {sku}
      </td>
      <td role="cell" class="whole">
        {name}
      </td>
      {numbers.map(([label, value]) => (
        <td key={label} role="cell" class="number" data-label={label}>
          {value}
        </td>
      ))}
      <td role="cell" class="number sum">
        {total && showMoney(total)}
      </td>
    </tr>
  );
}
