/** What the guides begin with, ready to be run: with the cursor in an operation, it is that one that runs. */
export const queryExamples = `# Sign in above; then put the cursor into an operation, and press Ctrl-Enter.

query LatestOrders {
  orders(first: 5, sort: [{ field: CREATED_AT, direction: DESC }]) {
    nodes {
      id number status channel
      total { amountMinor currency }
      items(first: 3) { nodes { sku name quantity } }
      fulfillments(first: 5) { nodes { number status location { code } } }
      allowedActions
    }
  }
}

query OpenAndLate {
  orders(first: 20, filter: { status: [PENDING, CONFIRMED, PROCESSING, PACKED], late: true }) {
    totalCount
    nodes { number promisedShipAt priority assignedTo { displayName } }
  }
}

query Dashboard {
  dashboard(days: 7) {
    asOf openCount heldCount lateCount
    kpis { name unit value previous change }
  }
}

query WarehouseQueue {
  stockLocations { code name }
  fulfillments(first: 20, filter: { statuses: [PENDING, PICKING] }) {
    nodes { id number status assignedTo { displayName } items { quantity orderItem { sku name } } allowedActions }
  }
}

mutation TakeTheNextOne {
  claimNextFulfillment(input: { locationCode: "MAIN" }) {
    fulfillment { id number items { quantity orderItem { sku variant { barcode } } } }
    userErrors { code message path remedy }
  }
}

mutation PlaceAnOrder {
  createOrder(input: { channel: ECOMMERCE, currency: "GBP", lines: [{ sku: "22727", quantity: 1 }] }) {
    order { id number total { amountMinor currency } }
    userErrors { code message path remedy ... on InsufficientStockError { shortages { sku requested available } } }
  }
}
`;

export const subscriptionExamples = `# Leave one running, and work on an order in the console or in another tab.

subscription Warehouse {
  fulfillmentStatusChanged {
    cursor oldStatus newStatus occurredAt
    fulfillment { number }
    order { number }
  }
}

subscription EverythingOnOrders {
  orderEvents {
    cursor
    entry { action description performedBy { displayName } }
    order { number status }
  }
}
`;
