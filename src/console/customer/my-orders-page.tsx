import { useState } from 'preact/hooks';
import { Badge, Empty, Failure, Loading } from '../parts/parts.tsx';
import { addressOf, Link } from '../parts/router.tsx';
import { showMoney, showTime } from '../parts/show.ts';
import { useAsked } from '../parts/use-asked.ts';
import { text } from '../text.ts';
import { myOrdersQuery, type MyOrder } from './customer.operations.ts';

interface Answer {
  readonly orders: {
    readonly nodes: readonly MyOrder[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

export function MyOrdersPage() {
  // Each page of the list shows itself, and asks for the next one when that is wanted.
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return (
    <div class="narrow">
      <h1>{text.customer.title}</h1>
      {cursors.map((after, place) => (
        <Orders
          key={after}
          after={after}
          isLast={place === cursors.length - 1}
          more={(cursor) => setCursors([...cursors, cursor])}
        />
      ))}
    </div>
  );
}

interface OrdersProps {
  readonly after: string | null;
  readonly isLast: boolean;
  readonly more: (cursor: string) => void;
}

function Orders({ after, isLast, more }: OrdersProps) {
  const { data, failure, reload } = useAsked<Answer>(myOrdersQuery, { after });
  if (failure !== undefined) return <Failure message={failure} retry={reload} />;
  if (!data) return <Loading />;
  const { nodes, pageInfo } = data.orders;
  if (nodes.length === 0 && after === null) return <Empty>{text.customer.none}</Empty>;
  return (
    <>
      <ul class="choices">
        {nodes.map((order) => (
          <li key={order.id}>
            <Link to={addressOf('my-orders', order.id)}>
              <span>
                <strong>{order.number}</strong>{' '}
                <Badge kind={order.status}>{text.orderStatus[order.status]}</Badge>
                <span class="muted block">{text.customer.ordered(showTime(order.createdAt))}</span>
                <span class="muted block">{order.items.nodes.map(({ name }) => name).join(', ')}</span>
              </span>
              <span class="number">{order.total && showMoney(order.total)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {isLast && pageInfo.hasNextPage && (
        <p class="actions">
          <button type="button" onClick={() => more(pageInfo.endCursor!)}>
            {text.customer.more}
          </button>
        </p>
      )}
    </>
  );
}
