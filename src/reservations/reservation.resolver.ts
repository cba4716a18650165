import { Args, Authorized, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { variantById } from '../catalog/catalog.loaders.ts';
import { ProductVariant } from '../catalog/catalog.type.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { orderItemById } from '../orders/order.loaders.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { Order, OrderItem } from '../orders/order.type.ts';
import { locationById } from '../stock/stock.loaders.ts';
import { StockLocation } from '../stock/stock.type.ts';
import { reservationsOfOrder } from './reservation.loaders.ts';
import type { ReservationRow } from './reservation.repository.ts';
import { InventoryReservation, InventoryReservationConnection } from './reservation.type.ts';

@Resolver(() => InventoryReservation)
export class ReservationResolver {
  @FieldResolver(() => StockLocation, { nullable: true, description: 'Where the units are kept.' })
  location(@Root() reservation: ReservationRow, @Ctx() context: RequestContext) {
    return context.loader(locationById).load(reservation.locationId);
  }

  @FieldResolver(() => ProductVariant, { nullable: true, description: 'What is kept.' })
  variant(@Root() reservation: ReservationRow, @Ctx() context: RequestContext) {
    return context.loader(variantById).load(reservation.variantId);
  }

  @FieldResolver(() => OrderItem, { nullable: true, description: 'The line that it is kept for.' })
  orderItem(@Root() reservation: ReservationRow, @Ctx() context: RequestContext) {
    return context.loader(orderItemById).load(reservation.orderItemId);
  }
}

@Resolver(() => Order)
export class OrderReservationsResolver {
  @FieldResolver(() => InventoryReservationConnection, {
    nullable: true,
    description: 'What is kept for the order, oldest first. Permission: reservations.view, else null.',
  })
  @Authorized('reservations.view')
  reservations(
    @Root() order: OrderRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(reservationsOfOrder).load({ parentId: order.id, first, after });
  }
}
