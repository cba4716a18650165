import { Args, Authorized, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { PackingMaterial as PackingMaterialValue } from '../db/tables/fulfillments.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { DateTime } from '../graphql/scalars.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import { orderById, orderItemById } from '../orders/order.loaders.ts';
import { Order, OrderItem } from '../orders/order.type.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { locationById } from '../stock/stock.loaders.ts';
import { StockLocation } from '../stock/stock.type.ts';
import { userById } from '../users/user.loaders.ts';
import { User } from '../users/user.type.ts';
import { allowedCommands } from '../write/workflow.ts';
import type { ScanVerdict } from './commands/scan-item.ts';
import { fulfillmentById, fulfillmentsOfOrder, itemsOfFulfillment } from './fulfillment.loaders.ts';
import type { FulfillmentItemRow, FulfillmentRow } from './fulfillment.repository.ts';
import {
  Fulfillment,
  FulfillmentConnection,
  FulfillmentItem,
  FulfillmentPayload,
  PackingMaterial,
  ScanItemPayload,
  ScanResult,
} from './fulfillment.type.ts';
import { fulfillmentWorkflow } from './fulfillment.workflow.ts';

const forStaff = 'Permission: fulfillments.details.view, else null.';

@Resolver(() => Fulfillment)
export class FulfillmentFieldsResolver {
  @FieldResolver(() => Order, { nullable: true, description: 'The order that it belongs to.' })
  order(@Root() fulfillment: FulfillmentRow, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(fulfillment.orderId);
  }

  @FieldResolver(() => StockLocation, { nullable: true, description: `Where the goods are. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  location(@Root() fulfillment: FulfillmentRow, @Ctx() context: RequestContext) {
    return context.loader(locationById).load(fulfillment.locationId);
  }

  @FieldResolver(() => [FulfillmentItem], { description: 'The lines: what of the order it contains.' })
  items(@Root() fulfillment: FulfillmentRow, @Ctx() context: RequestContext) {
    return context.loader(itemsOfFulfillment).load(fulfillment.id);
  }

  @FieldResolver(() => DateTime, { nullable: true, description: `When picking started. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  pickingStartedAt(@Root() fulfillment: FulfillmentRow): string | null {
    return fulfillment.pickingStartedAt;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: `When everything was picked. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  pickingCompletedAt(@Root() fulfillment: FulfillmentRow): string | null {
    return fulfillment.pickingCompletedAt;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: `When packing started. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  packingStartedAt(@Root() fulfillment: FulfillmentRow): string | null {
    return fulfillment.packingStartedAt;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: `When the box was closed. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  packingCompletedAt(@Root() fulfillment: FulfillmentRow): string | null {
    return fulfillment.packingCompletedAt;
  }

  @FieldResolver(() => User, { nullable: true, description: `Who works on it. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  assignedTo(@Root() fulfillment: FulfillmentRow, @Ctx() context: RequestContext) {
    return fulfillment.assignedToId === null ? null : context.loader(userById).load(fulfillment.assignedToId);
  }

  @FieldResolver(() => String, { nullable: true, description: `The bin or staging place. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  warehouseLocation(@Root() fulfillment: FulfillmentRow): string | null {
    return fulfillment.warehouseLocation;
  }

  @FieldResolver(() => String, { nullable: true, description: `Size of the box. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  boxSize(@Root() fulfillment: FulfillmentRow): string | null {
    return fulfillment.boxSize;
  }

  @FieldResolver(() => Int, { nullable: true, description: `Weight of the closed box in grams. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  weightGrams(@Root() fulfillment: FulfillmentRow): number | null {
    return fulfillment.weightGrams;
  }

  @FieldResolver(() => [PackingMaterial], {
    nullable: true,
    description: `What was used to pack. ${forStaff}`,
  })
  @Authorized('fulfillments.details.view')
  packingMaterials(@Root() fulfillment: FulfillmentRow): PackingMaterialValue[] | null {
    return fulfillment.packingMaterials;
  }

  @FieldResolver(() => Int, { nullable: true, description: `Scans of wrong or unknown items. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  misScanCount(@Root() fulfillment: FulfillmentRow): number {
    return fulfillment.misScanCount;
  }

  @FieldResolver(() => [String], {
    description: 'The mutations that this viewer may use on the fulfillment now, such as startPicking.',
  })
  async allowedActions(
    @Root() fulfillment: FulfillmentRow,
    @Ctx() context: RequestContext,
  ): Promise<string[]> {
    const order = await context.loader(orderById).load(fulfillment.orderId);
    if (order !== null && order.archivedAt !== null) return [];
    const standing = { status: fulfillment.status, isHeld: order !== null && order.heldAt !== null };
    return allowedCommands(fulfillmentWorkflow, standing, context.viewer);
  }
}

@Resolver(() => FulfillmentItem)
export class FulfillmentItemResolver {
  @FieldResolver(() => Int, {
    nullable: true,
    description: `Units picked, each scan of them a match. ${forStaff}`,
  })
  @Authorized('fulfillments.details.view')
  quantityPicked(@Root() item: FulfillmentItemRow): number {
    return item.quantityPicked;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: `Scans of this item beyond what was to be picked. ${forStaff}`,
  })
  @Authorized('fulfillments.details.view')
  quantityMisScanned(@Root() item: FulfillmentItemRow): number {
    return item.quantityMisScanned;
  }

  @FieldResolver(() => Int, { nullable: true, description: `Units that could not be found. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  quantityShort(@Root() item: FulfillmentItemRow): number {
    return item.quantityShort;
  }

  @FieldResolver(() => String, { nullable: true, description: `Why they could not be found. ${forStaff}` })
  @Authorized('fulfillments.details.view')
  shortReason(@Root() item: FulfillmentItemRow): string | null {
    return item.shortReason;
  }

  @FieldResolver(() => OrderItem, { nullable: true, description: 'The line of the order that it fulfils.' })
  orderItem(@Root() item: FulfillmentItemRow, @Ctx() context: RequestContext) {
    return context.loader(orderItemById).load(item.orderItemId);
  }
}

@Resolver(() => Order)
export class OrderFulfillmentsResolver {
  @FieldResolver(() => FulfillmentConnection, { description: 'The fulfillments of the order, oldest first.' })
  fulfillments(
    @Root() order: OrderRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(fulfillmentsOfOrder).load({ parentId: order.id, first, after });
  }
}

const fulfillmentOf = (
  { fulfillmentId = null }: { fulfillmentId?: string | null },
  context: RequestContext,
) => (fulfillmentId === null ? null : context.loader(fulfillmentById).load(fulfillmentId));

@Resolver(() => FulfillmentPayload)
export class FulfillmentPayloadResolver {
  @FieldResolver(() => Fulfillment, {
    nullable: true,
    description: 'The fulfillment as it is now; null when refused, or when the queue was empty.',
  })
  fulfillment(@Root() payload: { fulfillmentId?: string | null }, @Ctx() context: RequestContext) {
    return fulfillmentOf(payload, context);
  }
}

@Resolver(() => ScanItemPayload)
export class ScanItemPayloadResolver {
  @FieldResolver(() => Fulfillment, {
    nullable: true,
    description: 'The fulfillment as it is now; null when refused.',
  })
  fulfillment(@Root() payload: { fulfillmentId?: string }, @Ctx() context: RequestContext) {
    return fulfillmentOf(payload, context);
  }

  @FieldResolver(() => ScanResult, { nullable: true, description: 'What the scan was; null when refused.' })
  result(@Root() payload: { verdict?: ScanVerdict }): ScanVerdict | null {
    return payload.verdict ?? null;
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictFulfillmentResolver {
  @FieldResolver(() => Fulfillment, {
    nullable: true,
    description: 'The fulfillment as it is now, where a fulfillment was meant.',
  })
  fulfillment(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'Fulfillment'
      ? context.loader(fulfillmentById).load(error.subject.id)
      : null;
  }
}
