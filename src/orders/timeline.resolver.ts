import { Args, Authorized, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { may } from '../auth/actor.ts';
import { fulfillmentById, fulfillmentsOfOrder } from '../fulfillments/fulfillment.loaders.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { DateTime } from '../graphql/scalars.ts';
import { maximumPageSize } from '../shared/page.ts';
import { userById } from '../users/user.loaders.ts';
import type { OrderHistoryRow } from './order-history.repository.ts';
import { historyOf } from './order.loaders.ts';
import type { OrderRow } from './order.repository.ts';
import { Order } from './order.type.ts';
import {
  fillIn,
  sameStatusText,
  shipmentText,
  statusWords,
  systemName,
  timelineTexts,
  trackingText,
} from './timeline.texts.ts';
import { TimelineConnection, TimelineEntry, TimelineShipment } from './timeline.type.ts';

@Resolver(() => Order)
export class OrderTimelineResolver {
  @FieldResolver(() => TimelineConnection, {
    description:
      'The history in plain words, latest first: all of it for staff, the milestones of the order for a customer.',
  })
  timeline(
    @Root() order: OrderRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(historyOf(order)).load({ parentId: order.id, first, after });
  }
}

@Resolver(() => TimelineEntry)
export class TimelineEntryResolver {
  @FieldResolver(() => DateTime, { description: 'When it happened.' })
  occurredAt(@Root() entry: OrderHistoryRow): string {
    return entry.createdAt;
  }

  @FieldResolver(() => String, { description: 'A word or two, such as "Shipped".' })
  title(@Root() entry: OrderHistoryRow): string {
    return timelineTexts[entry.action].title;
  }

  @FieldResolver(() => String, { description: 'A sentence, worded for the viewer.' })
  async text(@Root() entry: OrderHistoryRow, @Ctx() context: RequestContext): Promise<string> {
    const [by, shipments] = await Promise.all([nameOfPerformer(entry, context), shipmentsOf(entry, context)]);
    const text = fillIn(templateFor(entry, context), {
      by: by ?? systemName,
      fulfillment: shipments[0]?.fulfillmentNumber ?? '',
      from: statusWords(entry.oldStatus),
      to: statusWords(entry.newStatus),
      description: entry.description,
    });
    const tracked = shipments.filter(({ trackingNumber }) => trackingNumber !== null);
    return tracked.length === 0 || entry.action !== 'shipped' ? text : text + trackingOf(tracked);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Who did it; null for the system, and for customers: to them it was us. Permission: history.viewStaff, else null.',
  })
  @Authorized('history.viewStaff')
  by(@Root() entry: OrderHistoryRow, @Ctx() context: RequestContext): Promise<string | null> {
    return nameOfPerformer(entry, context);
  }

  @FieldResolver(() => [TimelineShipment], {
    description:
      'The parcels: of the fulfillment that it is about, or, of an order that was shipped or delivered, all that were sent.',
  })
  shipments(@Root() entry: OrderHistoryRow, @Ctx() context: RequestContext): Promise<TimelineShipment[]> {
    return shipmentsOf(entry, context);
  }
}

/** The name, for viewers who may know it. */
async function nameOfPerformer(entry: OrderHistoryRow, context: RequestContext): Promise<string | null> {
  if (entry.performedById === null || !may(context.viewer, 'history.viewStaff')) return null;
  const user = await context.loader(userById).load(entry.performedById);
  return user?.displayName ?? null;
}

async function shipmentsOf(entry: OrderHistoryRow, context: RequestContext): Promise<TimelineShipment[]> {
  if (entry.fulfillmentId !== null) {
    const fulfillment = await context.loader(fulfillmentById).load(entry.fulfillmentId);
    return fulfillment ? [shipmentOf(fulfillment)] : [];
  }
  if (entry.action !== 'shipped' && entry.action !== 'delivered') return [];
  const key = { parentId: entry.orderId, first: maximumPageSize, after: null };
  const { nodes } = await context.loader(fulfillmentsOfOrder).load(key);
  return nodes.filter(({ shippedAt }) => shippedAt !== null).map(shipmentOf);
}

function shipmentOf(fulfillment: {
  number: string;
  carrier: string | null;
  trackingNumber: string | null;
}): TimelineShipment {
  const { number: fulfillmentNumber, carrier, trackingNumber } = fulfillment;
  return { fulfillmentNumber, carrier, trackingNumber };
}

function templateFor(entry: OrderHistoryRow, context: RequestContext): string {
  const texts = timelineTexts[entry.action];
  if (!may(context.viewer, 'history.viewStaff')) return texts.customer ?? texts.title;
  const hasMoved = entry.oldStatus !== null && entry.oldStatus !== entry.newStatus;
  if (entry.action === 'status_changed' && !hasMoved) return sameStatusText;
  return (entry.fulfillmentId !== null && texts.fulfillment) || texts.staff;
}

function trackingOf(shipments: readonly TimelineShipment[]): string {
  const each = shipments.map(({ carrier, trackingNumber }) =>
    fillIn(shipmentText, { carrier: carrier ?? '', tracking: trackingNumber ?? '' }).trim(),
  );
  return fillIn(trackingText, { shipments: each.join(', ') });
}
