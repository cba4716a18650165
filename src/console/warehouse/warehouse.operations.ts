export interface Card {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly version: number;
  readonly createdAt: string;
  readonly assignedTo: { readonly id: string; readonly displayName: string } | null;
  readonly order: {
    readonly number: string;
    readonly channel: string;
    readonly priority: string;
    readonly heldAt: string | null;
    readonly promisedShipAt: string | null;
  } | null;
  readonly items: readonly { readonly id: string; readonly quantity: number }[];
}

export interface WorkItem {
  readonly id: string;
  readonly quantity: number;
  readonly quantityPicked: number;
  readonly quantityShort: number;
  readonly shortReason: string | null;
  readonly orderItem: {
    readonly sku: string;
    readonly name: string;
    readonly variant: { readonly barcode: string | null } | null;
  };
}

export interface Work {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly version: number;
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
  readonly boxSize: string | null;
  readonly weightGrams: number | null;
  readonly warehouseLocation: string | null;
  readonly packingStartedAt: string | null;
  readonly allowedActions: readonly string[];
  readonly order: Card['order'];
  readonly items: readonly WorkItem[];
}

export interface StatusChange {
  readonly cursor: string;
  readonly oldStatus: string | null;
  readonly newStatus: string;
  readonly occurredAt: string;
  readonly fulfillment: Card | null;
}

const order = `order { number channel priority heldAt promisedShipAt }`;
const card = `id number status version createdAt assignedTo { id displayName } ${order} items { id quantity }`;
const work = `id number status version carrier trackingNumber boxSize weightGrams warehouseLocation packingStartedAt
  allowedActions ${order}
  items { id quantity quantityPicked quantityShort shortReason orderItem { id sku name variant { id barcode } } }`;
const errors = `userErrors { code message remedy }`;

export const locationsQuery = `query Locations { stockLocations { id code name active } }`;

/** The state, and the place in the log from which on the changes are followed, in one request. */
export const boardQuery = `query Board($locationCode: String!, $statuses: [FulfillmentStatus!]!, $after: String) {
  eventCursor
  fulfillments(first: 100, after: $after, filter: { locationCode: $locationCode, statuses: $statuses }) {
    nodes { ${card} }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const statusSubscription = `subscription Statuses($locationCode: String!, $after: String) {
  fulfillmentStatusChanged(filter: { locationCode: $locationCode }, after: $after) {
    cursor oldStatus newStatus occurredAt fulfillment { ${card} }
  }
}`;

export const workQuery = `query Work($id: ID!) { eventCursor fulfillment(id: $id) { ${work} } }`;

export const claimMutation = `mutation Claim($input: ClaimNextFulfillmentInput!) {
  claimNextFulfillment(input: $input) { fulfillment { ${work} } ${errors} }
}`;
export const scanMutation = `mutation Scan($input: ScanItemInput!) {
  scanItem(input: $input) { result fulfillment { ${work} } ${errors} }
}`;
export const shortMutation = `mutation Short($input: ReportShortPickInput!) {
  reportShortPick(input: $input) { fulfillment { ${work} } newFulfillments { id number } ${errors} }
}`;
export const startPickingMutation = stepMutation('startPicking');
export const completePickingMutation = stepMutation('completePicking');
export const startPackingMutation = stepMutation('startPacking');
export const completePackingMutation = stepMutation('completePacking', 'CompletePackingInput');
export const shipMutation = stepMutation('shipFulfillment', 'ShipFulfillmentInput');
export const deliverMutation = stepMutation('deliverFulfillment');

function stepMutation(name: string, input = 'FulfillmentInput'): string {
  return `mutation Step($input: ${input}!) { ${name}(input: $input) { fulfillment { ${work} } ${errors} } }`;
}
