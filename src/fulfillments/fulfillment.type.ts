import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { FulfillmentStatus as FulfillmentStatusValue } from '../db/tables/enumerations.ts';
import { connectionType } from '../graphql/connection.type.ts';
import { enumType } from '../graphql/enum-type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { UserError } from '../graphql/user-error.type.ts';

export const FulfillmentStatus = enumType('FulfillmentStatus', 'Where a fulfillment stands.', {
  pending: 'Waits for a picker.',
  picking: 'Being picked.',
  packing: 'Picked; being packed.',
  ready_to_ship: 'Packed; waits for the carrier.',
  shipped: 'On its way.',
  partially_fulfilled: 'Arrived; some lines were short.',
  fulfilled: 'Arrived.',
  cancelled: 'Ended before it was shipped.',
});

export const ScanResult = enumType('ScanResult', 'What a scan was.', {
  match: 'It belongs to the fulfillment and is counted as picked.',
  wrong_item: 'A known item that the fulfillment does not need. Put it back.',
  over_pick: 'More than the fulfillment still needs. Nothing was counted as picked.',
  unknown: 'No item has this barcode or SKU.',
});

@ObjectType({ description: 'Something used to pack.' })
export class PackingMaterial {
  @Field(() => String, { simple: true, description: 'What, such as bubble wrap.' })
  name!: string;
  @Field(() => Float, { simple: true, description: 'How much, in the unit that its name implies.' })
  quantity!: number;
}

@ObjectType({ description: 'Goods of one order that leave one location together: picked, packed, shipped.' })
export class Fulfillment {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => String, { simple: true, description: 'For people, unique: FUL-YYYYMMDD-XXXX.' })
  number!: string;
  @Field(() => FulfillmentStatus, { simple: true, description: 'Where it stands.' })
  status!: FulfillmentStatusValue;
  @Field(() => String, {
    simple: true,
    nullable: true,
    description: 'Who carries it; PICKUP when it is fetched.',
  })
  carrier!: string | null;
  @Field(() => String, { simple: true, nullable: true, description: 'The carrier’s number of the parcel.' })
  trackingNumber!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When the carrier took it.' })
  shippedAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When it arrived.' })
  deliveredAt!: string | null;
  @Field(() => Int, { simple: true, description: 'Raised by every change; send it as `expectedVersion`.' })
  version!: number;
  @Field(() => DateTime, { simple: true, description: 'When it was made.' })
  createdAt!: string;
  @Field(() => DateTime, { simple: true, description: 'When it last changed.' })
  updatedAt!: string;
}

@ObjectType({ description: 'A line of a fulfillment.' })
export class FulfillmentItem {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => Int, { simple: true, description: 'Units to pick.' })
  quantity!: number;
}

export const FulfillmentConnection = connectionType('Fulfillment', () => Fulfillment);

@ObjectType({ description: 'The answer of a mutation on a fulfillment.' })
export class FulfillmentPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was changed; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The answer of `scanItem`.' })
export class ScanItemPayload {
  @Field(() => [UserError], { simple: true, description: 'Why nothing was counted; empty when it was.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'A fulfillment was made or has changed its status.' })
export class FulfillmentStatusChange {
  @Field(() => String, {
    simple: true,
    description: 'Send the last one you have seen as `after` to go on from it.',
  })
  cursor!: string;
  @Field(() => FulfillmentStatus, {
    simple: true,
    nullable: true,
    description: 'Before; null when it was just made.',
  })
  oldStatus!: FulfillmentStatusValue | null;
  @Field(() => FulfillmentStatus, {
    simple: true,
    description: 'Afterwards, at this event; later ones may follow.',
  })
  newStatus!: FulfillmentStatusValue;
  @Field(() => DateTime, { simple: true, description: 'When it happened.' })
  occurredAt!: string;
}
