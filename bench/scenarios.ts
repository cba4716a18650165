/** What is measured: a query of the API with variables, and the paths of the hand-written endpoint that answer the same. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly query: string;
  /** Asked for in turn. */
  readonly variants: readonly Variant[];
}

interface Variant {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly handWrittenPath: string;
}

const money = '{ amountMinor currency }';
const person = '{ id displayName role }';

/** Every level with about twenty fields, where the schema has so many. */
const orderFields = `
  id number channel externalReference status paymentState fulfillmentState currency priority tags version
  heldAt promisedShipAt confirmedAt processingStartedAt packedAt shippedAt deliveredAt completedAt cancelledAt
  createdAt updatedAt
  subtotal ${money} tax ${money} shipping ${money} total ${money}
  customer { id name company email phone kind }
  assignedTo ${person}
  shippingAddress { name company line1 line2 city region postalCode country }
  items(first: 100) { nodes {
    id position sku name quantity quantityFulfilled quantityCancelled quantityReturned
    unitPrice ${money} discount ${money} tax ${money} total ${money}
    variant { id sku barcode name weightGrams tracksStock } } }
  history(first: 5) { nodes {
    id action oldStatus newStatus description createdAt additionalData ipAddress userAgent performedBy ${person} } }
  notes(first: 10) { nodes { id note isInternal version createdAt updatedAt createdBy ${person} } }
  fulfillments(first: 10) { nodes {
    id number status carrier trackingNumber pickingStartedAt pickingCompletedAt packingStartedAt packingCompletedAt
    shippedAt deliveredAt version createdAt updatedAt warehouseLocation boxSize weightGrams misScanCount
    packingMaterials { name quantity } location { id code name } assignedTo ${person}
    items { id quantity quantityPicked quantityMisScanned quantityShort shortReason orderItem { id sku name } } } }
  reservations(first: 100) { nodes {
    id quantityReserved quantityFulfilled quantityReleased quantityRemaining isActive expiresAt releasedAt fulfilledAt
    createdAt location { id code name } variant { id sku barcode name } } }`;

/** What an order manager has on the screen: everything that is still in the house, and what has just left it. */
const openStatuses = ['CONFIRMED', 'PROCESSING', 'PACKED', 'SHIPPED'];
const pageSize = 50;

export function dashboardQuery(): Scenario {
  return {
    name: 'dashboard-query',
    title: `${pageSize} orders with everything`,
    query: `query Dashboard($first: Int!, $status: [OrderStatus!]) {
      orders(first: $first, filter: { status: $status }, sort: [{ field: CREATED_AT, direction: DESC }]) {
        totalCount pageInfo { hasNextPage endCursor } nodes { ${orderFields} } } }`,
    variants: [
      {
        variables: { first: pageSize, status: openStatuses },
        handWrittenPath: `/dashboard?first=${pageSize}&status=${openStatuses.join(',').toLowerCase()}`,
      },
    ],
  };
}

export function singleOrder(orderIds: readonly string[]): Scenario {
  return {
    name: 'single-order',
    title: 'one order with everything',
    query: `query Order($id: ID!) { order(id: $id) { ${orderFields} } }`,
    variants: orderIds.map((id) => ({ variables: { id }, handWrittenPath: `/order?id=${id}` })),
  };
}

export const scenarioNames = ['dashboard-query', 'single-order'];
