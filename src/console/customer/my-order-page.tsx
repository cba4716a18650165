import { useState } from 'preact/hooks';
import { MoreRows } from '../orders/more-rows.tsx';
import type { OrderItem } from '../orders/order-rows.ts';
import { useOrder } from '../orders/use-order.ts';
import { useRows, type ShownRows } from '../orders/use-rows.ts';
import { Badge, Empty, Failure, Loading } from '../parts/parts.tsx';
import { addressOf, Link } from '../parts/router.tsx';
import { showMoney, showTime } from '../parts/show.ts';
import { text } from '../text.ts';
import { myOrderQuery, type MyOrderPage as Order } from './customer.operations.ts';
import { ReturnDialog } from './return-dialog.tsx';

/** Where an own order is, and what can still be done about it. */
export function MyOrderPage({ id }: { id: string }) {
  const { order, failure, load, restart } = useOrder<Order>(myOrderQuery, id);
  return (
    <div class="narrow stacked">
      <p class="back">
        <Link to={addressOf('my-orders')}>← {text.customer.title}</Link>
      </p>
      {failure !== undefined && <Failure message={failure} retry={restart} />}
      {order === undefined && failure === undefined && <Loading />}
      {order === null && <Empty>{text.state.notFound}</Empty>}
      {order && <Contents order={order} load={load} />}
    </div>
  );
}

function Contents({ order, load }: { order: Order; load: () => Promise<unknown> }) {
  const items = useRows(order.id, 'items', order.items);
  const [isReturning, setIsReturning] = useState(false);
  return (
    <>
      <div class="heading">
        <h1>{order.number}</h1>
        <Badge kind={order.status}>{text.orderStatus[order.status]}</Badge>
        <span class="muted">{text.customer.ordered(showTime(order.createdAt))}</span>
      </div>
      <Items order={order} rows={items} />
      <Parcels order={order} />
      <Returns order={order} />
      {order.allowedActions.includes('requestReturn') && (
        <p>
          <button type="button" onClick={() => setIsReturning(true)}>
            {text.customer.returnItems}
          </button>
        </p>
      )}
      <History order={order} />
      {isReturning && (
        <ReturnDialog
          orderId={order.id}
          items={items}
          close={() => setIsReturning(false)}
          done={() => {
            setIsReturning(false);
            // Should it fail, the live updates bring the order.
            void load().catch(() => {});
          }}
        />
      )}
    </>
  );
}

function Items({ order, rows }: { order: Order; rows: ShownRows<OrderItem> }) {
  return (
    <section class="panel" aria-label={text.order.items}>
      <ul class="entries">
        {rows.nodes.map(({ id, name, quantity, total }) => (
          <li key={id} class="line">
            <span>{text.customer.itemLine(quantity, name)}</span>
            <span class="number">{total && showMoney(total)}</span>
          </li>
        ))}
      </ul>
      <MoreRows rows={rows} title={text.order.items} />
      {order.total && (
        <p class="line">
          <strong>{text.customer.total}</strong>
          <strong class="number">{showMoney(order.total)}</strong>
        </p>
      )}
      <p class="muted">{order.shippingAddress?.fullAddress}</p>
    </section>
  );
}

function Parcels({ order }: { order: Order }) {
  const rows = useRows(order.id, 'fulfillments', order.fulfillments);
  const sent = rows.nodes.filter(({ carrier }) => carrier !== null);
  return (
    <section class="panel" aria-label={text.customer.parcels}>
      <h2>{text.customer.parcels}</h2>
      {sent.length === 0 && <Empty>{text.customer.noParcels}</Empty>}
      <ul class="entries">
        {sent.map(({ id, status, carrier, trackingNumber }) => (
          <li key={id}>
            <Badge kind={status}>{text.fulfillmentStatus[status]}</Badge>{' '}
            {trackingNumber === null ? carrier : text.customer.tracking(carrier!, trackingNumber)}
          </li>
        ))}
      </ul>
      <MoreRows rows={rows} title={text.customer.parcels} />
    </section>
  );
}

function Returns({ order }: { order: Order }) {
  const rows = useRows(order.id, 'returns', order.returns);
  if (rows.nodes.length === 0) return null;
  return (
    <section class="panel" aria-label={text.customer.returns}>
      <h2>{text.customer.returns}</h2>
      <ul class="entries">
        {rows.nodes.map(({ id, status, items }) => (
          <li key={id}>
            <Badge kind={status}>{text.order.returnStatus[status]}</Badge>{' '}
            {items
              .map(({ quantity, orderItem }) => text.customer.returned(quantity, orderItem?.name ?? ''))
              .join(', ')}
          </li>
        ))}
      </ul>
      <MoreRows rows={rows} title={text.customer.returns} />
    </section>
  );
}

function History({ order }: { order: Order }) {
  const rows = useRows(order.id, 'timeline', order.timeline);
  return (
    <section class="panel" aria-label={text.customer.history}>
      <h2>{text.customer.history}</h2>
      <ol class="entries">
        {rows.nodes.map(({ id, occurredAt, title, text: words }) => (
          <li key={id}>
            <strong>{title}</strong>
            {words !== title && <p>{words}</p>}
            <p class="muted">{showTime(occurredAt)}</p>
          </li>
        ))}
      </ol>
      <MoreRows rows={rows} title={text.customer.history} />
    </section>
  );
}
