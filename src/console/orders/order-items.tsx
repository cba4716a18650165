import { showMoney, type Money } from '../parts/show.ts';
import { text } from '../text.ts';
import { MoreRows } from './more-rows.tsx';
import type { Order } from './order.operations.ts';
import { useRows } from './use-rows.ts';

export function Items({ order }: { order: Order }) {
  const { item: heads, sums } = text.order;
  const rows = useRows(order.id, 'items', order.items);
  const parts: readonly (readonly [string, Money | null])[] = [
    ['subtotal', order.subtotal],
    ['discount', order.discount],
    ['tax', order.tax],
    ['shipping', order.shipping],
    ['total', order.total],
  ];
  return (
    <section class="panel table-scroll" tabIndex={0} aria-label={text.order.items}>
      <table>
        <caption>{text.order.items}</caption>
        <thead>
          <tr>
            <th scope="col">{heads.sku}</th>
            <th scope="col">{heads.name}</th>
            <th scope="col" class="number">
              {heads.quantity}
            </th>
            <th scope="col" class="number">
              {heads.sent}
            </th>
            <th scope="col" class="number">
              {heads.price}
            </th>
            <th scope="col" class="number">
              {heads.total}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.nodes.map(({ id, sku, name, quantity, quantityFulfilled, unitPrice, total }) => (
            <tr key={id}>
              <td>{sku}</td>
              <td>{name}</td>
              <td class="number">{quantity}</td>
              <td class="number">{quantityFulfilled}</td>
              <td class="number">{unitPrice && showMoney(unitPrice)}</td>
              <td class="number">{total && showMoney(total)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {parts.map(
            ([name, value]) =>
              value && (
                <tr key={name} class={name}>
                  <th scope="row" colSpan={5} class="number">
                    {sums[name]}
                  </th>
                  <td class="number">{showMoney(value)}</td>
                </tr>
              ),
          )}
        </tfoot>
      </table>
      <MoreRows rows={rows} title={text.order.items} />
    </section>
  );
}
