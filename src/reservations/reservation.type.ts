import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.type.ts';
import { DateTime } from '../graphql/scalars.ts';

@ObjectType({
  description: 'Units of a variant that a location keeps for a line of an order. Never deleted.',
})
export class InventoryReservation {
  @Field(() => ID, { simple: true, description: 'UUIDv7.' })
  id!: string;
  @Field(() => Int, { simple: true, description: 'Units reserved at first.' })
  quantityReserved!: number;
  @Field(() => Int, { simple: true, description: 'Units of them that were shipped.' })
  quantityFulfilled!: number;
  @Field(() => Int, { simple: true, description: 'Units of them that were given back.' })
  quantityReleased!: number;
  @Field(() => Int, { simple: true, description: 'Units still kept: reserved less fulfilled less released.' })
  quantityRemaining!: number;
  @Field(() => Boolean, { simple: true, description: 'True while units are still kept.' })
  isActive!: boolean;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When it lapses; null: never.' })
  expiresAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When units were given back.' })
  releasedAt!: string | null;
  @Field(() => DateTime, { simple: true, nullable: true, description: 'When the last unit was shipped.' })
  fulfilledAt!: string | null;
  @Field(() => DateTime, { simple: true, description: 'When it was made.' })
  createdAt!: string;
}

export const InventoryReservationConnection = connectionType(
  'InventoryReservation',
  () => InventoryReservation,
);
