import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Badge, Empty, Failure, Loading } from '../parts/parts.tsx';
import { addressOf, Link } from '../parts/router.tsx';
import { showMoney, showTime, type Money } from '../parts/show.ts';
import { text } from '../text.ts';
import { ActionDialog } from './action-dialog.tsx';
import type { ExpectedChange } from './expected-change.ts';
import { MoreRows } from './more-rows.tsx';
import { Notes } from './notes.tsx';
import { OrderParts } from './order-parts.tsx';
import { actionInputs, orderQuery, type Order } from './order.operations.ts';
import { useOrder } from './use-order.ts';
import { useRows } from './use-rows.ts';

export function OrderPage({ id }: { id: string }) {
  const { order: known, failure, load, restart } = useOrder<Order>(orderQuery, id);
  const [action, setAction] = useState<string>();
  const [expected, setExpected] = useState<ExpectedChange>();
  const order = known && { ...known, ...expected };
  return (
    <div class="order">
      <p class="back">
        <Link to={addressOf('orders')}>← {text.order.toList}</Link>
      </p>
      {failure !== undefined && <Failure message={failure} retry={restart} />}
      {order === undefined && failure === undefined && <Loading />}
      {order === null && <Empty>{text.state.notFound}</Empty>}
      {order && (
        <>
          <div class="heading" aria-busy={expected !== undefined}>
            <h1>{order.number}</h1>
            <Badge kind={order.status}>{text.orderStatus[order.status]}</Badge>
            <Badge kind={order.paymentState}>{text.paymentState[order.paymentState]}</Badge>
            {order.heldAt && <Badge kind="held">{text.warehouse.held}</Badge>}
            {order.priority !== 'NORMAL' && (
              <Badge kind={order.priority}>{text.priority[order.priority]}</Badge>
            )}
          </div>
          <Actions order={order} choose={setAction} />
          <div class="order-columns">
            <div class="stacked">
              <Items order={order} />
              <OrderParts order={order} />
            </div>
            <div class="stacked">
              <Facts order={order} />
              <Notes
                orderId={order.id}
                notes={order.notes}
                mayAdd={order.allowedActions.includes('addNote')}
                reload={load}
              />
              <Timeline order={order} />
            </div>
          </div>
          {action !== undefined && (
            <ActionDialog
              key={action}
              action={action}
              order={known!}
              expect={setExpected}
              close={() => setAction(undefined)}
              done={() => {
                setAction(undefined);
                // Should it fail, the live updates bring the order.
                void load()
                  .catch(() => {})
                  .then(() => setExpected(undefined));
              }}
            />
          )}
        </>
      )}
    </div>
  );
}

/** The server says what this viewer may do now; what needs more than a short form has its own place. */
function Actions({ order, choose }: { order: Order; choose: (action: string) => void }) {
  const actions = Object.keys(actionInputs).filter((name) => order.allowedActions.includes(name));
  return (
    <div class="actions" role="group" aria-label={text.order.actions}>
      {actions.map((name, index) => (
        <button key={name} type="button" class={index === 0 ? 'primary' : ''} onClick={() => choose(name)}>
          {text.order.action[name]}
        </button>
      ))}
    </div>
  );
}

function Facts({ order }: { order: Order }) {
  const { customer, contact, shippingAddress } = order;
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [text.order.placed, showTime(order.createdAt)],
    [text.order.promised, order.promisedShipAt && showTime(order.promisedShipAt)],
    [text.order.channel, text.channel[order.channel]],
    [
      text.order.customer,
      customer && (
        <Link to={`${addressOf('orders')}?customerId=${customer.id}`}>
          {[customer.company, customer.name].filter(Boolean).join(', ')}
        </Link>
      ),
    ],
    [text.order.contact, [contact?.name, contact?.email ?? customer?.email].filter(Boolean).join(', ')],
    [text.order.shipTo, shippingAddress?.fullAddress],
    [text.order.reference, order.externalReference],
    [text.order.assignedTo, order.assignedTo?.displayName],
    [text.order.tags, order.tags.join(', ')],
    [text.order.holdReason, order.holdReason],
    [text.order.cancelReason, order.cancelReason],
  ];
  return (
    <section class="panel" aria-label={text.order.facts}>
      <dl class="facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function Items({ order }: { order: Order }) {
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

function Timeline({ order }: { order: Order }) {
  const rows = useRows(order.id, 'timeline', order.timeline);
  return (
    <section class="panel" aria-labelledby="timeline">
      <h2 id="timeline">{text.order.timeline}</h2>
      <ol class="entries">
        {rows.nodes.map(({ id, occurredAt, title, text: words }) => (
          <li key={id}>
            <p>
              <strong>{title}</strong>
            </p>
            {words !== title && <p>{words}</p>}
            <p class="muted">{showTime(occurredAt)}</p>
          </li>
        ))}
      </ol>
      <MoreRows rows={rows} title={text.order.timeline} />
    </section>
  );
}
