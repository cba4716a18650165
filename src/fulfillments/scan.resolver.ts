import { Length } from 'class-validator';
import { Args, ArgsType, Authorized, Ctx, Field, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { orderById } from '../orders/order.loaders.ts';
import { findOrderIdByNumber } from '../orders/order.repository.ts';
import { findVariantByLabel } from '../stock/variant.repository.ts';
import { fulfillmentById } from './fulfillment.loaders.ts';
import { findFulfillmentIdByNumber, findFulfillmentIdByTrackingNumber } from './fulfillment.repository.ts';
import { ScannedObject } from './scan.type.ts';

@ArgsType()
class ScanArguments {
  @Field(() => String, {
    description:
      'What the scanner read: the number of an order or a fulfillment, a tracking number, a barcode or a SKU.',
  })
  @Length(1, 100)
  code!: string;
}

@Resolver()
export class ScanResolver {
  @Query(() => ScannedObject, {
    nullable: true,
    description:
      'The order, fulfillment or variant that a label names, if you may see it. Permission: catalog.view; orders and fulfillments are those that you see anyway.',
  })
  @Authorized('catalog.view')
  async scan(@Args(() => ScanArguments) { code }: ScanArguments, @Ctx() context: RequestContext) {
    const source = { read: context.read, actor: context.viewer };
    const label = code.trim();
    const orderId = await findOrderIdByNumber(source, label);
    if (orderId !== null) return context.loader(orderById).load(orderId);
    const fulfillmentId =
      (await findFulfillmentIdByNumber(source, label)) ??
      (await findFulfillmentIdByTrackingNumber(source, label));
    if (fulfillmentId !== null) return context.loader(fulfillmentById).load(fulfillmentId);
    return findVariantByLabel(source.read, label);
  }
}
