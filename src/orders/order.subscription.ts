import {
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  ObjectType,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { IsOptional, IsUUID, Length, ValidateNested } from 'class-validator';
import { requirePermission } from '../auth/actor.ts';
import { mayKnowOfEvent } from '../auth/visibility.ts';
import type {
  Channel as ChannelValue,
  OrderHistoryAction as OrderHistoryActionValue,
  OrderStatus as OrderStatusValue,
} from '../db/tables/enumerations.ts';
import { fulfillmentById } from '../fulfillments/fulfillment.loaders.ts';
import { Fulfillment } from '../fulfillments/fulfillment.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { DateTime } from '../graphql/scalars.ts';
import { subscribedOverHttp, subscribeToLog } from '../graphql/subscribe-to-log.ts';
import { SubscriptionArguments, validated } from '../graphql/subscription-arguments.ts';
import type { LogEvent } from '../history/log.repository.ts';
import { Channel, OrderHistoryAction, OrderStatus } from './order.enums.type.ts';
import { orderById } from './order.loaders.ts';
import { Order, OrderHistoryEntry } from './order.type.ts';

@InputType({ description: 'Which events: all that is given must hold.' })
class OrderEventFilter {
  @Field(() => [OrderHistoryAction], { nullable: true, description: 'One of these actions.' })
  actions?: OrderHistoryActionValue[] | null;
  @Field(() => [Channel], { nullable: true, description: 'Of orders from one of these channels.' })
  channels?: ChannelValue[] | null;
  @Field(() => [OrderStatus], {
    nullable: true,
    description:
      'About an order itself, and not one of its fulfillments, that is in one of these statuses after the event.',
  })
  statuses?: OrderStatusValue[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'About fulfillments at the location with this code. Permission: fulfillments.details.view.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
  @Field(() => ID, {
    nullable: true,
    description:
      'Of orders that are assigned to this user when the event is told. Permission: orders.assignee.view.',
  })
  @IsOptional()
  @IsUUID()
  assignedToId?: string | null;
}

@ArgsType()
class OrderEventArguments extends SubscriptionArguments {
  @Field(() => ID, { nullable: true, description: 'Of this order; of all that you may see if left out.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
  @Field(() => OrderEventFilter, {
    nullable: true,
    description: 'Which events; all that you may see if left out.',
  })
  @IsOptional()
  @ValidateNested()
  filter?: OrderEventFilter | null;
}

@ObjectType({ description: 'An entry of the history of an order, told as it happens.' })
export class OrderEvent {
  @Field(() => String, {
    simple: true,
    description: 'Send the last one you have seen as `after` to go on from it.',
  })
  cursor!: string;
  @Field(() => DateTime, { simple: true, description: 'When it happened.' })
  occurredAt!: string;
  @Field(() => OrderHistoryEntry, { simple: true, description: 'What happened, as the history keeps it.' })
  entry!: OrderHistoryEntry;
}

function wanted(event: LogEvent, { orderId, filter }: OrderEventArguments): boolean {
  const { actions, channels, statuses, locationCode, assignedToId } = filter ?? {};
  const { order, fulfillment } = event;
  return (
    (!orderId || order.id === orderId.toLowerCase()) &&
    (!actions || actions.includes(event.action)) &&
    (!channels || channels.includes(order.channel)) &&
    (!statuses || (fulfillment === null && (statuses as (string | null)[]).includes(event.newStatus))) &&
    (!locationCode || fulfillment?.locationCode === locationCode) &&
    (!assignedToId || order.assignedToId === assignedToId.toLowerCase())
  );
}

@Resolver(() => OrderEvent)
export class OrderSubscriptionResolver {
  @Subscription(() => OrderEvent, {
    description:
      'Whatever happens to orders, each entry of their history in the order of the event log: all that the viewer may see of it, and to a customer the milestones of own orders. Permission: history.view.',
    subscribe: async ({ context, args }) => {
      const given = await validated(args, OrderEventArguments, OrderEventFilter);
      const { actor } = context as RequestContext;
      if (given.filter?.locationCode) requirePermission(actor, 'fulfillments.details.view');
      if (given.filter?.assignedToId) requirePermission(actor, 'orders.assignee.view');
      return subscribeToLog(
        context as RequestContext,
        given.after ?? null,
        (event, viewer) => wanted(event, given) && mayKnowOfEvent(viewer, event),
      );
    },
  })
  @Authorized('history.view')
  orderEvents(
    @Root() event: LogEvent | undefined,
    @Args(() => OrderEventArguments, { validate: false }) _arguments: OrderEventArguments,
    @Ctx() context: RequestContext,
  ) {
    if (!event) throw subscribedOverHttp();
    const cursor = context.services.eventLog.cursors.encode(event);
    return { cursor, occurredAt: event.createdAt, entry: event };
  }

  @FieldResolver(() => Order, { nullable: true, description: 'The order as it is now.' })
  order(@Root() { entry }: { entry: LogEvent }, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(entry.orderId);
  }

  @FieldResolver(() => Fulfillment, {
    nullable: true,
    description: 'The fulfillment that it is about, as it is now; null where it is about the order itself.',
  })
  fulfillment(@Root() { entry }: { entry: LogEvent }, @Ctx() context: RequestContext) {
    return entry.fulfillmentId === null ? null : context.loader(fulfillmentById).load(entry.fulfillmentId);
  }
}
