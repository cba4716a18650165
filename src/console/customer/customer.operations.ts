import { rowsOf } from '../orders/order-rows.ts';
import type { Order } from '../orders/order.operations.ts';
import type { Money } from '../parts/show.ts';

export interface MyOrder {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly status: string;
  readonly createdAt: string;
  readonly total: Money | null;
  readonly items: { readonly nodes: readonly { readonly name: string }[] };
}

export type MyOrderPage = Pick<
  Order,
  | 'id'
  | 'number'
  | 'version'
  | 'status'
  | 'createdAt'
  | 'total'
  | 'items'
  | 'allowedActions'
  | 'fulfillments'
  | 'timeline'
  | 'returns'
> & { readonly shippingAddress: { readonly fullAddress: string } | null };

const money = '{ amountMinor currency }';
const summary = `id number version status createdAt total ${money}`;

export const myOrdersQuery = `query MyOrders($after: String) {
  orders(first: 20, after: $after, sort: [{ field: CREATED_AT, direction: DESC }]) {
    nodes { ${summary} items(first: 3) { nodes { id name } } } pageInfo { hasNextPage endCursor }
  }
}`;

export const myOrderQuery = `query MyOrder($id: ID!) {
  eventCursor
  order(id: $id) {
    ${summary}
    shippingAddress { fullAddress } allowedActions
    ${rowsOf('items', 'first: 50')}
    ${rowsOf('fulfillments', 'first: 50')}
    ${rowsOf('returns', 'first: 20')}
    ${rowsOf('timeline', 'first: 50')}
  }
}`;

export const requestReturnMutation = `mutation RequestReturn($input: RequestReturnInput!) {
  requestReturn(input: $input) { return { id } order { id version } userErrors { code message remedy } }
}`;
