import type { Money } from '../parts/show.ts';

export interface OrderRow {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly createdAt: string;
  readonly channel: string;
  readonly status: string;
  readonly priority: string;
  readonly paymentState: string;
  readonly fulfillmentState: string;
  readonly heldAt: string | null;
  readonly total: Money | null;
  readonly customer: { readonly id: string; readonly name: string; readonly company: string | null } | null;
}

export interface OrderEvent {
  readonly cursor: string;
  readonly entry: { readonly action: string };
  readonly order: OrderRow | null;
}

const row = `id number version createdAt channel status priority paymentState fulfillmentState heldAt
  total { amountMinor currency } customer { id name company }`;

export const ordersQuery = `
  query Orders($filter: OrderFilter, $sort: [OrderSort!], $after: String) {
    eventCursor
    orders(first: 50, after: $after, filter: $filter, sort: $sort) {
      nodes { ${row} } pageInfo { hasNextPage endCursor }
    }
  }`;

export const ordersCountQuery = `query OrdersCount($filter: OrderFilter) { orders(first: 1, filter: $filter) { totalCount } }`;

export const ordersSubscription = `
  subscription OrderChanges($after: String) {
    orderEvents(after: $after) { cursor entry { id action } order { ${row} } }
  }`;

export interface BulkResult {
  readonly orderId: string;
  readonly ok: boolean;
  readonly effects: readonly string[];
  readonly order: { readonly number: string } | null;
  readonly userErrors: readonly { readonly message: string }[];
}

export interface BulkPayload {
  readonly accepted: number;
  readonly refused: number;
  readonly results: readonly BulkResult[] | null;
  readonly userErrors: readonly {
    readonly code: string;
    readonly message: string;
    readonly remedy: string;
  }[];
}

const bulk = `accepted refused results { orderId ok effects order { id number } userErrors { message } }
  userErrors { code message remedy }`;

export const bulkStatusMutation = `mutation BulkStatus($input: BulkUpdateOrderStatusInput!) {
  bulkUpdateOrderStatus(input: $input) { ${bulk} }
}`;
export const bulkAssignMutation = `mutation BulkAssign($input: BulkAssignOrdersInput!) {
  bulkAssignOrders(input: $input) { ${bulk} }
}`;
