import { ArrayMaxSize, IsOptional, IsUUID, Length, Matches, Max, Min, ValidateNested } from 'class-validator';
import { Field, Float, ID, InputType, Int } from 'type-graphql';
import type { FulfillmentStatus as FulfillmentStatusValue } from '../db/tables/enumerations.ts';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import type { FulfillmentFilterValues } from './fulfillment.repository.ts';
import { FulfillmentStatus } from './fulfillment.type.ts';

@InputType({ description: 'Names the fulfillment.' })
export class FulfillmentInput extends CommandInputFields {
  @Field(() => ID, { description: 'The fulfillment.' })
  @IsUUID()
  fulfillmentId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'Something used to pack.' })
export class PackingMaterialInput {
  @Field(() => String, { description: 'What, such as bubble wrap.' })
  @Length(1, 100)
  name!: string;
  @Field(() => Float, { description: 'How much, in the unit that its name implies.' })
  @Min(0)
  @Max(10_000)
  quantity!: number;
}

@InputType({ description: 'Names the fulfillment and describes the box.' })
export class CompletePackingInput extends FulfillmentInput {
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
}

@InputType({ description: 'Names the fulfillment and who carries it.' })
export class ShipFulfillmentInput extends FulfillmentInput {
  @Field(() => String, { description: 'The carrier; PICKUP when the customer fetches it.' })
  @Matches(/\S/, { message: 'carrier must not be empty' })
  @Length(1, 100)
  carrier!: string;
  @Field(() => String, {
    nullable: true,
    description: 'The carrier’s number of the parcel; not needed for PICKUP.',
  })
  @IsOptional()
  @Matches(/\S/, { message: 'trackingNumber must not be empty' })
  @Length(1, 100)
  trackingNumber?: string | null;
}

@InputType({ description: 'What was scanned for which fulfillment.' })
export class ScanItemInput extends FulfillmentInput {
  @Field(() => String, { description: 'The barcode, or an SKU typed by hand.' })
  @Length(1, 100)
  barcode!: string;
  @Field(() => Int, { defaultValue: 1, description: 'Units in the hand, from 1 to 1,000,000.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
}

@InputType({ description: 'Which fulfillments: all that is given must hold.' })
export class FulfillmentFilter implements FulfillmentFilterValues {
  @Field(() => [FulfillmentStatus], { nullable: true, description: 'In one of these statuses.' })
  statuses?: FulfillmentStatusValue[] | null;
  @Field(() => String, {
    nullable: true,
    description: 'At the location with this code. Permission: fulfillments.details.view.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
  @Field(() => ID, { nullable: true, description: 'Of this order.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'Assigned to this user. Permission: fulfillments.details.view.',
  })
  @IsOptional()
  @IsUUID()
  assignedToId?: string | null;
}
