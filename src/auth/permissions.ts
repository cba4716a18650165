import type { Role } from '../db/tables/enumerations.ts';

/**
 * Who may do what, and the only place that says so. Operations, fields and transitions name a permission;
 * which orders a viewer sees at all is in `visibility.ts`.
 */
export const permissions = {
  'orders.view': ['order_manager', 'warehouse_staff', 'customer_service', 'customer'],
  'orders.create': ['order_manager'],
  'orders.edit': ['order_manager'],
  'orders.hold': ['order_manager'],
  'orders.assign': ['order_manager'],
  'orders.cancel': ['order_manager'],
  /** A customer may take back an order that nobody has begun to work on. */
  'orders.cancelPending': ['customer'],
  /** Many orders in one call; each of them needs the permission of its step as well. */
  'orders.bulk': ['order_manager'],
  'orders.assignee.view': ['order_manager', 'warehouse_staff', 'customer_service'],
  'money.view': ['order_manager', 'customer_service', 'customer'],
  /** Recording what was paid, opening payments and refunding. */
  'payments.manage': ['order_manager'],
  'fulfillments.view': ['order_manager', 'warehouse_staff', 'customer_service', 'customer'],
  /** Where, by whom and how; a customer sees status and tracking only. */
  'fulfillments.details.view': ['order_manager', 'warehouse_staff', 'customer_service'],
  'fulfillments.work': ['order_manager', 'warehouse_staff'],
  /** Packing slips, pick lists and labels of boxes. */
  'documents.print': ['order_manager', 'warehouse_staff'],
  'returns.view': ['order_manager', 'warehouse_staff', 'customer_service', 'customer'],
  'returns.request': ['order_manager', 'customer_service', 'customer'],
  /** Approving and rejecting. */
  'returns.approve': ['order_manager'],
  'returns.receive': ['order_manager', 'warehouse_staff'],
  'reservations.view': ['order_manager', 'warehouse_staff', 'customer_service'],
  /** Reserving and releasing by hand. */
  'reservations.manage': ['order_manager'],
  'stock.view': ['order_manager', 'warehouse_staff', 'customer_service'],
  'stock.count': ['order_manager', 'warehouse_staff'],
  /** Opening and closing locations, and what counts as low. */
  'stock.configure': ['order_manager'],
  'catalog.view': ['order_manager', 'warehouse_staff', 'customer_service', 'customer'],
  'catalog.edit': ['order_manager'],
  /** Rates and contract prices. */
  'prices.view': ['order_manager', 'customer_service'],
  'prices.edit': ['order_manager'],
  'quotes.view': ['order_manager', 'customer_service', 'customer'],
  'quotes.manage': ['order_manager'],
  'customers.view': ['order_manager', 'customer_service'],
  'customers.edit': ['order_manager'],
  'customers.erase': ['order_manager'],
  'customers.export': ['order_manager'],
  /** E-mail addresses and telephone numbers in full; everybody else sees them masked. */
  'contact.view': ['order_manager', 'customer_service', 'customer'],
  'notes.view': ['order_manager', 'warehouse_staff', 'customer_service', 'customer'],
  'notes.viewInternal': ['order_manager', 'warehouse_staff', 'customer_service'],
  'notes.viewPublic': ['order_manager', 'customer_service', 'customer'],
  'notes.add': ['order_manager', 'warehouse_staff', 'customer_service', 'customer'],
  'notes.addInternal': ['order_manager', 'warehouse_staff', 'customer_service'],
  'notes.addPublic': ['order_manager', 'customer_service', 'customer'],
  /** Having a note sent to the customer by e-mail. */
  'notes.notify': ['order_manager', 'customer_service'],
  'notes.edit': ['order_manager'],
  'notes.editOwn': ['customer_service'],
  'history.view': ['order_manager', 'warehouse_staff', 'customer_service', 'customer'],
  /** Every action with its data and its performer; a customer sees the public timeline. */
  'history.viewStaff': ['order_manager', 'warehouse_staff', 'customer_service'],
  'history.add': ['order_manager'],
  /** Recomputes hash chains: of any order, and of all of them. */
  'history.verify': ['order_manager'],
  'history.viewOrigin': ['order_manager'],
  /** How many orders stand where. */
  'dashboard.view': ['order_manager', 'customer_service'],
  /** KPIs and statistics of everything. */
  'statistics.view': ['order_manager'],
  'fulfillmentStatistics.view': ['order_manager', 'warehouse_staff'],
  'staff.view': ['order_manager', 'warehouse_staff', 'customer_service'],
  'staff.viewEmail': ['order_manager'],
  'users.manage': ['order_manager'],
  /** Seeing what the background work has given up on, and deciding what becomes of it. */
  'jobs.manage': ['order_manager'],
  /** Endpoints that are told of events, their secrets, and what was sent to them. */
  'webhooks.manage': ['order_manager'],
  'session.own': ['order_manager', 'warehouse_staff', 'customer_service', 'customer'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

export function roleHas(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}
