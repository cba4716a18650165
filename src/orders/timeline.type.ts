import { Field, ID, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.type.ts';
import { OrderHistoryAction } from './order.enums.type.ts';

@ObjectType({ description: 'A parcel that a timeline entry speaks of.' })
export class TimelineShipment {
  @Field(() => String, { simple: true, description: 'The fulfillment’s number.' })
  fulfillmentNumber!: string;
  @Field(() => String, { simple: true, nullable: true, description: 'Who carries it.' })
  carrier!: string | null;
  @Field(() => String, { simple: true, nullable: true, description: 'The carrier’s number for it.' })
  trackingNumber!: string | null;
}

@ObjectType({
  description: 'One step in the life of an order, told for people: show `title` and `text` as they are.',
})
export class TimelineEntry {
  @Field(() => ID, { simple: true, description: 'The id of the entry of the audit trail.' })
  id!: string;
  @Field(() => OrderHistoryAction, { simple: true, description: 'What happened; for an icon, say.' })
  action!: OrderHistoryAction;
}

export const TimelineConnection = connectionType('TimelineEntry', () => TimelineEntry);
