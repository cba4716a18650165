import {
  ArrayMaxSize,
  ArrayMinSize,
  IsOptional,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import type { FulfillmentStatus as FulfillmentStatusValue } from '../db/tables/enumerations.ts';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { FulfillmentInput, PackingMaterialInput } from './fulfillment.input.ts';
import { FulfillmentStatus } from './fulfillment.type.ts';

@InputType({ description: 'Where the picker is.' })
export class ClaimNextFulfillmentInput extends CommandInputFields {
  @Field(() => String, { description: 'Code of the location whose queue it is.' })
  @Length(1, 50)
  locationCode!: string;
}

@InputType({ description: 'Names the fulfillment, and says what becomes of its reservations.' })
export class CancelFulfillmentInput extends FulfillmentInput {
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: what it was to take stays reserved, for a new fulfillment. Left out or false: it is released.',
  })
  keepReservations?: boolean | null;
}

@InputType({ description: 'What could not be found, and why.' })
export class ReportShortPickInput extends FulfillmentInput {
  @Field(() => ID, { description: 'The line of the fulfillment: the id of one of its items.' })
  @IsUUID()
  fulfillmentItemId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Units that are missing. Left out: all of the line that are not picked yet.',
  })
  @IsOptional()
  @Min(1)
  @Max(1_000_000)
  quantity?: number | null;
  @Field(() => String, { description: 'Why, such as “damaged”. Up to 500 characters, no personal data.' })
  @Matches(/\S/, { message: 'reason must not be empty' })
  @Length(1, 500)
  reason!: string;
}

@InputType({ description: 'Names the fulfillment and who is to work on it.' })
export class AssignFulfillmentInput extends FulfillmentInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Somebody active with the permission fulfillments.work. Null or left out: nobody any more.',
  })
  @IsOptional()
  @IsUUID()
  userId?: string | null;
}

@InputType({ description: 'What to correct before it is shipped. Null clears; what is left out stays.' })
export class UpdateFulfillmentInput extends FulfillmentInput {
  @Field(() => String, { nullable: true, description: 'The bin or staging place.' })
  @IsOptional()
  @Length(1, 100)
  warehouseLocation?: string | null;
  @Field(() => String, { nullable: true, description: 'Size of the box, in the words of the house.' })
  @IsOptional()
  @Length(1, 50)
  boxSize?: string | null;
  @Field(() => Int, { nullable: true, description: 'Weight of the closed box in grams.' })
  @IsOptional()
  @Min(1)
  @Max(10_000_000)
  weightGrams?: number | null;
  @Field(() => [PackingMaterialInput], { nullable: true, description: 'What was used to pack.' })
  @IsOptional()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  packingMaterials?: PackingMaterialInput[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'Who is to carry it; `shipFulfillment` has the last word.',
  })
  @IsOptional()
  @Matches(/\S/, { message: 'carrier must not be empty' })
  @Length(1, 100)
  carrier?: string | null;
}

@InputType({ description: 'Names the fulfillment, the status it should have, and what that step needs.' })
export class UpdateFulfillmentStatusInput extends CancelFulfillmentInput {
  @Field(() => FulfillmentStatus, { description: 'The status that it should have.' })
  status!: FulfillmentStatusValue;
  @Field(() => String, {
    nullable: true,
    description: 'For SHIPPED: who carries it; left out, whoever `updateFulfillment` named.',
  })
  @IsOptional()
  @Matches(/\S/, { message: 'carrier must not be empty' })
  @Length(1, 100)
  carrier?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'For SHIPPED: the number of the parcel, but for PICKUP.',
  })
  @IsOptional()
  @Matches(/\S/, { message: 'trackingNumber must not be empty' })
  @Length(1, 100)
  trackingNumber?: string | null;
}

@InputType({ description: 'Units of a line of the order.' })
export class CreateFulfillmentLineInput {
  @Field(() => ID, { description: 'The line of the order.' })
  @IsUUID()
  orderItemId!: string;
  @Field(() => Int, { description: 'Units, no more than are kept there without a fulfillment.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
}

@InputType({ description: 'What a new fulfillment is to take, and from where.' })
export class CreateFulfillmentInput extends CommandInputFields {
  @Field(() => ID, { description: 'The order.' })
  @IsUUID()
  orderId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version of the order.',
  })
  expectedVersion?: number | null;
  @Field(() => String, { description: 'Code of the location that keeps the units.' })
  @Length(1, 50)
  locationCode!: string;
  @Field(() => [CreateFulfillmentLineInput], {
    nullable: true,
    description: 'Which lines and how much of them. Left out: all that is kept there without a fulfillment.',
  })
  @IsOptional()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  lines?: CreateFulfillmentLineInput[] | null;
}
