import type { Channel, OrderHistoryAction, OrderStatus } from '../db/tables/enumerations.ts';
import type { LogEvent } from '../history/log.repository.ts';

/** The form of the payload. A field that is added does not raise it; one that goes or changes its meaning does. */
export const payloadVersion = 1;

/** Which events an endpoint wants; null is all. All that is given must hold. */
export interface WebhookFilter {
  readonly actions: readonly OrderHistoryAction[] | null;
  readonly channels: readonly Channel[] | null;
  readonly locationCodes: readonly string[] | null;
  readonly orderStatuses: readonly OrderStatus[] | null;
}

export function isWanted(event: LogEvent, filter: WebhookFilter): boolean {
  const { actions, channels, locationCodes, orderStatuses } = filter;
  return (
    includes(actions, event.action) &&
    includes(channels, event.order.channel) &&
    includes(locationCodes, event.fulfillment?.locationCode) &&
    includes(orderStatuses, statusReached(event))
  );
}

function includes<Value>(list: readonly Value[] | null, value: Value | undefined): boolean {
  return list === null || (value !== undefined && list.includes(value));
}

/** The status that the order, and no part of it, has come into by this event. */
function statusReached({ fulfillment, oldStatus, newStatus }: LogEvent): OrderStatus | undefined {
  const isStep = fulfillment === null && newStatus !== null && newStatus !== oldStatus;
  return isStep ? (newStatus as OrderStatus) : undefined;
}

/** Such as `order.shipped`, or `fulfillment.shipped` where it is about a part of the order. */
export function eventType({ action, fulfillment }: LogEvent): string {
  return `${fulfillment === null ? 'order' : 'fulfillment'}.${action}`;
}

/**
 * What is sent: identifiers and statuses, with which the receiver asks the API. Neither personal data nor money: a
 * payload lies in queues and logs that nobody erases a customer from.
 */
export function payloadOf(event: LogEvent, orderNumber: string): string {
  const { order, fulfillment } = event;
  return JSON.stringify({
    type: eventType(event),
    timestamp: event.createdAt,
    version: payloadVersion,
    data: {
      eventId: event.id,
      action: event.action.toUpperCase(),
      orderId: order.id,
      orderNumber,
      channel: order.channel.toUpperCase(),
      orderStatus: order.status.toUpperCase(),
      fulfillmentId: fulfillment?.id ?? null,
      locationCode: fulfillment?.locationCode ?? null,
      oldStatus: event.oldStatus?.toUpperCase() ?? null,
      newStatus: event.newStatus?.toUpperCase() ?? null,
    },
  });
}
