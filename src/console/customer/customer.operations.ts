import type { Money } from '../parts/show.ts';

export interface MyOrder {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly status: string;
  readonly createdAt: string;
  readonly total: Money | null;
  readonly items: {
    readonly nodes: readonly {
      readonly id: string;
      readonly name: string;
      readonly quantity: number;
      readonly quantityFulfilled: number;
      readonly quantityReturned: number;
      readonly total: Money | null;
    }[];
  };
}

export interface MyOrderPage extends MyOrder {
  readonly shippingAddress: { readonly fullAddress: string } | null;
  readonly allowedActions: readonly string[];
  readonly fulfillments: {
    readonly nodes: readonly {
      readonly id: string;
      readonly number: string;
      readonly status: string;
      readonly carrier: string | null;
      readonly trackingNumber: string | null;
    }[];
  };
  readonly timeline: {
    readonly nodes: readonly {
      readonly id: string;
      readonly occurredAt: string;
      readonly title: string;
      readonly text: string;
    }[];
  };
  readonly returns: {
    readonly nodes: readonly {
      readonly id: string;
      readonly status: string;
      readonly items: readonly {
        readonly id: string;
        readonly quantity: number;
        readonly orderItem: { readonly name: string } | null;
      }[];
    }[];
  } | null;
}

const money = '{ amountMinor currency }';
const summary = (items: number): string => `id number version status createdAt total ${money}
  items(first: ${items}) { nodes { id name quantity quantityFulfilled quantityReturned total ${money} } }`;

export const myOrdersQuery = `query MyOrders($after: String) {
  orders(first: 20, after: $after, sort: [{ field: CREATED_AT, direction: DESC }]) {
    nodes { ${summary(3)} } pageInfo { hasNextPage endCursor }
  }
}`;

export const myOrderQuery = `query MyOrder($id: ID!) {
  eventCursor
  order(id: $id) {
    ${summary(100)}
    shippingAddress { fullAddress } allowedActions
    fulfillments(first: 100) { nodes { id number status carrier trackingNumber } }
    timeline(first: 100) { nodes { id occurredAt title text } }
    returns(first: 100) { nodes { id status items { id quantity orderItem { id name } } } }
  }
}`;

export const requestReturnMutation = `mutation RequestReturn($input: RequestReturnInput!) {
  requestReturn(input: $input) { return { id } order { id version } userErrors { code message remedy } }
}`;
