import { decimalAmount, type Money } from '../shared/money.ts';
import type { Column, CsvExport } from './csv-export.ts';

interface OrderLine {
  readonly number: string;
  readonly externalReference: string | null;
  readonly channel: string;
  readonly status: string;
  readonly paymentState: string;
  readonly fulfillmentState: string;
  readonly priority: string;
  readonly tags: readonly string[];
  readonly holdReason: string | null;
  readonly currency: string;
  readonly subtotal: Money | null;
  readonly discount: Money | null;
  readonly tax: Money | null;
  readonly shipping: Money | null;
  readonly total: Money | null;
  readonly customer: { readonly name: string; readonly company: string | null } | null;
  readonly contact: { readonly name: string | null } | null;
  readonly assignedTo: { readonly displayName: string } | null;
  readonly createdAt: string;
  readonly promisedShipAt: string | null;
  readonly shippedAt: string | null;
  readonly deliveredAt: string | null;
  readonly completedAt: string | null;
  readonly cancelledAt: string | null;
}

const plain = (name: keyof OrderLine): Column<OrderLine> => ({
  header: name,
  cell: (order) => order[name] as string | null,
});
const amount = (name: 'subtotal' | 'discount' | 'tax' | 'shipping' | 'total'): Column<OrderLine> => ({
  header: name,
  cell: ({ [name]: money }) => money && decimalAmount(money),
});

/** The list of orders, a line each: the columns are named as the fields are. */
export const ordersExport: CsvExport<OrderLine> = {
  name: 'orders',
  query: `query OrdersExport($filter: OrderFilter, $sort: [OrderSort!], $archived: Boolean = false, $after: String) {
    orders(first: 100, after: $after, filter: $filter, sort: $sort, archived: $archived) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number externalReference channel status paymentState fulfillmentState priority tags holdReason currency
        subtotal { amountMinor currency } discount { amountMinor currency } tax { amountMinor currency }
        shipping { amountMinor currency } total { amountMinor currency }
        customer { name company } contact { name } assignedTo { displayName }
        createdAt promisedShipAt shippedAt deliveredAt completedAt cancelledAt
      }
    }
  }`,
  variables: ['filter', 'sort', 'archived'],
  columns: [
    ...(['number', 'externalReference', 'channel', 'status', 'paymentState'] as const).map(plain),
    ...(['fulfillmentState', 'priority'] as const).map(plain),
    { header: 'tags', cell: ({ tags }) => tags.join(' ') },
    plain('holdReason'),
    { header: 'customer', cell: ({ customer, contact }) => customer?.name ?? contact?.name },
    { header: 'company', cell: ({ customer }) => customer?.company },
    { header: 'assignedTo', cell: ({ assignedTo }) => assignedTo?.displayName },
    plain('currency'),
    ...(['subtotal', 'discount', 'tax', 'shipping', 'total'] as const).map(amount),
    ...(['createdAt', 'promisedShipAt', 'shippedAt'] as const).map(plain),
    ...(['deliveredAt', 'completedAt', 'cancelledAt'] as const).map(plain),
  ],
  rowsOf: ({ orders }) => orders.nodes,
  nextOf: ({ orders }) => (orders.pageInfo.hasNextPage ? orders.pageInfo.endCursor : null),
};
