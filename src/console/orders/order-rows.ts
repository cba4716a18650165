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

export interface OrderItem {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly quantityFulfilled: number;
  readonly quantityCancelled: number;
  readonly quantityReturned: number;
  readonly unitPrice: Money | null;
  readonly total: Money | null;
  readonly variant: { readonly tracksStock: boolean } | null;
}

export interface Reservation {
  readonly id: string;
  readonly quantityRemaining: number;
  readonly isActive: boolean;
  readonly expiresAt: string | null;
  readonly location: { readonly code: string } | null;
  readonly variant: { readonly sku: string } | null;
  readonly orderItem: { readonly id: string } | null;
}

export interface Return {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly reason: string | null;
  readonly rejectReason: string | null;
  readonly refundable: Money | null;
  readonly allowedActions: readonly string[];
  readonly items: readonly {
    readonly id: string;
    readonly quantity: number;
    readonly quantityReceived: number;
    readonly orderItem: { readonly sku: string; readonly name: string } | null;
  }[];
}

export interface Fulfillment {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly location: { readonly code: string } | null;
}

export interface Payment {
  readonly id: string;
  readonly kind: string;
  readonly method: string;
  readonly provider: string | null;
  readonly state: string;
  readonly createdAt: string;
  readonly amount: Money;
}

export interface TimelineEntry {
  readonly id: string;
  readonly occurredAt: string;
  readonly title: string;
  readonly text: string;
}

const money = '{ amountMinor currency }';

/** What is shown of each thing that belongs to an order, as many of it as there may be. */
export const rowFields = {
  items: `id sku name quantity quantityFulfilled quantityCancelled quantityReturned
    unitPrice ${money} total ${money} variant { id tracksStock }`,
  fulfillments: 'id number status carrier trackingNumber location { id code }',
  reservations: `id quantityRemaining isActive expiresAt location { id code } variant { id sku }
    orderItem { id }`,
  payments: `id kind method provider state createdAt amount ${money}`,
  returns: `id version status reason rejectReason allowedActions refundable ${money}
    items { id quantity quantityReceived orderItem { id sku name } }`,
  notes: 'id note isInternal createdAt createdBy { id displayName }',
  timeline: 'id occurredAt title text',
};
export type RowsOf = keyof typeof rowFields;

/** A page of it. */
export const rowsOf = (name: RowsOf, page: string): string =>
  `${name}(${page}) { nodes { ${rowFields[name]} } pageInfo { hasNextPage endCursor } }`;
