import {
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import type { FulfillmentStatus as FulfillmentStatusValue } from '../db/tables/enumerations.ts';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { UserError } from '../graphql/user-error.type.ts';
import { orderById } from '../orders/order.loaders.ts';
import { Order } from '../orders/order.type.ts';
import { decodeCursor } from '../shared/page.ts';
import { assignFulfillment } from './commands/assign-fulfillment.ts';
import { cancelFulfillment } from './commands/cancel-fulfillment.ts';
import { claimNextFulfillment } from './commands/claim-next-fulfillment.ts';
import { createFulfillment } from './commands/create-fulfillment.ts';
import { reportShortPick } from './commands/report-short-pick.ts';
import { updateFulfillment } from './commands/update-fulfillment.ts';
import { updateFulfillmentStatus } from './commands/update-fulfillment-status.ts';
import {
  AssignFulfillmentInput,
  CancelFulfillmentInput,
  ClaimNextFulfillmentInput,
  CreateFulfillmentInput,
  ReportShortPickInput,
  UpdateFulfillmentInput,
  UpdateFulfillmentStatusInput,
} from './fulfillment-handling.input.ts';
import { fulfillmentById } from './fulfillment.loaders.ts';
import {
  countFulfillments,
  queueOrder,
  searchFulfillments,
  type FulfillmentRow,
} from './fulfillment.repository.ts';
import {
  Fulfillment,
  FulfillmentConnection,
  FulfillmentPayload,
  FulfillmentStatus,
} from './fulfillment.type.ts';
import { beforeShipping } from './fulfillment.workflow.ts';

@ArgsType()
class MyFulfillmentsArguments extends PageArguments {
  @Field(() => [FulfillmentStatus], {
    nullable: true,
    description: 'In one of these statuses; in any before SHIPPED when left out.',
  })
  statuses?: FulfillmentStatusValue[] | null;
}

@ObjectType({ description: 'The answer of `reportShortPick`.' })
export class ReportShortPickPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of `createFulfillment`.' })
export class CreateFulfillmentPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was made; empty when it was.' })
  userErrors!: UserError[];
}

/** What the warehouse does with fulfillments besides taking them through their statuses. */
@Resolver()
export class FulfillmentHandlingResolver {
  @Query(() => FulfillmentConnection, {
    description: 'The fulfillments that are assigned to you, oldest first. Permission: fulfillments.work.',
  })
  @Authorized('fulfillments.work')
  async myFulfillments(
    @Args(() => MyFulfillmentsArguments) { first, after, statuses }: MyFulfillmentsArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<FulfillmentRow>> {
    const source = { read: context.read, actor: context.viewer };
    const filter = { assignedToId: context.viewer.userId, statuses: statuses ?? beforeShipping };
    const keyset = after ? decodeCursor(after, queueOrder) : null;
    const rows = await searchFulfillments(source, filter, first + 1, keyset);
    const count = () => countFulfillments(source, filter);
    return new Connection(rows, first, after !== null, queueOrder, (row) => [row.createdAt, row.id], count);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'Takes the next PENDING fulfillment of a location’s queue: the highest priority, then the oldest, of orders not on hold and not assigned to somebody else. Assigns it to you and starts its picking. `fulfillment` is null, without an error, when the queue is empty. No two pickers get the same one, and none waits for another. Permission: fulfillments.work. Logs: status_changed, and processing_started for the order.',
  })
  @Authorized(...claimNextFulfillment.permissions)
  claimNextFulfillment(
    @Input(() => ClaimNextFulfillmentInput) input: ClaimNextFulfillmentInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(claimNextFulfillment, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'Ends a fulfillment that is not SHIPPED yet: CANCELLED. What it was to take is released or, if asked, kept for `createFulfillment`; the order goes on. Permission: fulfillments.work. Logs: cancelled, and inventory_released for the order.',
  })
  @Authorized(...cancelFulfillment.permissions)
  cancelFulfillment(
    @Input(() => CancelFulfillmentInput) input: CancelFulfillmentInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(cancelFulfillment, input);
  }

  @Mutation(() => ReportShortPickPayload, {
    description:
      'Says within PICKING that units of a line cannot be found, so that `completePicking` no longer waits for them. They are reserved at other locations as far as those have any, each with a new PENDING fulfillment; the rest is released. Refused while the order is on hold. Permission: fulfillments.work. Logs: edited; inventory_released and inventory_reserved for the order; status_changed for each new fulfillment.',
  })
  @Authorized(...reportShortPick.permissions)
  reportShortPick(
    @Input(() => ReportShortPickInput) input: ReportShortPickInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(reportShortPick, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'Puts somebody in charge before it is SHIPPED, or nobody, so that whoever is next may claim it. Permission: fulfillments.work. Logs: assigned.',
  })
  @Authorized(...assignFulfillment.permissions)
  assignFulfillment(
    @Input(() => AssignFulfillmentInput) input: AssignFulfillmentInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(assignFulfillment, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'Corrects bin, box, weight, packing materials or carrier before it is SHIPPED. Permission: fulfillments.work. Logs: edited, with the changes.',
  })
  @Authorized(...updateFulfillment.permissions)
  updateFulfillment(
    @Input(() => UpdateFulfillmentInput) input: UpdateFulfillmentInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(updateFulfillment, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'The generic step: runs whichever mutation leads from the present status to this one, by the same rules and with the same effects, or refuses with INVALID_TRANSITION. Permission: fulfillments.work. Logs: what that mutation logs.',
  })
  @Authorized(...updateFulfillmentStatus.permissions)
  updateFulfillmentStatus(
    @Input(() => UpdateFulfillmentStatusInput) input: UpdateFulfillmentStatusInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(updateFulfillmentStatus, input);
  }

  @Mutation(() => CreateFulfillmentPayload, {
    description:
      'Makes a PENDING fulfillment for reservations that no open fulfillment will take: kept from a cancelled one, or made by hand. Permission: fulfillments.work. Logs: edited for the order, status_changed for the fulfillment.',
  })
  @Authorized(...createFulfillment.permissions)
  createFulfillment(
    @Input(() => CreateFulfillmentInput) input: CreateFulfillmentInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(createFulfillment, input);
  }
}

@Resolver(() => ReportShortPickPayload)
export class ReportShortPickPayloadResolver {
  @FieldResolver(() => Fulfillment, {
    nullable: true,
    description: 'The fulfillment as it is now; null when refused.',
  })
  fulfillment(@Root() payload: { fulfillmentId?: string }, @Ctx() context: RequestContext) {
    return payload.fulfillmentId === undefined
      ? null
      : context.loader(fulfillmentById).load(payload.fulfillmentId);
  }

  @FieldResolver(() => [Fulfillment], {
    nullable: true,
    description: 'Those that were made at other locations for what was short; null when refused.',
  })
  newFulfillments(
    @Root() payload: { newFulfillmentIds?: readonly string[] },
    @Ctx() context: RequestContext,
  ) {
    return payload.newFulfillmentIds === undefined
      ? null
      : context.loader(fulfillmentById).loadMany([...payload.newFulfillmentIds]);
  }
}

@Resolver(() => CreateFulfillmentPayload)
export class CreateFulfillmentPayloadResolver {
  @FieldResolver(() => Fulfillment, {
    nullable: true,
    description: 'The new fulfillment; null when refused.',
  })
  fulfillment(@Root() payload: { fulfillmentId?: string }, @Ctx() context: RequestContext) {
    return payload.fulfillmentId === undefined
      ? null
      : context.loader(fulfillmentById).load(payload.fulfillmentId);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'Its order as it is now; null when refused.' })
  order(@Root() payload: { orderId?: string }, @Ctx() context: RequestContext) {
    return payload.orderId === undefined ? null : context.loader(orderById).load(payload.orderId);
  }
}
