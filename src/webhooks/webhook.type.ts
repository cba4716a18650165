import { Field, ID, Int, ObjectType } from 'type-graphql';
import type {
  OrderHistoryAction as OrderHistoryActionValue,
  WebhookDeliveryStatus as WebhookDeliveryStatusValue,
  WebhookDisabledReason as WebhookDisabledReasonValue,
} from '../db/tables/enumerations.ts';
import { connectionType } from '../graphql/connection.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';
import { Channel, OrderHistoryAction, OrderStatus } from '../orders/order.enums.type.ts';

export const WebhookDeliveryStatus = enumType<WebhookDeliveryStatusValue>(
  'WebhookDeliveryStatus',
  'What has become of an event for one endpoint.',
  {
    pending: 'Not accepted yet: due, waiting for its next attempt, or for an earlier event of its order.',
    delivered: 'The receiver has answered with 2xx.',
    failed: 'Given up: after the last attempt, or because the receiver says that it is gone.',
  },
);

export const WebhookDisabledReason = enumType<WebhookDisabledReasonValue>(
  'WebhookDisabledReason',
  'Why nothing is sent to an endpoint.',
  {
    attempts_exhausted: 'All attempts to deliver one event have failed, over more than a day.',
    gone: 'The receiver has answered 410 Gone.',
    by_manager: 'Somebody has switched it off.',
  },
);

@ObjectType({ description: 'A receiver of events at another program. docs/webhooks.md is its guide.' })
export class WebhookEndpoint {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'Where events are sent to, by POST.' })
  url!: string;
  @Field(() => [OrderHistoryAction], {
    simple: true,
    nullable: true,
    description: 'Only events of these actions; null: of all.',
  })
  actions!: OrderHistoryActionValue[] | null;
  @Field(() => [Channel], {
    simple: true,
    nullable: true,
    description: 'Only of orders from these channels; null: from all.',
  })
  channels!: Channel[] | null;
  @Field(() => [String], {
    simple: true,
    nullable: true,
    description: 'Only about fulfillments at the locations with these codes; null: all events.',
  })
  locationCodes!: string[] | null;
  @Field(() => [OrderStatus], {
    simple: true,
    nullable: true,
    description: 'Only events by which an order comes into one of these statuses; null: all events.',
  })
  orderStatuses!: OrderStatus[] | null;
  @Field(() => Boolean, { simple: true, description: 'False: nothing is sent; see disabledReason.' })
  active!: boolean;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'Since when nothing is sent.' })
  disabledAt!: string | null;
  @Field(() => WebhookDisabledReason, {
    simple: true,
    nullable: true,
    description: 'Why nothing is sent; null while it is active.',
  })
  disabledReason!: WebhookDisabledReasonValue | null;
  @Field(() => DateTime, {
    simple: true,
    nullable: true,
    description: 'Until when each message is signed with the secret of before the last rotation, too.',
  })
  previousSecretUntil!: string | null;
  @Field(() => Int, { simple: true, description: 'Rises with every change.' })
  version!: number;
  @Field(() => DateTime, { simple: true, description: 'When it was created.' })
  createdAt!: string;
  @Field(() => DateTime, { simple: true, description: 'When it was last changed.' })
  updatedAt!: string;
}

@ObjectType({ description: 'One event for one endpoint. Kept for 30 days.' })
export class WebhookDelivery {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => ID, {
    simple: true,
    description: 'The entry of the history, and the header `webhook-id` of every attempt.',
  })
  eventId!: string;
  @Field(() => String, { simple: true, description: 'Such as order.shipped.' })
  eventType!: string;
  @Field(() => String, { simple: true, description: 'The body: JSON, the same at each attempt.' })
  payload!: string;
  @Field(() => WebhookDeliveryStatus, { simple: true, description: 'What has become of it.' })
  status!: WebhookDeliveryStatusValue;
  @Field(() => Int, {
    simple: true,
    description: 'Attempts so far, since it was created or last redelivered.',
  })
  attempts!: number;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When it was last tried.' })
  lastAttemptAt!: string | null;
  @Field(() => Int, {
    simple: true,
    nullable: true,
    description: 'What the receiver answered last; null without an answer.',
  })
  lastStatusCode!: number | null;
  @Field(() => Int, { simple: true, nullable: true, description: 'How long the last attempt took.' })
  lastDurationMs!: number | null;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Why the last attempt failed; null when it did not.',
  })
  lastError!: string | null;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'The beginning of what the receiver answered when it refused, up to 4 KiB.',
  })
  lastResponse!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When it was last accepted.' })
  deliveredAt!: string | null;
  @Field(() => DateTime, { simple: true, description: 'When it was created.' })
  createdAt!: string;
}

export const WebhookDeliveryConnection = connectionType('WebhookDelivery', () => WebhookDelivery);

@ObjectType({ description: 'The answer of a mutation on a webhook endpoint.' })
export class WebhookEndpointPayload {
  @Field(() => String, {
    simple: true,
    nullable: true,
    description:
      'The new secret, `whsec_…`: only in the first answer after it was made, and never again. Null where none was made, and when the call is repeated.',
  })
  secret!: string | null;
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of `deleteWebhookEndpoint`.' })
export class DeleteWebhookEndpointPayload {
  @Field(() => ID, { simple: true, nullable: true, description: 'What is gone; null when refused.' })
  deletedEndpointId!: string | null;
  @Field(() => [UserError], { simple: true, description: 'Why nothing was deleted; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of `redeliverWebhook`.' })
export class RedeliverWebhookPayload {
  @Field(() => Int, {
    simple: true,
    nullable: true,
    description: 'How many are sent again: not those that are being sent at this moment. Null when refused.',
  })
  redelivered!: number | null;
  @Field(() => [UserError], { simple: true, description: 'Why nothing is sent again; empty when it is.' })
  userErrors!: UserError[];
}
