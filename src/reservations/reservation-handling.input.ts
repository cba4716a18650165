import {
  ArrayMaxSize,
  ArrayMinSize,
  IsOptional,
  IsUUID,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { DateTime } from '../graphql/scalars.ts';
import type { ReservationFilterValues } from './reservation.repository.ts';

const ofTheOrder = 'Refuse with VERSION_CONFLICT unless this is the version of the order.';

@InputType({ description: 'Names the order.' })
export class ReleaseOrderReservationsInput extends CommandInputFields {
  @Field(() => ID, { description: 'The order.' })
  @IsUUID()
  orderId!: string;
  @Field(() => Int, { nullable: true, description: ofTheOrder })
  expectedVersion?: number | null;
}

@InputType({ description: 'Units to reserve for a line of the order.' })
export class ReserveInventoryLineInput {
  @Field(() => ID, { description: 'The line of the order.' })
  @IsUUID()
  orderItemId!: string;
  @Field(() => Int, { description: 'Units, no more than the line still lacks.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
  @Field(() => String, {
    nullable: true,
    description: 'Where to reserve it. Left out: by location priority, split where one does not suffice.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
}

@InputType({ description: 'What to reserve for an order.' })
export class ReserveInventoryInput extends ReleaseOrderReservationsInput {
  @Field(() => [ReserveInventoryLineInput], { description: 'For which lines: 1 to 500.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  lines!: ReserveInventoryLineInput[];
  @Field(() => DateTime, { nullable: true, description: 'When it lapses; null or left out: never.' })
  expiresAt?: string | null;
}

@InputType({ description: 'Names the reservation and when it is to lapse.' })
export class ExtendReservationInput extends CommandInputFields {
  @Field(() => ID, { description: 'The reservation.' })
  @IsUUID()
  reservationId!: string;
  @Field(() => Int, { nullable: true, description: ofTheOrder })
  expectedVersion?: number | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it lapses, in the future; null or left out: never.',
  })
  expiresAt?: string | null;
}

@InputType({ description: 'Names the reservation and how much of it is given back.' })
export class ReleaseReservationInput extends CommandInputFields {
  @Field(() => ID, { description: 'The reservation.' })
  @IsUUID()
  reservationId!: string;
  @Field(() => Int, { nullable: true, description: ofTheOrder })
  expectedVersion?: number | null;
  @Field(() => Int, { nullable: true, description: 'Units; left out: all that it still holds.' })
  @IsOptional()
  @Min(1)
  @Max(1_000_000)
  quantity?: number | null;
}

@InputType({ description: 'Names the reservation and how much of it is handed over.' })
export class FulfillReservationInput extends ReleaseReservationInput {}

@InputType({ description: 'Which reservations: all that is given must hold.' })
export class ReservationFilter implements ReservationFilterValues {
  @Field(() => Boolean, { nullable: true, description: 'Whether units are still kept.' })
  active?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it is past its time, released for that already or not.',
  })
  expired?: boolean | null;
  @Field(() => DateTime, { nullable: true, description: 'Active, and lapsing from now until then.' })
  expiringBefore?: string | null;
  @Field(() => ID, { nullable: true, description: 'For this order.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
  @Field(() => String, { nullable: true, description: 'Of this SKU.' })
  @IsOptional()
  @Length(1, 100)
  sku?: string | null;
  @Field(() => String, { nullable: true, description: 'At the location with this code.' })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
}
