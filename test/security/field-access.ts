/**
 * Who gets a value of which field, written down from section 6 of the specification and not from the code that
 * enforces it. A new type or field fails the test until it has a line here.
 */
import type { Role } from '../../src/db/tables/enumerations.ts';
import type { World } from './field-world.ts';
import { figuresAccess } from './figures-access.ts';

export interface TypeAccess {
  /** Queries that lead to objects of the type, with @ where its fields are selected. */
  readonly ways: (world: World) => readonly string[];
  /** Who gets a value of which fields from some object they reach; for everybody else it is null, or out of reach. */
  readonly fields: readonly (readonly [readonly Role[], string])[];
}

const everybody: readonly Role[] = ['order_manager', 'warehouse_staff', 'customer_service', 'customer'];
const staff: readonly Role[] = ['order_manager', 'warehouse_staff', 'customer_service'];
const warehouse: readonly Role[] = ['order_manager', 'warehouse_staff'];
const office: readonly Role[] = ['order_manager', 'customer_service'];
const seesMoney: readonly Role[] = ['order_manager', 'customer_service', 'customer'];
const manager: readonly Role[] = ['order_manager'];

const inFinished = (selection: string) => (world: World) => [
  `order(id: "${world.finished}") { ${selection} }`,
];
const inHeld = (selection: string) => (world: World) => [`order(id: "${world.held}") { ${selection} }`];
const always = (selection: string) => () => [selection];

/** A list and its edges: whoever gets the list gets all of it. */
function connection(
  name: string,
  roles: readonly Role[],
  ways: (inner: string) => TypeAccess['ways'],
): Record<string, TypeAccess> {
  return {
    [`${name}Connection`]: { ways: ways('@'), fields: [[roles, 'edges nodes pageInfo totalCount']] },
    [`${name}Edge`]: { ways: ways('edges { @ }'), fields: [[roles, 'cursor node']] },
  };
}

export const fieldAccess: Readonly<Record<string, TypeAccess>> = {
  ...figuresAccess,
  Order: {
    ways: ({ finished, held, cancelled, archived, guest }) =>
      [finished, held, cancelled, archived, guest].map((id) => `order(id: "${id}") { @ }`),
    fields: [
      [
        everybody,
        'id number channel externalReference status paymentState fulfillmentState currency priority',
      ],
      [
        everybody,
        'tags cancelReason archivedAt heldAt promisedShipAt confirmedAt processingStartedAt packedAt shippedAt',
      ],
      [
        everybody,
        'deliveredAt completedAt cancelledAt version createdAt updatedAt fulfillments notes returns',
      ],
      [everybody, 'shippingAddress customer items history timeline allowedActions'],
      [seesMoney, 'subtotal discount tax shipping total billingAddress payments'],
      // A guest’s order is no customer’s.
      [staff, 'holdReason contact assignedTo reservations'],
    ],
  },
  OrderItem: {
    ways: inFinished('items { nodes { @ } }'),
    fields: [
      [
        everybody,
        'id position sku name quantity quantityFulfilled quantityCancelled quantityReturned variant',
      ],
      [seesMoney, 'unitPrice discount tax total'],
    ],
  },
  PostalAddress: {
    ways: inFinished('shippingAddress { @ }'),
    fields: [[everybody, 'name company line1 line2 city region postalCode country fullAddress']],
  },
  Contact: {
    ways: ({ guest }) => [`order(id: "${guest}") { contact { @ } }`],
    fields: [[staff, 'name email phone']],
  },
  Money: { ways: inFinished('total { @ }'), fields: [[seesMoney, 'amountMinor currency']] },
  OrderHistoryEntry: {
    ways: ({ finished }) => [
      `order(id: "${finished}") { history(first: 100) { nodes { @ } } }`,
      'orderHistory(first: 100) { nodes { @ } }',
    ],
    fields: [
      [everybody, 'id action oldStatus newStatus description createdAt order'],
      [staff, 'performedBy additionalData'],
      [manager, 'ipAddress userAgent'],
    ],
  },
  TimelineEntry: {
    ways: inFinished('timeline(first: 100) { nodes { @ } }'),
    fields: [
      [everybody, 'id action occurredAt title text shipments'],
      [staff, 'by'],
    ],
  },
  TimelineShipment: {
    ways: inFinished('timeline(first: 100) { nodes { shipments { @ } } }'),
    fields: [[everybody, 'fulfillmentNumber carrier trackingNumber']],
  },
  OrderNote: {
    ways: inFinished('notes { nodes { @ } }'),
    fields: [
      [everybody, 'id note isInternal notifyCustomer version createdAt updatedAt order'],
      // A customer is told of itself; the test for secrets looks for everybody else.
      [everybody, 'createdBy'],
      // Of the note that was sent to the customer; the warehouse has the internal ones.
      [seesMoney, 'notifiedAt'],
    ],
  },
  Fulfillment: {
    ways: ({ finishedFulfillment }) => [`fulfillment(id: "${finishedFulfillment}") { @ }`],
    fields: [
      [
        everybody,
        'id number status carrier trackingNumber shippedAt deliveredAt version createdAt updatedAt',
      ],
      [everybody, 'order items allowedActions'],
      [staff, 'pickingStartedAt pickingCompletedAt packingStartedAt packingCompletedAt location assignedTo'],
      [staff, 'warehouseLocation boxSize weightGrams packingMaterials misScanCount'],
      [warehouse, 'packingSlipUrl pickListUrl boxLabelUrl'],
    ],
  },
  FulfillmentItem: {
    ways: ({ finishedFulfillment }) => [`fulfillment(id: "${finishedFulfillment}") { items { @ } }`],
    fields: [
      [everybody, 'id quantity orderItem'],
      [staff, 'quantityPicked quantityMisScanned quantityShort shortReason'],
    ],
  },
  PackingMaterial: {
    ways: ({ finishedFulfillment }) => [
      `fulfillment(id: "${finishedFulfillment}") { packingMaterials { @ } }`,
    ],
    fields: [[staff, 'name quantity']],
  },
  Payment: {
    ways: inFinished('payments { nodes { @ } }'),
    fields: [
      [seesMoney, 'id kind method provider state providerReference failureCode settledAt createdAt amount'],
      [seesMoney, 'refundedPayment'],
    ],
  },
  Return: {
    ways: ({ returned }) => [`order(id: "${returned}") { returns { nodes { @ } } }`],
    fields: [
      [everybody, 'id status reason rejectReason externalReference receivedAt version createdAt updatedAt'],
      [everybody, 'order items allowedActions'],
      [seesMoney, 'refundable'],
    ],
  },
  Quote: {
    ways: always('quotes { nodes { @ } }'),
    fields: [
      [seesMoney, 'id number state currency expiresAt version createdAt customer items order'],
      [seesMoney, 'subtotal discount tax shipping total shippingAddress'],
    ],
  },
  QuoteItem: {
    ways: always('quotes { nodes { items { @ } } }'),
    fields: [[seesMoney, 'position sku name quantity unitPrice variant']],
  },
  ReturnItem: {
    ways: ({ returned }) => [`order(id: "${returned}") { returns { nodes { items { @ } } } }`],
    fields: [
      [everybody, 'id quantity quantityReceived disposition orderItem'],
      [seesMoney, 'refund'],
      [staff, 'location'],
    ],
  },
  InventoryReservation: {
    ways: ({ finished, held, cancelled }) =>
      [finished, held, cancelled].map((id) => `order(id: "${id}") { reservations { nodes { @ } } }`),
    fields: [
      [staff, 'id quantityReserved quantityFulfilled quantityReleased quantityRemaining isActive expiresAt'],
      [staff, 'releasedAt fulfilledAt createdAt order location variant orderItem'],
    ],
  },
  Customer: {
    ways: ({ finished, erased }) => [finished, erased].map((id) => `order(id: "${id}") { customer { @ } }`),
    fields: [
      [everybody, 'id kind company version createdAt name email phone orders'],
      // Nobody signs in for a customer who was erased.
      [staff, 'erasedAt'],
      [seesMoney, 'contractPrices'],
    ],
  },
  CustomerPrice: {
    ways: inFinished('customer { contractPrices { nodes { @ } } }'),
    fields: [[seesMoney, 'currency price variant']],
  },
  User: {
    // The manager who looks after it, and the customer who wrote a note.
    ways: ({ held, customersNote }) => [
      `order(id: "${held}") { assignedTo { @ } }`,
      `note(id: "${customersNote}") { createdBy { @ } }`,
    ],
    fields: [
      [everybody, 'id displayName role active version createdAt'],
      // Of the note’s writer, which the warehouse does not read.
      [seesMoney, 'customer'],
      // The customer’s own.
      [['order_manager', 'customer'], 'email'],
    ],
  },
  Product: {
    ways: ({ productId }) => [`product(id: "${productId}") { @ }`],
    fields: [[everybody, 'id name version variants']],
  },
  ProductVariant: {
    ways: ({ sku }) => [
      `variant(sku: "${sku}") { @ }`,
      `scan(code: "${sku}") { ... on ProductVariant { @ } }`,
    ],
    fields: [
      [everybody, 'id sku barcode name weightGrams tracksStock version product'],
      [seesMoney, 'price'],
    ],
  },
  StockLocation: {
    ways: ({ held }) => [
      'stockLocations { @ }',
      `order(id: "${held}") { fulfillments { nodes { location { @ } } } }`,
    ],
    fields: [[staff, 'id code name priority active version']],
  },
  StockLevel: {
    ways: ({ sku }) => ['lowStock { nodes { @ } }', `availability(sku: "${sku}") { @ }`],
    fields: [[staff, 'onHand reserved lowStockThreshold available location variant']],
  },
  StockMovement: {
    ways: always('stockMovements(first: 100) { nodes { @ } }'),
    fields: [
      [staff, 'id onHandChange reservedChange reason note createdAt location variant order performedBy'],
    ],
  },
  StockDiscrepancy: {
    ways: always('stockDiscrepancies { @ }'),
    fields: [[warehouse, 'onHand reserved ledgerOnHand ledgerReserved heldByReservations location variant']],
  },
  FailedJob: {
    ways: always('failedJobs { nodes { @ } }'),
    fields: [[manager, 'id task attempts maxAttempts lastError createdAt failedAt order note']],
  },
  TaxRate: { ways: always('taxRates { @ }'), fields: [[office, 'country rateBasisPoints']] },
  ShippingRate: { ways: always('shippingRates { @ }'), fields: [[office, 'country price freeFrom']] },
  HistoryVerification: {
    ways: always('verifyHistory(first: 1) { @ }'),
    fields: [[manager, 'isIntact ordersChecked entriesChecked breaks hasNextPage endCursor']],
  },
  WebhookEndpoint: {
    ways: always('webhookEndpoints { @ }'),
    fields: [
      [manager, 'id url actions channels locationCodes orderStatuses active disabledAt disabledReason'],
      [manager, 'previousSecretUntil version createdAt updatedAt'],
    ],
  },
  WebhookDelivery: {
    ways: always('webhookDeliveries { nodes { @ } }'),
    fields: [
      [manager, 'id eventId eventType payload status attempts nextAttemptAt lastAttemptAt lastStatusCode'],
      [manager, 'lastDurationMs lastError lastResponse deliveredAt createdAt endpoint order'],
    ],
  },
  PageInfo: {
    ways: always('orders(first: 1) { pageInfo { @ } }'),
    fields: [[everybody, 'hasNextPage hasPreviousPage startCursor endCursor']],
  },
  ...connection('Order', everybody, (inner) => always(`orders { ${inner} }`)),
  ...connection('Fulfillment', everybody, (inner) => always(`fulfillments { ${inner} }`)),
  ...connection('OrderNote', everybody, (inner) => inFinished(`notes { ${inner} }`)),
  ...connection('OrderItem', everybody, (inner) => inFinished(`items { ${inner} }`)),
  ...connection('OrderHistoryEntry', everybody, (inner) => inFinished(`history { ${inner} }`)),
  ...connection('TimelineEntry', everybody, (inner) => inFinished(`timeline { ${inner} }`)),
  ...connection('Payment', seesMoney, (inner) => inFinished(`payments { ${inner} }`)),
  ...connection('Quote', seesMoney, (inner) => always(`quotes { ${inner} }`)),
  ...connection('Return', everybody, (inner) => always(`returns { ${inner} }`)),
  ...connection('InventoryReservation', staff, (inner) => inHeld(`reservations { ${inner} }`)),
  ...connection('CustomerPrice', seesMoney, (inner) => inHeld(`customer { contractPrices { ${inner} } }`)),
  ...connection('Product', everybody, (inner) => always(`products { ${inner} }`)),
  ...connection('Customer', office, (inner) => always(`customers { ${inner} }`)),
  ...connection('FailedJob', manager, (inner) => always(`failedJobs { ${inner} }`)),
  ...connection('User', manager, (inner) => always(`users { ${inner} }`)),
  ...connection('StockLevel', staff, (inner) => always(`stockLevels { ${inner} }`)),
  ...connection('WebhookDelivery', manager, (inner) => always(`webhookDeliveries { ${inner} }`)),
  ...connection('StockMovement', staff, (inner) => always(`stockMovements { ${inner} }`)),
};

const error = 'code message path remedy';

/**
 * What mutations and subscriptions answer with: whoever may do it gets it. Objects in them are those of the table,
 * which guard themselves; the values are listed here, so that a new one is thought of.
 */
export const answers: Readonly<Record<string, string>> = {
  BulkOrdersPayload: 'applied accepted refused',
  BulkOrderResult: 'orderId effects ok newStatus',
  CreatePaymentPayload: 'clientSecret',
  // All that is held on a person: of the manager alone.
  CustomerDataPayload: 'data',
  FailedJobPayload: 'jobId',
  DashboardChange: 'cursor occurredAt',
  FulfillmentStatusChange: 'cursor oldStatus newStatus occurredAt',
  // Only of a history that was tampered with; see test/history/verify-history.test.ts.
  HistoryBreak: 'orderId entryId place reason',
  LogoutPayload: 'signedOut',
  OrderEvent: 'cursor occurredAt',
  ReleaseExpiredReservationsPayload: 'units mayBeMore',
  ScanItemPayload: 'result',
  DeleteWebhookEndpointPayload: 'deletedEndpointId',
  RedeliverWebhookPayload: 'redelivered',
  // Once: in the answer to the manager who has made it.
  WebhookEndpointPayload: 'secret',
  // The own one.
  Session: 'accessToken expiresAt refreshToken',
  StockShortage: 'sku locationCode requested available',
  ValidationError: error,
  NotFoundError: error,
  IdempotencyConflictError: error,
  InvalidTransitionError: `${error} from attempted allowed`,
  InsufficientStockError: error,
  VersionConflictError: `${error} currentVersion`,
  UnfinishedError: error,
};
