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
import type {
  ReturnDisposition as ReturnDispositionValue,
  ReturnStatus as ReturnStatusValue,
} from '../db/tables/enumerations.ts';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import type { ReturnFilterValues } from './return.repository.ts';
import { ReturnDisposition, ReturnStatus } from './return.type.ts';

@InputType({ description: 'Units of a line of the order that are to come back.' })
export class RequestReturnLineInput {
  @Field(() => ID, { description: 'The line of the order; each at most once.' })
  @IsUUID()
  orderItemId!: string;
  @Field(() => Int, { description: 'Units: no more than were shipped and have not come back.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
}

@InputType({ description: 'What is to come back, and why.' })
export class RequestReturnInput extends CommandInputFields {
  @Field(() => ID, { description: 'The order.' })
  @IsUUID()
  orderId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version of the order.',
  })
  expectedVersion?: number | null;
  @Field(() => [RequestReturnLineInput], { description: 'Which lines: 1 to 500.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  lines!: RequestReturnLineInput[];
  @Field(() => String, { description: 'Why: 1 to 500 characters.' })
  @Length(1, 500)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

@InputType({ description: 'Names the return.' })
export class ReturnInput extends CommandInputFields {
  @Field(() => ID, { description: 'The return.' })
  @IsUUID()
  returnId!: string;
  @Field(() => Int, {
    nullable: true,
    description: 'Refuse with VERSION_CONFLICT unless this is the version of the return.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'Names the return and says why it is refused.' })
export class RejectReturnInput extends ReturnInput {
  @Field(() => String, { description: 'Why: 1 to 500 characters; the customer sees it.' })
  @Length(1, 500)
  @Matches(/\S/, { message: 'reason must not be empty' })
  reason!: string;
}

@InputType({ description: 'What has come back of a line, and what becomes of it.' })
export class ReceiveReturnLineInput {
  @Field(() => ID, { description: 'The line of the return; each at most once.' })
  @IsUUID()
  returnItemId!: string;
  @Field(() => Int, { description: 'Units in the parcel: no more than were asked for.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
  @Field(() => ReturnDisposition, { description: 'What becomes of them.' })
  disposition!: ReturnDispositionValue;
  @Field(() => String, {
    nullable: true,
    description: 'Where they are put: needed for RESTOCK, and left out for WRITE_OFF.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
}

@InputType({ description: 'Names the return and what has come back.' })
export class ReceiveReturnInput extends ReturnInput {
  @Field(() => [ReceiveReturnLineInput], {
    description: 'Of which lines something has come: 1 to 500. Of the others nothing has.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  lines!: ReceiveReturnLineInput[];
}

@InputType({ description: 'Which returns: all that is given must hold.' })
export class ReturnFilter implements ReturnFilterValues {
  @Field(() => [ReturnStatus], { nullable: true, description: 'In one of these statuses.' })
  statuses?: ReturnStatusValue[] | null;
  @Field(() => ID, { nullable: true, description: 'Of this order.' })
  @IsOptional()
  @IsUUID()
  orderId?: string | null;
}
