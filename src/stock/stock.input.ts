import { ArrayMaxSize, ArrayMinSize, Length, Max, Min, ValidateNested } from 'class-validator';
import { Field, InputType, Int } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';

@InputType({ description: 'Goods of one SKU that came in.' })
export class ReceiveStockLineInput {
  @Field(() => String, { description: 'SKU of the variant.' })
  @Length(1, 100)
  sku!: string;
  @Field(() => Int, { description: 'Units, from 1 to 1,000,000.' })
  @Min(1)
  @Max(1_000_000)
  quantity!: number;
}

@InputType({ description: 'Goods that came in at a location.' })
export class ReceiveStockInput extends CommandInputFields {
  @Field(() => String, {
    description: 'Code of the location; it is opened if there is none by that code yet.',
  })
  @Length(1, 50)
  locationCode!: string;
  @Field(() => [ReceiveStockLineInput], { description: 'What came in: 1 to 500 lines.' })
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  lines!: ReceiveStockLineInput[];
}
