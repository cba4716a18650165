import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsOptional, IsUUID, Length } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import type {
  OrderHistoryAction as OrderHistoryActionValue,
  WebhookDeliveryStatus as WebhookDeliveryStatusValue,
} from '../db/tables/enumerations.ts';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { IsLaterThan } from '../graphql/validation.ts';
import { Channel, OrderHistoryAction, OrderStatus } from '../orders/order.enums.type.ts';
import type { WebhookDeliveryFilterValues } from './webhook-delivery.repository.ts';
import { WebhookDeliveryStatus } from './webhook.type.ts';

@InputType()
abstract class WebhookEndpointFields extends CommandInputFields {
  @Field(() => [OrderHistoryAction], {
    nullable: true,
    description: 'Only events of these actions; null: of all.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayUnique()
  actions?: OrderHistoryActionValue[] | null;
  @Field(() => [Channel], { nullable: true, description: 'Only of orders from these channels; null: all.' })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayUnique()
  channels?: Channel[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Only about fulfillments at the locations with these codes; null: all events.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @ArrayUnique()
  @Length(1, 50, { each: true })
  locationCodes?: string[] | null;
  @Field(() => [OrderStatus], {
    nullable: true,
    description: 'Only events by which an order comes into one of these statuses; null: all events.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayUnique()
  orderStatuses?: OrderStatus[] | null;
}

const urlRule =
  'Where events are sent to: https, without a user, a password or a fragment. Plain HTTP only where the operator allows it.';

@InputType({ description: 'A new receiver of events. All filters that are given must hold.' })
export class CreateWebhookEndpointInput extends WebhookEndpointFields {
  @Field(() => String, { description: urlRule })
  @Length(1, 2_000)
  url!: string;
}

@InputType({ description: 'What changes of an endpoint: a field that is left out stays as it is.' })
export class UpdateWebhookEndpointInput extends WebhookEndpointFields {
  @Field(() => ID, { description: 'The endpoint.' })
  @IsUUID()
  endpointId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version.',
  })
  expectedVersion?: number | null;
  @Field(() => String, { nullable: true, description: urlRule })
  @IsOptional()
  @Length(1, 2_000)
  url?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'False: nothing is sent. True: what waits is sent, then everything that has happened since, then whatever happens.',
  })
  active?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: a new secret, shown in this answer alone. For 24 hours each message is signed with both, the old and the new one.',
  })
  rotateSecret?: boolean | null;
}

@InputType({ description: 'Names the endpoint that goes.' })
export class DeleteWebhookEndpointInput extends CommandInputFields {
  @Field(() => ID, { description: 'The endpoint.' })
  @IsUUID()
  endpointId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'What is sent again: one delivery, or what an endpoint did not take.' })
export class RedeliverWebhookInput extends CommandInputFields {
  @Field(() => ID, { nullable: true, description: 'This delivery, whatever has become of it.' })
  @IsOptional()
  @IsUUID()
  deliveryId?: string | null;
  @Field(() => ID, { nullable: true, description: 'All FAILED ones of this endpoint, with failedSince.' })
  @IsOptional()
  @IsUUID()
  endpointId?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Those whose last attempt was then or later.' })
  failedSince?: string | null;
}

@InputType({ description: 'Which deliveries: all that is given must hold.' })
export class WebhookDeliveryFilter implements WebhookDeliveryFilterValues {
  @Field(() => ID, { nullable: true, description: 'To this endpoint.' })
  @IsOptional()
  @IsUUID()
  endpointId?: string | null;
  @Field(() => [WebhookDeliveryStatus], { nullable: true, description: 'In one of these statuses.' })
  statuses?: WebhookDeliveryStatusValue[] | null;
  @Field(() => ID, { nullable: true, description: 'About this order.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
  @Field(() => ID, { nullable: true, description: 'Of this event: an entry of the history.' })
  @IsOptional()
  @IsUUID()
  eventId?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Created then or later.' })
  createdFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Created before then.' })
  @IsOptional()
  @IsLaterThan('createdFrom')
  createdBefore?: string | null;
}
