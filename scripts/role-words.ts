import type { Role } from '../src/db/tables/enumerations.ts';

/** `visibleOrders` in src/auth/visibility.ts, in words. */
export const roleWords: Record<Role, string> = {
  order_manager: 'all orders',
  warehouse_staff: 'orders with a fulfillment; contact data masked, no money',
  customer_service: 'all orders',
  customer: 'own orders',
};
