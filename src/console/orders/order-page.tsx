import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Badge, Empty, Failure, Loading } from '../parts/parts.tsx';
import { addressOf, Link } from '../parts/router.tsx';
import { showTime } from '../parts/show.ts';
import { text } from '../text.ts';
import { ActionDialog } from './actions/action-dialog.tsx';
import { actionInputs } from './actions/action.operations.ts';
import { EditDialog } from './actions/edit-dialog.tsx';
import type { ExpectedChange } from './actions/expected-change.ts';
import { PaymentDialog } from './actions/payment-dialog.tsx';
import { ReceiveDialog } from './actions/receive-dialog.tsx';
import { RequestReturnDialog } from './actions/request-return-dialog.tsx';
import { ReserveDialog } from './actions/reserve-dialog.tsx';
import { MoreRows } from './more-rows.tsx';
import { Notes } from './notes.tsx';
import { Items } from './order-items.tsx';
import { OrderParts } from './order-parts.tsx';
import type { Payment, Return } from './order-rows.ts';
import { orderQuery, type Order } from './order.operations.ts';
import { useOrder } from './use-order.ts';
import { useRows } from './use-rows.ts';

/** What is asked before an action, where a few words are not enough. */
const ownDialogs: Readonly<Record<string, typeof EditDialog>> = {
  editOrder: EditDialog,
  reserveInventory: ReserveDialog,
  createPayment: PaymentDialog,
  requestReturn: RequestReturnDialog,
  receiveReturn: ReceiveDialog,
};

interface Chosen {
  readonly action: string;
  readonly returned?: Return;
  readonly payment?: Payment;
}

export function OrderPage({ id }: { id: string }) {
  const { order: known, failure, load, restart } = useOrder<Order>(orderQuery, id);
  const [chosen, setChosen] = useState<Chosen>();
  const [expected, setExpected] = useState<ExpectedChange>();
  const order = known && { ...known, ...expected };
  const choose = (action: string, on?: Omit<Chosen, 'action'>): void => setChosen({ action, ...on });
  const AskDialog = ownDialogs[chosen?.action ?? ''] ?? ActionDialog;
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
          <Actions order={order} choose={choose} />
          <div class="order-columns">
            <div class="stacked">
              <Items order={order} />
              <OrderParts order={order} isWorking={expected !== undefined} choose={choose} />
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
          {chosen && (
            <AskDialog
              key={`${chosen.action} ${(chosen.returned ?? chosen.payment)?.id}`}
              {...chosen}
              order={known!}
              expect={setExpected}
              close={() => setChosen(undefined)}
              refresh={() => {
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

/** The server says what this viewer may do now. Notes and returns have their own places. */
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
