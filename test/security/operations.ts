/** What the matrix asks: each root operation with arguments that exist, and who is let through. */
import type { Role } from '../../src/db/tables/enumerations.ts';
import { peopleMutations, peopleQueries } from './people-operations.ts';

export interface Ids {
  orderId: string;
  orderNumber: string;
  fulfillmentId: string;
  fulfillmentNumber: string;
  noteId: string;
  returnId: string;
  reservationId: string;
  quoteId: string;
  customerId: string;
  productId: string;
  sku: string;
  barcode: string;
}

export interface Operation {
  /** Arguments and selection, as they stand in the document. */
  readonly text: (ids: Ids) => string;
  /** Every other role is refused with FORBIDDEN; nobody with UNAUTHENTICATED, unless `public`. */
  readonly allowed: readonly Role[];
  readonly public?: true;
  /** Let through, and yet this one does not exist for them. */
  readonly unseenBy?: Role;
}

const everybody: readonly Role[] = ['order_manager', 'warehouse_staff', 'customer_service', 'customer'];
const staff: readonly Role[] = ['order_manager', 'warehouse_staff', 'customer_service'];
const warehouse: readonly Role[] = ['order_manager', 'warehouse_staff'];
const withMoney: readonly Role[] = ['order_manager', 'customer_service', 'customer'];
const manager: readonly Role[] = ['order_manager'];
const errors = 'userErrors { code }';
const unknown = '01900000-0000-7000-8000-000000000000';
const onFulfillment = (extra = '') => ({
  text: ({ fulfillmentId }: Ids) => `(input: { fulfillmentId: "${fulfillmentId}" ${extra} }) { ${errors} }`,
  allowed: warehouse,
});
// The version is no order's, and so nothing changes for whoever is let through.
const onOrder = (extra = '', allowed = manager) => ({
  text: ({ orderId }: Ids) =>
    `(input: { orderId: "${orderId}", expectedVersion: 999 ${extra} }) { ${errors} }`,
  allowed,
});
const onReservation = (extra = '') => ({
  text: ({ reservationId }: Ids) =>
    `(input: { reservationId: "${reservationId}", expectedVersion: 999 ${extra} }) { ${errors} }`,
  allowed: manager,
});
const onReturn = (extra = '', allowed = manager) => ({
  text: ({ returnId }: Ids) =>
    `(input: { returnId: "${returnId}", expectedVersion: 999 ${extra} }) { ${errors} }`,
  allowed,
});
const onNote = () => ({
  text: ({ noteId }: Ids) => `(input: { noteId: "${noteId}", expectedVersion: 999 }) { ${errors} }`,
  allowed: ['order_manager', 'customer_service'] as const,
});

export const queries: Readonly<Record<string, Operation>> = {
  ...peopleQueries,
  viewer: { text: () => '{ id }', allowed: everybody },
  order: { text: ({ orderId }) => `(id: "${orderId}") { id }`, allowed: everybody },
  orderByNumber: { text: ({ orderNumber }) => `(number: "${orderNumber}") { id }`, allowed: everybody },
  orders: { text: () => '(first: 1) { totalCount }', allowed: everybody },
  eventCursor: { text: () => '', allowed: everybody },
  failedJobs: { text: () => '(first: 1) { totalCount }', allowed: manager },
  orderHistory: { text: () => '(first: 1) { totalCount }', allowed: everybody },
  verifyHistory: { text: ({ orderId }) => `(orderId: "${orderId}") { isIntact }`, allowed: manager },
  fulfillment: { text: ({ fulfillmentId }) => `(id: "${fulfillmentId}") { id }`, allowed: everybody },
  fulfillmentByNumber: {
    text: ({ fulfillmentNumber }) => `(number: "${fulfillmentNumber}") { id }`,
    allowed: everybody,
  },
  fulfillments: { text: () => '(first: 1) { totalCount }', allowed: everybody },
  dashboard: { text: () => '{ openCount }', allowed: ['order_manager', 'customer_service'] },
  statistics: { text: () => '{ ordersCreated }', allowed: manager },
  fulfillmentStatistics: { text: () => '{ shipped }', allowed: warehouse },
  return: { text: ({ returnId }) => `(id: "${returnId}") { id }`, allowed: everybody },
  returns: { text: () => '(first: 1) { totalCount }', allowed: everybody },
  // The note of the matrix is the customer's; the warehouse reads internal ones only.
  note: {
    text: ({ noteId }) => `(id: "${noteId}") { id }`,
    allowed: everybody,
    unseenBy: 'warehouse_staff',
  },
  customer: {
    text: ({ customerId }) => `(id: "${customerId}") { id }`,
    allowed: ['order_manager', 'customer_service'],
  },
  product: { text: ({ productId }) => `(id: "${productId}") { id }`, allowed: everybody },
  variant: { text: ({ sku }) => `(sku: "${sku}") { id }`, allowed: everybody },
  variantByBarcode: { text: ({ barcode }) => `(barcode: "${barcode}") { id }`, allowed: everybody },
  myFulfillments: { text: () => '(first: 1) { totalCount }', allowed: warehouse },
  reservation: { text: ({ reservationId }) => `(id: "${reservationId}") { id }`, allowed: staff },
  reservations: { text: () => '(first: 1) { totalCount }', allowed: staff },
  stockLevels: { text: () => '(first: 1) { totalCount }', allowed: staff },
  stockMovements: { text: () => '(first: 1) { totalCount }', allowed: staff },
  stockDiscrepancies: { text: () => '{ ledgerOnHand }', allowed: warehouse },
  taxRates: { text: () => '{ country }', allowed: ['order_manager', 'customer_service'] },
  shippingRates: { text: () => '{ country }', allowed: ['order_manager', 'customer_service'] },
  quote: { text: ({ quoteId }) => `(id: "${quoteId}") { id }`, allowed: withMoney },
  quotes: { text: () => '(first: 1) { totalCount }', allowed: withMoney },
  availability: { text: ({ sku }) => `(sku: "${sku}") { onHand }`, allowed: staff },
  stockLocations: { text: () => '{ id }', allowed: staff },
};

/** With inputs that are refused for another reason, or change nothing that matters here. */
export const mutations: Readonly<Record<string, Operation>> = {
  ...peopleMutations,
  login: {
    text: () => `(input: { email: "a@b.example", password: "x" }) { ${errors} }`,
    allowed: everybody,
    public: true,
  },
  refreshToken: {
    text: () => `(input: { refreshToken: "x" }) { ${errors} }`,
    allowed: everybody,
    public: true,
  },
  logout: { text: () => `(input: { refreshToken: "x" }) { ${errors} }`, allowed: everybody },
  createOrder: {
    text: () => `(input: { channel: ECOMMERCE, currency: "GBP", lines: [] }) { ${errors} }`,
    allowed: manager,
  },
  confirmOrder: {
    text: ({ orderId }) => `(input: { orderId: "${orderId}" }) { ${errors} }`,
    allowed: manager,
  },
  cancelOrder: {
    text: ({ orderId }) => `(input: { orderId: "${orderId}", expectedVersion: 999 }) { ${errors} }`,
    allowed: ['order_manager', 'customer'],
  },
  bulkUpdateOrderStatus: {
    text: ({ orderId }) =>
      `(input: { orderIds: ["${orderId}"], status: CONFIRMED, dryRun: true }) { ${errors} }`,
    allowed: manager,
  },
  bulkAssignOrders: {
    text: ({ orderId }) => `(input: { orderIds: ["${orderId}"], userId: null, dryRun: true }) { ${errors} }`,
    allowed: manager,
  },
  bulkCreateFulfillments: {
    text: ({ orderId }) => `(input: { orderIds: ["${orderId}"], dryRun: true }) { ${errors} }`,
    allowed: manager,
  },
  addNote: {
    text: ({ orderId }) => `(input: { orderId: "${orderId}", note: "" }) { ${errors} }`,
    allowed: everybody,
  },
  recordPayment: {
    text: ({ orderId }) =>
      `(input: { orderId: "${orderId}", method: CASH, amount: { amountMinor: 0, currency: "GBP" } }) { ${errors} }`,
    allowed: manager,
  },
  createPayment: {
    text: ({ orderId }) => `(input: { orderId: "${orderId}", provider: STRIPE }) { ${errors} }`,
    allowed: manager,
  },
  refundOrder: {
    text: ({ orderId }) => `(input: { orderId: "${orderId}" }) { ${errors} }`,
    allowed: manager,
  },
  settlePayment: { text: () => `(input: { paymentId: "${unknown}" }) { ${errors} }`, allowed: manager },
  startPicking: onFulfillment(),
  scanItem: onFulfillment('barcode: "x"'),
  completePicking: onFulfillment(),
  startPacking: onFulfillment(),
  completePacking: onFulfillment(),
  shipFulfillment: onFulfillment('carrier: "PICKUP"'),
  deliverFulfillment: onFulfillment(),
  receiveStock: {
    text: () => `(input: { locationCode: "LONDON", lines: [] }) { ${errors} }`,
    allowed: warehouse,
  },
  releaseExpiredReservations: { text: () => `(input: { limit: 0 }) { ${errors} }`, allowed: manager },
  createProduct: { text: () => `(input: { name: "", variants: [] }) { ${errors} }`, allowed: manager },
  setTaxRate: { text: () => `(input: { country: "?" }) { ${errors} }`, allowed: manager },
  setShippingRate: {
    text: () => `(input: { country: "?", currency: "GBP" }) { ${errors} }`,
    allowed: manager,
  },
  setCustomerPrice: {
    text: () => `(input: { customerId: "${unknown}", sku: "x", currency: "GBP" }) { ${errors} }`,
    allowed: manager,
  },
  createQuote: {
    text: () => `(input: { customerId: "${unknown}", currency: "GBP", lines: [] }) { ${errors} }`,
    allowed: manager,
  },
  convertQuote: { text: () => `(input: { quoteId: "${unknown}" }) { ${errors} }`, allowed: manager },
  editOrder: onOrder(),
  claimNextFulfillment: {
    text: () => `(input: { locationCode: "NOWHERE" }) { ${errors} }`,
    allowed: warehouse,
  },
  cancelFulfillment: onFulfillment('expectedVersion: 999'),
  reportShortPick: onFulfillment(`fulfillmentItemId: "${unknown}", reason: "x"`),
  assignFulfillment: onFulfillment(`userId: "${unknown}"`),
  updateFulfillment: onFulfillment('expectedVersion: 999'),
  updateFulfillmentStatus: onFulfillment('status: PENDING'),
  createFulfillment: onOrder('locationCode: "NOWHERE"', warehouse),
  requestReturn: onOrder(`lines: [{ orderItemId: "${unknown}", quantity: 1 }], reason: "x"`, withMoney),
  approveReturn: onReturn(),
  rejectReturn: onReturn('reason: "x"'),
  receiveReturn: onReturn(
    `lines: [{ returnItemId: "${unknown}", quantity: 1, disposition: WRITE_OFF }]`,
    warehouse,
  ),
  updateNote: onNote(),
  deleteNote: onNote(),
  retryFailedJob: { text: () => `(input: { jobId: "1" }) { ${errors} }`, allowed: manager },
  discardFailedJob: { text: () => `(input: { jobId: "1" }) { ${errors} }`, allowed: manager },
  startProcessing: onOrder(),
  deliverOrder: onOrder(),
  completeOrder: onOrder(),
  holdOrder: onOrder('reason: "x"'),
  releaseHold: onOrder(),
  assignOrder: onOrder(),
  addHistoryEntry: onOrder('description: "x"'),
  reserveInventory: onOrder('lines: []'),
  extendReservation: onReservation(),
  releaseReservation: onReservation(),
  releaseOrderReservations: onOrder(),
  adjustStock: {
    text: () => `(input: { locationCode: "NOWHERE", sku: "x", reason: "x" }) { ${errors} }`,
    allowed: warehouse,
  },
  transferStock: {
    text: () => `(input: { fromLocationCode: "A", toLocationCode: "B", lines: [] }) { ${errors} }`,
    allowed: warehouse,
  },
};

/** Opened over a socket in test/subscriptions; here only that each has been thought of. */
export const subscriptions: Readonly<Record<string, readonly Role[]>> = {
  dashboardChanged: ['order_manager', 'customer_service'],
  fulfillmentStatusChanged: everybody,
  orderEvents: everybody,
};
