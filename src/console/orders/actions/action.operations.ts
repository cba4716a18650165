import type { UserError } from '../../api/payload.ts';
import type { Order } from '../order.operations.ts';
import { rowFields, type OrderItem, type Return } from '../order-rows.ts';

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
  | 'assignedTo'
> & {
  readonly shippingAddress: { readonly fullAddress: string } | null;
  readonly items: { readonly nodes: readonly Pick<OrderItem, 'id' | 'sku' | 'quantity'>[] };
  readonly timeline: Pick<Order['timeline'], 'nodes'>;
};

export type CurrentReturn = Pick<Return, 'version' | 'status' | 'rejectReason' | 'items'>;

export interface ActionPayload {
  readonly order: { readonly version: number } | null;
  /** Those of a conflict bring along how the thing is now. */
  readonly userErrors: readonly (UserError & {
    readonly order?: CurrentOrder;
    readonly return?: CurrentReturn;
  })[];
  /** Of a payment that a provider asks the customer for. */
  readonly clientSecret?: string | null;
}

/** What the inputs of the actions on an order are called, in the order of their buttons. */
export const actionInputs: Readonly<Record<string, string>> = {
  confirmOrder: 'ConfirmOrderInput',
  startProcessing: 'OrderInput',
  deliverOrder: 'OrderInput',
  completeOrder: 'OrderInput',
  releaseHold: 'OrderInput',
  assignOrder: 'AssignOrderInput',
  editOrder: 'EditOrderInput',
  createFulfillment: 'CreateFulfillmentInput',
  reserveInventory: 'ReserveInventoryInput',
  releaseOrderReservations: 'ReleaseOrderReservationsInput',
  createPayment: 'CreatePaymentInput',
  recordPayment: 'RecordPaymentInput',
  refundOrder: 'RefundOrderInput',
  requestReturn: 'RequestReturnInput',
  addHistoryEntry: 'AddHistoryEntryInput',
  holdOrder: 'HoldOrderInput',
  cancelOrder: 'CancelOrderInput',
};

/** The same for the actions on a return of the order. */
export const returnInputs: Readonly<Record<string, string>> = {
  approveReturn: 'ReturnInput',
  receiveReturn: 'ReceiveReturnInput',
  rejectReturn: 'RejectReturnInput',
};

/** A conflict brings the order as it is now along, to compare with. */
const currentOrder = `order {
  id version status priority paymentState fulfillmentState heldAt tags externalReference promisedShipAt
  total { amountMinor currency } contact { name email phone } shippingAddress { fullAddress }
  assignedTo { id displayName }
  items(first: 100) { nodes { id sku quantity } }
  timeline(first: 20) { nodes { ${rowFields.timeline} } }
}`;

const currentReturn = `return {
  id version status rejectReason items { id quantity quantityReceived orderItem { id sku name } }
}`;

export const actionMutation = (name: string): string =>
  mutationOf(name, actionInputs[name]!, currentOrder, name === 'createPayment' ? 'clientSecret' : '');

export const returnMutation = (name: string): string => mutationOf(name, returnInputs[name]!, currentReturn);

/** What becomes of a payment that is under way: nobody is faster than another there, it stays as it is settled. */
export const settleMutation = `mutation Action($input: SettlePaymentInput!) {
  settlePayment(input: $input) { order { id version } userErrors { code message remedy } }
}`;

function mutationOf(name: string, input: string, current: string, also = ''): string {
  return `mutation Action($input: ${input}!) {
    ${name}(input: $input) {
      order { id version } ${also}
      userErrors { code message remedy ... on VersionConflictError { ${current} } }
    }
  }`;
}
