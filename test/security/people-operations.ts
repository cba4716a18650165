/** Customers, users, catalog editing, locations, webhooks, scanning, and handing over by hand. See `operations.ts`. */
import type { Ids, Operation } from './operations.ts';

const manager = ['order_manager'] as const;
const staff = ['order_manager', 'warehouse_staff', 'customer_service'] as const;
const everybody = [...staff, 'customer'] as const;
const errors = 'userErrors { code }';
const unknown = '01900000-0000-7000-8000-000000000000';
const byManager = (input: string | ((ids: Ids) => string)): Operation => ({
  text: (ids) => `(input: { ${typeof input === 'string' ? input : input(ids)} }) { ${errors} }`,
  allowed: manager,
});
const price = 'price: { amountMinor: 1, currency: "GBP" }';

export const peopleQueries: Readonly<Record<string, Operation>> = {
  customers: { text: () => '(first: 1) { totalCount }', allowed: ['order_manager', 'customer_service'] },
  users: { text: () => '(first: 1) { totalCount }', allowed: manager },
  products: { text: () => '(first: 1) { totalCount }', allowed: everybody },
  lowStock: { text: () => '(first: 1) { totalCount }', allowed: staff },
  webhookEndpoints: { text: () => '{ id }', allowed: manager },
  webhookDeliveries: { text: () => '(first: 1) { totalCount }', allowed: manager },
  scan: { text: ({ barcode }) => `(code: "${barcode}") { __typename }`, allowed: everybody },
};

export const peopleMutations: Readonly<Record<string, Operation>> = {
  createCustomer: byManager('name: "", kind: ONLINE'),
  updateCustomer: byManager(({ customerId }) => `customerId: "${customerId}", expectedVersion: 999`),
  eraseCustomer: byManager(`customerId: "${unknown}"`),
  exportCustomerData: byManager(({ customerId }) => `customerId: "${customerId}"`),
  createUser: byManager('email: "", displayName: "", role: CUSTOMER, password: ""'),
  updateUser: byManager(`userId: "${unknown}"`),
  deactivateUser: byManager(`userId: "${unknown}"`),
  reactivateUser: byManager(`userId: "${unknown}"`),
  updateProduct: byManager(`productId: "${unknown}"`),
  createVariant: byManager(`productId: "${unknown}", sku: "x", name: "x", ${price}`),
  updateVariant: byManager(`variantId: "${unknown}"`),
  createStockLocation: byManager('code: "", name: ""'),
  updateStockLocation: byManager('locationCode: "NOWHERE"'),
  setLowStockThreshold: byManager('locationCode: "NOWHERE", sku: "NONE"'),
  createWebhookEndpoint: byManager('url: ""'),
  updateWebhookEndpoint: byManager(`endpointId: "${unknown}"`),
  deleteWebhookEndpoint: byManager(`endpointId: "${unknown}"`),
  redeliverWebhook: byManager(`deliveryId: "${unknown}"`),
  fulfillReservation: byManager(`reservationId: "${unknown}"`),
};
