import type { Money } from '../parts/show.ts';

export interface Rows<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface Note {
  readonly id: string;
  readonly note: string;
  readonly isInternal: boolean;
  readonly createdAt: string;
  readonly createdBy: { readonly displayName: string } | null;
}

export interface Order {
  readonly id: string;
  readonly number: string;
  readonly version: number;
  readonly status: string;
  readonly channel: string;
  readonly currency: string;
  readonly priority: string;
  readonly tags: readonly string[];
  readonly externalReference: string | null;
  readonly paymentState: string;
  readonly fulfillmentState: string;
  readonly createdAt: string;
  readonly promisedShipAt: string | null;
  readonly heldAt: string | null;
  readonly holdReason: string | null;
  readonly cancelReason: string | null;
  readonly subtotal: Money | null;
  readonly discount: Money | null;
  readonly tax: Money | null;
  readonly shipping: Money | null;
  readonly total: Money | null;
  readonly customer: {
    readonly id: string;
    readonly name: string;
    readonly company: string | null;
    readonly email: string | null;
  } | null;
  readonly contact: { readonly name: string | null; readonly email: string | null } | null;
  readonly shippingAddress: { readonly fullAddress: string } | null;
  readonly assignedTo: { readonly displayName: string } | null;
  readonly allowedActions: readonly string[];
  readonly items: Rows<{
    readonly id: string;
    readonly sku: string;
    readonly name: string;
    readonly quantity: number;
    readonly quantityFulfilled: number;
    readonly unitPrice: Money | null;
    readonly total: Money | null;
  }>;
  readonly fulfillments: Rows<{
    readonly id: string;
    readonly number: string;
    readonly status: string;
    readonly carrier: string | null;
    readonly trackingNumber: string | null;
    readonly location: { readonly code: string } | null;
  }>;
  readonly reservations: Rows<{
    readonly id: string;
    readonly quantityRemaining: number;
    readonly isActive: boolean;
    readonly expiresAt: string | null;
    readonly location: { readonly code: string } | null;
    readonly variant: { readonly sku: string } | null;
  }> | null;
  readonly payments: Rows<{
    readonly id: string;
    readonly kind: string;
    readonly method: string;
    readonly state: string;
    readonly createdAt: string;
    readonly amount: Money;
  }> | null;
  readonly returns: Rows<{
    readonly id: string;
    readonly status: string;
    readonly reason: string | null;
    readonly items: readonly {
      readonly id: string;
      readonly quantity: number;
      readonly orderItem: { readonly sku: string } | null;
    }[];
  }> | null;
  readonly notes: Rows<Note>;
  readonly timeline: Rows<{
    readonly id: string;
    readonly occurredAt: string;
    readonly title: string;
    readonly text: string;
  }>;
}

const money = '{ amountMinor currency }';

/** What is shown of each thing that belongs to an order, as many of it as there may be. */
export const rowFields = {
  items: `id sku name quantity quantityFulfilled unitPrice ${money} total ${money}`,
  fulfillments: 'id number status carrier trackingNumber location { id code }',
  reservations: 'id quantityRemaining isActive expiresAt location { id code } variant { id sku }',
  payments: `id kind method state createdAt amount ${money}`,
  returns: 'id status reason items { id quantity orderItem { id sku } }',
  notes: 'id note isInternal createdAt createdBy { id displayName }',
  timeline: 'id occurredAt title text',
};
export type RowsOf = keyof typeof rowFields;

/** What a conflict shows beside what was seen, and what has happened since. */
export type CurrentOrder = Pick<
  Order,
  | 'version'
  | 'status'
  | 'priority'
  | 'paymentState'
  | 'fulfillmentState'
  | 'heldAt'
  | 'tags'
  | 'externalReference'
  | 'promisedShipAt'
  | 'total'
  | 'contact'
  | 'shippingAddress'
  | 'assignedTo'
> & { readonly timeline: Pick<Order['timeline'], 'nodes'> };

export const orderQuery = `query Order($id: ID!) {
  eventCursor
  order(id: $id) {
    id number version status channel currency priority tags externalReference paymentState fulfillmentState
    createdAt promisedShipAt heldAt holdReason cancelReason
    subtotal ${money} discount ${money} tax ${money} shipping ${money} total ${money}
    customer { id name company email } contact { name email } shippingAddress { fullAddress }
    assignedTo { id displayName } allowedActions
    ${rows('items', 'first: 100')}
    ${rows('fulfillments', 'first: 50')}
    ${rows('reservations', 'first: 100')}
    ${rows('payments', 'first: 50')}
    ${rows('returns', 'first: 20')}
    ${rows('notes', 'first: 50')}
    ${rows('timeline', 'first: 50')}
  }
}`;

export const moreRowsQuery = (name: RowsOf): string => `query MoreRows($id: ID!, $after: String!) {
  order(id: $id) { id ${rows(name, 'first: 50, after: $after')} }
}`;

function rows(name: RowsOf, page: string): string {
  return `${name}(${page}) { nodes { ${rowFields[name]} } pageInfo { hasNextPage endCursor } }`;
}

export const orderSubscription = `subscription OrderEvents($orderId: ID!, $after: String) {
  orderEvents(orderId: $orderId, after: $after) { cursor order { id version } }
}`;

export const addNoteMutation = `mutation AddNote($input: AddNoteInput!) {
  addNote(input: $input) { note { id } userErrors { code message remedy } }
}`;

/** What the inputs of the actions are called; the rest of each is the same. */
export const actionInputs: Readonly<Record<string, string>> = {
  confirmOrder: 'ConfirmOrderInput',
  startProcessing: 'OrderInput',
  deliverOrder: 'OrderInput',
  completeOrder: 'OrderInput',
  releaseHold: 'OrderInput',
  assignOrder: 'AssignOrderInput',
  editOrder: 'EditOrderInput',
  createFulfillment: 'CreateFulfillmentInput',
  recordPayment: 'RecordPaymentInput',
  refundOrder: 'RefundOrderInput',
  addHistoryEntry: 'AddHistoryEntryInput',
  holdOrder: 'HoldOrderInput',
  cancelOrder: 'CancelOrderInput',
};

/** A conflict brings the order as it is now along, to compare with. */
export const actionMutation = (name: string): string => `
  mutation Action($input: ${actionInputs[name]}!) {
    ${name}(input: $input) {
      order { id version }
      userErrors {
        code message remedy
        ... on VersionConflictError {
          currentVersion
          order {
            id version status priority paymentState fulfillmentState heldAt tags externalReference promisedShipAt
            total ${money} contact { name email } shippingAddress { fullAddress } assignedTo { id displayName }
            timeline(first: 20) { nodes { ${rowFields.timeline} } }
          }
        }
      }
    }
  }`;
