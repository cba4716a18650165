import {
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { IsOptional, IsUUID, Length, ValidateNested } from 'class-validator';
import { requirePermission } from '../auth/actor.ts';
import { mayKnowOfOrder } from '../auth/visibility.ts';
import type {
  Channel as ChannelValue,
  FulfillmentStatus as FulfillmentStatusValue,
} from '../db/tables/enumerations.ts';
import type { RequestContext } from '../graphql/context.ts';
import type { LogEvent } from '../history/log.repository.ts';
import { subscribedOverHttp, subscribeToLog } from '../graphql/subscribe-to-log.ts';
import { SubscriptionArguments, validated } from '../graphql/subscription-arguments.ts';
import { orderById } from '../orders/order.loaders.ts';
import { Channel } from '../orders/order.enums.type.ts';
import { Order } from '../orders/order.type.ts';
import { fulfillmentById } from './fulfillment.loaders.ts';
import { Fulfillment, FulfillmentStatus, FulfillmentStatusChange } from './fulfillment.type.ts';

@InputType({ description: 'Which changes: all that is given must hold.' })
class FulfillmentStatusFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Of fulfillments at the location with this code. Permission: fulfillments.details.view.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
  @Field(() => ID, { nullable: true, description: 'Of this order’s fulfillments.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
  @Field(() => [FulfillmentStatus], { nullable: true, description: 'To one of these statuses.' })
  statuses?: FulfillmentStatusValue[] | null;
  @Field(() => [Channel], { nullable: true, description: 'Of orders from one of these channels.' })
  channels?: ChannelValue[] | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Of fulfillments that are assigned to this user when the change is told. Permission: fulfillments.details.view.',
  })
  @IsOptional()
  @IsUUID()
  assignedToId?: string | null;
}

@ArgsType()
class FulfillmentStatusArguments extends SubscriptionArguments {
  @Field(() => FulfillmentStatusFilter, {
    nullable: true,
    description: 'Which changes; all that you may see if left out.',
  })
  @IsOptional()
  @ValidateNested()
  filter?: FulfillmentStatusFilter | null;
}

function wanted(event: LogEvent, filter: FulfillmentStatusFilter): boolean {
  if (!event.fulfillment || event.newStatus === null || event.oldStatus === event.newStatus) return false;
  const { locationCode, orderId, statuses, channels, assignedToId } = filter;
  return (
    (!locationCode || event.fulfillment.locationCode === locationCode) &&
    (!orderId || event.order.id === orderId.toLowerCase()) &&
    (!statuses || (statuses as string[]).includes(event.newStatus)) &&
    (!channels || channels.includes(event.order.channel)) &&
    (!assignedToId || event.fulfillment.assignedToId === assignedToId.toLowerCase())
  );
}

@Resolver(() => FulfillmentStatusChange)
export class FulfillmentSubscriptionResolver {
  @Subscription(() => FulfillmentStatusChange, {
    description:
      'Fulfillments that are made or change their status, in the order of the event log. Permission: fulfillments.view; only what you may see.',
    subscribe: async ({ context, args }) => {
      const { filter, after } = await validated(args, FulfillmentStatusArguments, FulfillmentStatusFilter);
      const { actor } = context as RequestContext;
      if (filter?.locationCode || filter?.assignedToId) requirePermission(actor, 'fulfillments.details.view');
      return subscribeToLog(
        context as RequestContext,
        after ?? null,
        (event, viewer) => wanted(event, filter ?? {}) && mayKnowOfOrder(viewer, event.order),
      );
    },
  })
  @Authorized('fulfillments.view')
  fulfillmentStatusChanged(
    @Root() event: LogEvent | undefined,
    @Args(() => FulfillmentStatusArguments, { validate: false }) _arguments: FulfillmentStatusArguments,
    @Ctx() context: RequestContext,
  ) {
    if (!event) throw subscribedOverHttp();
    const { oldStatus, newStatus, createdAt: occurredAt } = event;
    return {
      event,
      cursor: context.services.eventLog.cursors.encode(event),
      oldStatus,
      newStatus,
      occurredAt,
    };
  }

  @FieldResolver(() => Fulfillment, { nullable: true, description: 'The fulfillment as it is now.' })
  fulfillment(@Root() change: { event: LogEvent }, @Ctx() context: RequestContext) {
    return context.loader(fulfillmentById).load(change.event.fulfillment!.id);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'Its order as it is now.' })
  order(@Root() change: { event: LogEvent }, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(change.event.order.id);
  }
}
