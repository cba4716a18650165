import { Authorized, Ctx, FieldResolver, Int, Mutation, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import type { BulkAnswer, BulkRow } from '../write/bulk-command.ts';
import { BulkAssignOrdersInput, BulkUpdateOrderStatusInput } from './bulk-orders.input.ts';
import { BulkOrderResult, BulkOrdersPayload } from './bulk-orders.type.ts';
import { bulkAssignOrders } from './commands/bulk-assign-orders.ts';
import { bulkUpdateOrderStatus } from './commands/bulk-update-order-status.ts';
import { OrderStatus } from './order.enums.type.ts';
import { orderById } from './order.loaders.ts';
import { Order } from './order.type.ts';

/** One verb on many orders. */
@Resolver(() => BulkOrdersPayload)
export class BulkOrdersResolver {
  @Mutation(() => BulkOrdersPayload, {
    description:
      'Takes up to 1,000 orders to a status, each by the mutation that leads there and with all its effects: confirmOrder, startProcessing, deliverOrder, completeOrder or cancelOrder. Permission: orders.bulk, and for each order that of the mutation. Logs: what that mutation logs.',
  })
  @Authorized(...bulkUpdateOrderStatus.permissions)
  bulkUpdateOrderStatus(
    @Input(() => BulkUpdateOrderStatusInput) input: BulkUpdateOrderStatusInput,
    @Ctx() context: RequestContext,
  ) {
    return context.runBulk(bulkUpdateOrderStatus, input);
  }

  @Mutation(() => BulkOrdersPayload, {
    description:
      'Puts a member of the staff in charge of up to 1,000 orders, or nobody, each as assignOrder does. Permission: orders.bulk, and orders.assign for each order. Logs: assigned.',
  })
  @Authorized(...bulkAssignOrders.permissions)
  bulkAssignOrders(
    @Input(() => BulkAssignOrdersInput) input: BulkAssignOrdersInput,
    @Ctx() context: RequestContext,
  ) {
    return context.runBulk(bulkAssignOrders, input);
  }

  @FieldResolver(() => [BulkOrderResult], {
    nullable: true,
    description: 'One for each order, in the order of the input; null where the call as a whole was refused.',
  })
  results(@Root() { rows }: BulkAnswer) {
    return rows;
  }

  @FieldResolver(() => Int, { description: 'How many orders are ok.' })
  accepted(@Root() { rows }: BulkAnswer): number {
    return (rows ?? []).filter((row) => row.accepted).length;
  }

  @FieldResolver(() => Int, { description: 'How many orders were refused.' })
  refused(@Root() { rows }: BulkAnswer): number {
    return (rows ?? []).filter((row) => !row.accepted).length;
  }
}

@Resolver(() => BulkOrderResult)
export class BulkOrderResultResolver {
  @FieldResolver(() => Boolean, {
    description: 'It was not refused: it was changed or, where the call was not applied, could have been.',
  })
  ok(@Root() row: BulkRow): boolean {
    return row.accepted;
  }

  @FieldResolver(() => OrderStatus, {
    nullable: true,
    description: 'The status that it was given, or would have been; null when refused.',
  })
  newStatus(@Root() row: BulkRow) {
    return row.newStatus;
  }

  @FieldResolver(() => Order, {
    nullable: true,
    description: 'The order as it is now; null when you may not see it.',
  })
  order(@Root() row: BulkRow, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(row.orderId.toLowerCase());
  }
}
