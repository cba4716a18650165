import { Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { orderById } from '../orders/order.loaders.ts';
import { Order } from '../orders/order.type.ts';
import { releaseExpiredOfOrder } from './commands/release-expired-reservations.ts';
import {
  ReleaseExpiredReservationsInput,
  ReleaseExpiredReservationsPayload,
} from './expired-reservations.type.ts';
import { releaseExpiredByHand } from './release-expired.ts';

@Resolver()
export class ExpiredReservationsResolver {
  @Mutation(() => ReleaseExpiredReservationsPayload, {
    description:
      'Releases the reservations that are past their time, each order for itself; a job does the same twice a minute. An order that is still PENDING is cancelled by it; what an open fulfillment will take is kept. Permission: reservations.manage. Logs: cancelled and inventory_released, or inventory_released.',
  })
  @Authorized(...releaseExpiredOfOrder.permissions)
  releaseExpiredReservations(
    @Input(() => ReleaseExpiredReservationsInput) input: ReleaseExpiredReservationsInput,
    @Ctx() context: RequestContext,
  ) {
    return context.runAll(releaseExpiredByHand, input, releaseExpiredOfOrder);
  }
}

const ordersOf = (ids: readonly string[] | undefined, context: RequestContext) =>
  ids === undefined ? null : context.loader(orderById).loadMany(ids);

@Resolver(() => ReleaseExpiredReservationsPayload)
export class ReleaseExpiredReservationsPayloadResolver {
  @FieldResolver(() => [Order], {
    nullable: true,
    description: 'The orders that something was released of, as they are now; null when refused.',
  })
  orders(@Root() payload: { orderIds?: readonly string[] }, @Ctx() context: RequestContext) {
    return ordersOf(payload.orderIds, context);
  }

  @FieldResolver(() => [Order], {
    nullable: true,
    description: 'Those of them that were cancelled by it; null when refused.',
  })
  cancelledOrders(
    @Root() payload: { cancelledOrderIds?: readonly string[] },
    @Ctx() context: RequestContext,
  ) {
    return ordersOf(payload.cancelledOrderIds, context);
  }
}
