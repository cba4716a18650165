import { orderFulfillments } from '../db/tables/fulfillments.ts';
import { loaderByKey, loaderOfChildPages, loaderOfChildren } from '../graphql/loading.ts';
import {
  findFulfillmentItems,
  findFulfillments,
  type FulfillmentItemRow,
  type FulfillmentRow,
} from './fulfillment.repository.ts';

export const fulfillmentById = loaderByKey<FulfillmentRow>(findFulfillments, (fulfillment) => fulfillment.id);

export const itemsOfFulfillment = loaderOfChildren<FulfillmentItemRow>(
  findFulfillmentItems,
  (item) => item.fulfillmentId,
);

export const fulfillmentsOfOrder = loaderOfChildPages(() => ({
  name: 'fulfillmentsOfOrder',
  table: orderFulfillments,
  parentColumn: orderFulfillments.orderId,
  keys: [
    { column: orderFulfillments.createdAt, type: 'timestamptz' },
    { column: orderFulfillments.id, type: 'uuid' },
  ],
  direction: 'asc',
}));
