import { IsOptional, ValidateNested } from 'class-validator';
import {
  Arg,
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { UserError } from '../graphql/user-error.type.ts';
import { orderById } from '../orders/order.loaders.ts';
import { Order } from '../orders/order.type.ts';
import { decodeCursor } from '../shared/page.ts';
import { extendReservation } from './commands/extend-reservation.ts';
import { fulfillReservation } from './commands/fulfill-reservation.ts';
import { releaseOrderReservations } from './commands/release-order-reservations.ts';
import { releaseReservation } from './commands/release-reservation.ts';
import { reserveInventory } from './commands/reserve-inventory.ts';
import {
  ExtendReservationInput,
  FulfillReservationInput,
  ReleaseOrderReservationsInput,
  ReleaseReservationInput,
  ReservationFilter,
  ReserveInventoryInput,
} from './reservation-handling.input.ts';
import { reservationById } from './reservation.loaders.ts';
import {
  countReservations,
  reservationsOrder,
  searchReservations,
  type ReservationRow,
} from './reservation.repository.ts';
import { InventoryReservation, InventoryReservationConnection } from './reservation.type.ts';

@ArgsType()
class ReservationsArguments extends PageArguments {
  @Field(() => ReservationFilter, {
    nullable: true,
    description: 'Which ones; all that you may see when left out.',
  })
  @IsOptional()
  @ValidateNested()
  filter?: ReservationFilter | null;
}

@ObjectType({ description: 'The answer of a mutation on a reservation.' })
export class ReservationPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of a mutation on the reservations of an order.' })
export class OrderReservationsPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@Resolver(() => InventoryReservation)
export class ReservationHandlingResolver {
  @Query(() => InventoryReservation, {
    nullable: true,
    description: 'A reservation by id. Permission: reservations.view.',
  })
  @Authorized('reservations.view')
  reservation(
    @Arg('id', () => ID, { description: 'The reservation’s id.' }) id: string,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(reservationById).load(id);
  }

  @Query(() => InventoryReservationConnection, {
    description: 'The reservations that you may see, oldest first. Permission: reservations.view.',
  })
  @Authorized('reservations.view')
  async reservations(
    @Args(() => ReservationsArguments) { first, after, filter }: ReservationsArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ReservationRow>> {
    const source = { read: context.read, actor: context.viewer };
    const keyset = after ? decodeCursor(after, reservationsOrder) : null;
    const rows = await searchReservations(source, filter ?? {}, first + 1, keyset);
    const count = () => countReservations(source, filter ?? {});
    return new Connection(rows, first, after !== null, reservationsOrder, (row) => [row.id], count);
  }

  @Mutation(() => OrderReservationsPayload, {
    description:
      'Reserves for lines of an order that lack it, such as after a short pick: every line, or nothing and what is short. `createFulfillment` then has it picked. Permission: reservations.manage. Logs: inventory_reserved.',
  })
  @Authorized(...reserveInventory.permissions)
  reserveInventory(
    @Input(() => ReserveInventoryInput) input: ReserveInventoryInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(reserveInventory, input);
  }

  @Mutation(() => ReservationPayload, {
    description:
      'Moves the moment at which an active reservation lapses. Permission: reservations.manage. Logs: edited.',
  })
  @Authorized(...extendReservation.permissions)
  extendReservation(
    @Input(() => ExtendReservationInput) input: ExtendReservationInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(extendReservation, input);
  }

  @Mutation(() => ReservationPayload, {
    description:
      'Gives units of a reservation back; not those that an open fulfillment will take. Permission: reservations.manage. Logs: inventory_released.',
  })
  @Authorized(...releaseReservation.permissions)
  releaseReservation(
    @Input(() => ReleaseReservationInput) input: ReleaseReservationInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(releaseReservation, input);
  }

  @Mutation(() => ReservationPayload, {
    description:
      'Hands units of a reservation over by hand, past the warehouse’s screens; not those that an open fulfillment will take. With the last unit the order is SHIPPED. Permission: reservations.manage. Logs: edited, and shipped with the last unit; the stock ledger, with the reason shipped.',
  })
  @Authorized(...fulfillReservation.permissions)
  fulfillReservation(
    @Input(() => FulfillReservationInput) input: FulfillReservationInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(fulfillReservation, input);
  }

  @Mutation(() => OrderReservationsPayload, {
    description:
      'Gives back all that is reserved for an order and that no open fulfillment will take. Permission: reservations.manage. Logs: inventory_released.',
  })
  @Authorized(...releaseOrderReservations.permissions)
  releaseOrderReservations(
    @Input(() => ReleaseOrderReservationsInput) input: ReleaseOrderReservationsInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(releaseOrderReservations, input);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'For which order.' })
  order(@Root() reservation: ReservationRow, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(reservation.orderId);
  }
}

const orderOf = (payload: { orderId?: string }, context: RequestContext) =>
  payload.orderId === undefined ? null : context.loader(orderById).load(payload.orderId);

@Resolver(() => ReservationPayload)
export class ReservationPayloadResolver {
  @FieldResolver(() => InventoryReservation, {
    nullable: true,
    description: 'The reservation as it is now; null when refused.',
  })
  reservation(@Root() payload: { reservationId?: string }, @Ctx() context: RequestContext) {
    return payload.reservationId === undefined
      ? null
      : context.loader(reservationById).load(payload.reservationId);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'Its order as it is now; null when refused.' })
  order(@Root() payload: { orderId?: string }, @Ctx() context: RequestContext) {
    return orderOf(payload, context);
  }
}

@Resolver(() => OrderReservationsPayload)
export class OrderReservationsPayloadResolver {
  @FieldResolver(() => Order, { nullable: true, description: 'The order as it is now; null when refused.' })
  order(@Root() payload: { orderId?: string }, @Ctx() context: RequestContext) {
    return orderOf(payload, context);
  }
}
