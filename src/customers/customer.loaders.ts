import { viewerParameters, visibleOrders } from '../auth/visibility.ts';
import { orders } from '../db/tables/orders.ts';
import { loaderByKey, loaderOfChildPages } from '../graphql/loading.ts';
import { findCustomers, type CustomerRow } from './customer.repository.ts';

export const customerById = loaderByKey<CustomerRow>(findCustomers, (customer) => customer.id);

export const ordersOfCustomer = loaderOfChildPages((actor) => ({
  name: `ordersOfCustomer.${actor.role}`,
  table: orders,
  parentColumn: orders.customerId,
  visible: visibleOrders(actor.role),
  parameters: viewerParameters(actor),
  keys: [
    { column: orders.createdAt, type: 'timestamptz' },
    { column: orders.id, type: 'uuid' },
  ],
  direction: 'desc',
}));
