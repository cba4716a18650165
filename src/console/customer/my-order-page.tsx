import { useState } from 'preact/hooks';
import { useOrder } from '../orders/use-order.ts';
import { Badge, Empty, Failure, Loading } from '../parts/parts.tsx';
import { addressOf, Link } from '../parts/router.tsx';
import { showMoney, showTime } from '../parts/show.ts';
import { text } from '../text.ts';
import { myOrderQuery, type MyOrderPage as Order } from './customer.operations.ts';
import { ReturnDialog } from './return-dialog.tsx';

/** Where an own order is, and what can still be done about it. */
export function MyOrderPage({ id }: { id: string }) {
  const { order, failure, load, restart } = useOrder<Order>(myOrderQuery, id);
  const [isReturning, setIsReturning] = useState(false);
  return (
    <div class="narrow stacked">
      <p class="back">
        <Link to={addressOf('my-orders')}>← {text.customer.title}</Link>
      </p>
      {failure !== undefined && <Failure message={failure} retry={restart} />}
      {order === undefined && failure === undefined && <Loading />}
      {order === null && <Empty>{text.state.notFound}</Empty>}
      {order && (
        <>
          <div class="heading">
            <h1>{order.number}</h1>
            <Badge kind={order.status}>{text.orderStatus[order.status]}</Badge>
            <span class="muted">{text.customer.ordered(showTime(order.createdAt))}</span>
          </div>
          <Items order={order} />
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
              order={order}
              close={() => setIsReturning(false)}
              done={() => {
                setIsReturning(false);
                void load();
              }}
            />
          )}
        </>
      )}
    </div>
  );
}

function Items({ order }: { order: Order }) {
  return (
    <section class="panel">
      <ul class="entries">
        {order.items.nodes.map(({ id, name, quantity, total }) => (
          <li key={id} class="line">
            <span>{text.customer.itemLine(quantity, name)}</span>
            <span class="number">{total && showMoney(total)}</span>
          </li>
        ))}
        {order.total && (
          <li class="line">
            <strong>{text.customer.total}</strong>
            <strong class="number">{showMoney(order.total)}</strong>
          </li>
        )}
      </ul>
      <p class="muted">{order.shippingAddress?.fullAddress}</p>
    </section>
  );
}

function Parcels({ order }: { order: Order }) {
  const sent = order.fulfillments.nodes.filter(({ carrier }) => carrier !== null);
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
    </section>
  );
}

function Returns({ order }: { order: Order }) {
  const returns = order.returns?.nodes ?? [];
  if (returns.length === 0) return null;
  return (
    <section class="panel" aria-label={text.customer.returns}>
      <h2>{text.customer.returns}</h2>
      <ul class="entries">
        {returns.map(({ id, status, items }) => (
          <li key={id}>
            <Badge kind={status}>{text.order.returnStatus[status]}</Badge>{' '}
            {items
              .map(({ quantity, orderItem }) => text.customer.returned(quantity, orderItem?.name ?? ''))
              .join(', ')}
          </li>
        ))}
      </ul>
    </section>
  );
}

function History({ order }: { order: Order }) {
  return (
    <section class="panel" aria-label={text.customer.history}>
      <h2>{text.customer.history}</h2>
      <ol class="entries">
        {order.timeline.nodes.map(({ id, occurredAt, title, text: words }) => (
          <li key={id}>
            <strong>{title}</strong>
            {words !== title && <p>{words}</p>}
            <p class="muted">{showTime(occurredAt)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
