import { asc, eq, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { productVariants } from '../db/tables/catalog.ts';
import { customers } from '../db/tables/customers.ts';
import { fulfillmentItems, orderFulfillments } from '../db/tables/fulfillments.ts';
import { orderItems, orders } from '../db/tables/orders.ts';
import { stockLocations } from '../db/tables/stock.ts';

/**
 * What the papers of a fulfillment say; undefined where there is none. Nothing that the warehouse may not see: no money,
 * no e-mail address, no telephone number. Whether the viewer may have it was decided when the link was made.
 */
export async function findPapers(read: Executor, fulfillmentId: string) {
  const [head] = await read
    .select({
      number: orderFulfillments.number,
      status: orderFulfillments.status,
      warehouseLocation: orderFulfillments.warehouseLocation,
      boxSize: orderFulfillments.boxSize,
      weightGrams: orderFulfillments.weightGrams,
      carrier: orderFulfillments.carrier,
      trackingNumber: orderFulfillments.trackingNumber,
      locationCode: stockLocations.code,
      locationName: stockLocations.name,
      orderNumber: orders.number,
      externalReference: orders.externalReference,
      priority: orders.priority,
      heldAt: orders.heldAt,
      orderedAt: orders.createdAt,
      promisedShipAt: orders.promisedShipAt,
      shippingAddress: orders.shippingAddress,
      contactName: orders.contactName,
      customerName: customers.name,
      customerCompany: customers.company,
    })
    .from(orderFulfillments)
    .innerJoin(orders, eq(orders.id, orderFulfillments.orderId))
    .innerJoin(stockLocations, eq(stockLocations.id, orderFulfillments.locationId))
    .leftJoin(customers, eq(customers.id, orders.customerId))
    .where(eq(orderFulfillments.id, sql.placeholder('id')))
    .prepare('findPapersOfFulfillment')
    .execute({ id: fulfillmentId });
  return head && { ...head, lines: await findLines(read, fulfillmentId) };
}

async function findLines(read: Executor, fulfillmentId: string) {
  return read
    .select({
      sku: orderItems.sku,
      name: orderItems.name,
      barcode: productVariants.barcode,
      quantityOrdered: sql<number>`${orderItems.quantity} - ${orderItems.quantityCancelled}`,
      quantity: fulfillmentItems.quantity,
      quantityPicked: fulfillmentItems.quantityPicked,
      quantityShort: fulfillmentItems.quantityShort,
    })
    .from(fulfillmentItems)
    .innerJoin(orderItems, eq(orderItems.id, fulfillmentItems.orderItemId))
    .innerJoin(productVariants, eq(productVariants.id, orderItems.variantId))
    .where(eq(fulfillmentItems.fulfillmentId, sql.placeholder('id')))
    .orderBy(asc(orderItems.position), asc(fulfillmentItems.id))
    .prepare('findPaperLines')
    .execute({ id: fulfillmentId });
}

export type Papers = NonNullable<Awaited<ReturnType<typeof findPapers>>>;
export type PaperLine = Papers['lines'][number];
