import type { ComponentChildren } from 'preact';
import { Papers } from '../parts/papers.tsx';
import { Badge, Empty } from '../parts/parts.tsx';
import { addressOf, Link } from '../parts/router.tsx';
import { showTime } from '../parts/show.ts';
import { text } from '../text.ts';
import { MoreRows } from './more-rows.tsx';
import type { Payment, Return } from './order-rows.ts';
import type { Order } from './order.operations.ts';
import { ReturnEntry } from './return-entry.tsx';
import { PaymentEntry } from './payment-entry.tsx';
import { useRows, type ShownRows } from './use-rows.ts';

interface PartsProps {
  readonly order: Order;
  readonly isWorking: boolean;
  /** Begins an action on one of the payments or returns. */
  readonly choose: (action: string, on: { returned: Return } | { payment: Payment }) => void;
}

/** What belongs to the order: its parcels, what is kept for it, its money and what came back. */
export function OrderParts({ order, isWorking, choose }: PartsProps) {
  const fulfillments = useRows(order.id, 'fulfillments', order.fulfillments);
  const reservations = useRows(order.id, 'reservations', order.reservations);
  const payments = useRows(order.id, 'payments', order.payments);
  const returns = useRows(order.id, 'returns', order.returns);
  const active = reservations.nodes.filter(({ isActive }) => isActive);
  return (
    <>
      <Part title={text.order.fulfillments} rows={fulfillments} count={fulfillments.nodes.length}>
        {fulfillments.nodes.map(({ id, number, status, carrier, trackingNumber, location }) => (
          <li key={id}>
            {location ? <Link to={addressOf('warehouse', location.code, id)}>{number}</Link> : number}{' '}
            <Badge kind={status}>{text.fulfillmentStatus[status]}</Badge>{' '}
            <span class="muted">{[location?.code, carrier, trackingNumber].filter(Boolean).join(' · ')}</span>
            <Papers fulfillment={{ id, number }} papers={['packingSlipUrl', 'pickListUrl', 'boxLabelUrl']} />
          </li>
        ))}
      </Part>
      <Part title={text.order.reservations} rows={reservations} count={active.length}>
        {active.map(({ id, quantityRemaining, expiresAt, location, variant }) => (
          <li key={id}>
            {text.order.reserved(quantityRemaining, variant?.sku ?? '', location?.code ?? '')}{' '}
            {expiresAt && <span class="muted">{text.order.until(showTime(expiresAt))}</span>}
          </li>
        ))}
      </Part>
      {order.payments && (
        <Part title={text.order.payments} rows={payments} count={payments.nodes.length}>
          {payments.nodes.map((payment) => (
            <PaymentEntry key={payment.id} payment={payment} {...{ order, isWorking, choose }} />
          ))}
        </Part>
      )}
      <Part title={text.order.returns} rows={returns} count={returns.nodes.length}>
        {returns.nodes.map((returned) => (
          <ReturnEntry key={returned.id} returned={returned} {...{ order, isWorking, choose }} />
        ))}
      </Part>
    </>
  );
}

interface PartProps {
  readonly title: string;
  readonly rows: ShownRows<unknown>;
  /** Of those that are shown. */
  readonly count: number;
  readonly children: ComponentChildren;
}

function Part({ title, rows, count, children }: PartProps) {
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      {count === 0 ? <Empty>{text.order.nothing}</Empty> : <ul class="entries">{children}</ul>}
      <MoreRows rows={rows} title={title} />
    </section>
  );
}
