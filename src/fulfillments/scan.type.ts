import { createUnionType } from 'type-graphql';
import { ProductVariant } from '../catalog/catalog.type.ts';
import { Order } from '../orders/order.type.ts';
import { Fulfillment } from './fulfillment.type.ts';

/** What a label names. Rows come without their type: each has a column that the others lack. */
export const ScannedObject = createUnionType({
  name: 'ScannedObject',
  description: 'What a barcode or a number on a label stands for.',
  types: () => [Order, Fulfillment, ProductVariant] as const,
  resolveType: (row: object) => {
    if ('sku' in row) return ProductVariant;
    return 'orderId' in row ? Fulfillment : Order;
  },
});
