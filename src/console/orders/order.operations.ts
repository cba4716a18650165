import type { Money } from '../parts/show.ts';
import {
  rowsOf,
  type Fulfillment,
  type Note,
  type OrderItem,
  type Payment,
  type Reservation,
  type Return,
  type Rows,
  type RowsOf,
  type TimelineEntry,
} from './order-rows.ts';

export interface Contact {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}

/** As the API takes it. */
export interface PostalAddress {
  readonly name: string | null;
  readonly company: string | null;
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly country: string;
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
  readonly contact: Contact | null;
  readonly shippingAddress: (PostalAddress & { readonly fullAddress: string }) | null;
  readonly assignedTo: { readonly displayName: string } | null;
  readonly allowedActions: readonly string[];
  readonly items: Rows<OrderItem>;
  readonly fulfillments: Rows<Fulfillment>;
  readonly reservations: Rows<Reservation> | null;
  readonly payments: Rows<Payment> | null;
  readonly returns: Rows<Return> | null;
  readonly notes: Rows<Note>;
  readonly timeline: Rows<TimelineEntry>;
}

const money = '{ amountMinor currency }';
const contact = '{ name email phone }';
const address = '{ fullAddress name company line1 line2 city region postalCode country }';

export const orderQuery = `query Order($id: ID!) {
  eventCursor
  order(id: $id) {
    id number version status channel currency priority tags externalReference paymentState fulfillmentState
    createdAt promisedShipAt heldAt holdReason cancelReason
    subtotal ${money} discount ${money} tax ${money} shipping ${money} total ${money}
    customer { id name company email } contact ${contact} shippingAddress ${address}
    assignedTo { id displayName } allowedActions
    ${rowsOf('items', 'first: 100')}
    ${rowsOf('fulfillments', 'first: 50')}
    ${rowsOf('reservations', 'first: 100')}
    ${rowsOf('payments', 'first: 50')}
    ${rowsOf('returns', 'first: 20')}
    ${rowsOf('notes', 'first: 50')}
    ${rowsOf('timeline', 'first: 50')}
  }
}`;

export const moreRowsQuery = (name: RowsOf): string => `query MoreRows($id: ID!, $after: String!) {
  order(id: $id) { id ${rowsOf(name, 'first: 50, after: $after')} }
}`;

export const orderSubscription = `subscription OrderEvents($orderId: ID!, $after: String) {
  orderEvents(orderId: $orderId, after: $after) { cursor order { id version } }
}`;

export const addNoteMutation = `mutation AddNote($input: AddNoteInput!) {
  addNote(input: $input) { note { id } userErrors { code message remedy } }
}`;
