import type { Money } from '../parts/show.ts';

interface Nodes<Node> {
  readonly nodes: readonly Node[];
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
  readonly items: Nodes<{
    readonly id: string;
    readonly sku: string;
    readonly name: string;
    readonly quantity: number;
    readonly quantityFulfilled: number;
    readonly unitPrice: Money | null;
    readonly total: Money | null;
  }>;
  readonly fulfillments: Nodes<{
    readonly id: string;
    readonly number: string;
    readonly status: string;
    readonly carrier: string | null;
    readonly trackingNumber: string | null;
    readonly location: { readonly code: string } | null;
  }>;
  readonly reservations: Nodes<{
    readonly id: string;
    readonly quantityRemaining: number;
    readonly isActive: boolean;
    readonly expiresAt: string | null;
    readonly location: { readonly code: string } | null;
    readonly variant: { readonly sku: string } | null;
  }> | null;
  readonly payments: Nodes<{
    readonly id: string;
    readonly kind: string;
    readonly method: string;
    readonly state: string;
    readonly createdAt: string;
    readonly amount: Money;
  }> | null;
  readonly returns: Nodes<{
    readonly id: string;
    readonly status: string;
    readonly reason: string | null;
    readonly items: readonly {
      readonly id: string;
      readonly quantity: number;
      readonly orderItem: { readonly sku: string } | null;
    }[];
  }> | null;
  readonly notes: Nodes<Note>;
  readonly timeline: Nodes<{
    readonly id: string;
    readonly occurredAt: string;
    readonly title: string;
    readonly text: string;
  }>;
}

const money = '{ amountMinor currency }';

export const orderQuery = `query Order($id: ID!) {
  eventCursor
  order(id: $id) {
    id number version status channel currency priority tags externalReference paymentState fulfillmentState
    createdAt promisedShipAt heldAt holdReason cancelReason
    subtotal ${money} discount ${money} tax ${money} shipping ${money} total ${money}
    customer { id name company email } contact { name email } shippingAddress { fullAddress }
    assignedTo { id displayName } allowedActions
    items(first: 100) { nodes { id sku name quantity quantityFulfilled unitPrice ${money} total ${money} } }
    fulfillments(first: 50) { nodes { id number status carrier trackingNumber location { id code } } }
    reservations(first: 100) {
      nodes { id quantityRemaining isActive expiresAt location { id code } variant { id sku } }
    }
    payments(first: 50) { nodes { id kind method state createdAt amount ${money} } }
    returns(first: 20) { nodes { id status reason items { id quantity orderItem { id sku } } } }
    notes(first: 50) { nodes { id note isInternal createdAt createdBy { id displayName } } }
    timeline(first: 50) { nodes { id occurredAt title text } }
  }
}`;

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
        ... on VersionConflictError { currentVersion order { id version status priority paymentState heldAt } }
      }
    }
  }`;
