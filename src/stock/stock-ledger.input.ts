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
import type { StockMovementReason as StockMovementReasonValue } from '../db/tables/enumerations.ts';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { DateTime } from '../graphql/scalars.ts';
import { IsLaterThan } from '../graphql/validation.ts';
import type { StockLevelFilterValues, StockMovementFilterValues } from './stock-ledger.repository.ts';
import { StockMovementReason } from './stock-ledger.type.ts';

@InputType({
  description: 'What was counted, found or lost of a SKU at a location: either delta or counted.',
})
export class AdjustStockInput extends CommandInputFields {
  @Field(() => String, { description: 'Code of the location.' })
  @Length(1, 50)
  locationCode!: string;
  @Field(() => String, { description: 'SKU of the variant.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => Int, { nullable: true, description: 'Units found, or, below 0, units gone.' })
  @IsOptional()
  @Min(-1_000_000)
  @Max(1_000_000)
  delta?: number | null;
  @Field(() => Int, { nullable: true, description: 'Units that are there, reserved ones included.' })
  @IsOptional()
  @Min(0)
  @Max(1_000_000_000)
  counted?: number | null;
  @Field(() => String, { description: 'Why, such as “damaged”: goes into the ledger. Up to 500 characters.' })
  @Matches(/\S/, { message: 'reason must not be empty' })
  @Length(1, 500)
  reason!: string;
}

@InputType({ description: 'Goods of one SKU that go to another location.' })
export class TransferStockLineInput {
  @Field(() => String, { description: 'SKU of the variant.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => Int, { description: 'Units, from 1 to 1,000,000; no more than are available.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
}

@InputType({ description: 'Goods that go from one location to another.' })
export class TransferStockInput extends CommandInputFields {
  @Field(() => String, { description: 'Code of the location that gives.' })
  @Length(1, 50)
  fromLocationCode!: string;
  @Field(() => String, { description: 'Code of the location that gets.' })
  @Length(1, 50)
  toLocationCode!: string;
  @Field(() => [TransferStockLineInput], { description: 'What goes: 1 to 500 lines.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  lines!: TransferStockLineInput[];
  @Field(() => String, { nullable: true, description: 'Why: goes into the ledger. Up to 500 characters.' })
  @IsOptional()
  @Matches(/\S/, { message: 'reason must not be empty' })
  @Length(1, 500)
  reason?: string | null;
}

@InputType({ description: 'Which levels: all that is given must hold.' })
export class StockLevelFilter implements StockLevelFilterValues {
  @Field(() => String, { nullable: true, description: 'Of this SKU.' })
  @IsOptional()
  @Length(1, 100)
  sku?: string | null;
  @Field(() => String, { nullable: true, description: 'At the location with this code.' })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
  @Field(() => Int, { nullable: true, description: 'With fewer units available than this.' })
  availableBelow?: number | null;
}

@InputType({ description: 'Which entries of the ledger: all that is given must hold.' })
export class StockMovementFilter implements StockMovementFilterValues {
  @Field(() => String, { nullable: true, description: 'Of this SKU.' })
  @IsOptional()
  @Length(1, 100)
  sku?: string | null;
  @Field(() => String, { nullable: true, description: 'At the location with this code.' })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
  @Field(() => [StockMovementReason], { nullable: true, description: 'For one of these reasons.' })
  reasons?: StockMovementReasonValue[] | null;
  @Field(() => ID, { nullable: true, description: 'For this order.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Then or later.' })
  createdFrom?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'Before then.' })
  @IsOptional()
  @IsLaterThan('createdFrom')
  createdBefore?: string | null;
}
