import { ArrayMaxSize, IsOptional, IsUUID, Length, Max, Min, ValidateNested } from 'class-validator';
import { Field, ID, InputType, Int } from 'type-graphql';
import { DateTime } from '../graphql/scalars.ts';
import { OrderPriority } from './order.enums.type.ts';
import { ContactInput, CreateOrderLineInput, DiscountInput, PostalAddressInput } from './order.input.ts';
import { OrderInput } from './order-steps.input.ts';

@InputType({ description: 'A line of the order with its new quantity.' })
export class ChangeOrderLineInput {
  @Field(() => ID, { description: 'The line.' })
  @IsUUID()
  orderItemId!: string;
  @Field(() => Int, { description: 'Units from now on, up to 1,000,000; 0 takes the line out.' })
  @Min(0)
  @Max(1_000_000)
  quantity!: number;
}

@InputType({
  description:
    'What to change of an order that nobody has begun to pick. What is left out stays as it is; null takes away what an order can be without.',
})
export class EditOrderInput extends OrderInput {
  @Field(() => [CreateOrderLineInput], {
    nullable: true,
    description: 'New lines, up to 500, at the customer’s price of today.',
  })
  @IsOptional()
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  addLines?: CreateOrderLineInput[] | null;
  @Field(() => [ChangeOrderLineInput], {
    nullable: true,
    description: 'Lines with other quantities, up to 500. They keep their unit price.',
  })
  @IsOptional()
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  changeLines?: ChangeOrderLineInput[] | null;
  @Field(() => DiscountInput, { nullable: true, description: 'Another discount; null for none.' })
  @IsOptional()
  @ValidateNested()
  discount?: DiscountInput | null;
  @Field(() => PostalAddressInput, {
    nullable: true,
    description: 'Where it is sent now; tax and shipping follow its country. Null: it is handed over.',
  })
  @IsOptional()
  @ValidateNested()
  shippingAddress?: PostalAddressInput | null;
  @Field(() => PostalAddressInput, {
    nullable: true,
    description: 'Who is charged; null for nobody in particular.',
  })
  @IsOptional()
  @ValidateNested()
  billingAddress?: PostalAddressInput | null;
  @Field(() => ContactInput, { nullable: true, description: 'A guest’s contact data; null removes it.' })
  @IsOptional()
  @ValidateNested()
  contact?: ContactInput | null;
  @Field(() => OrderPriority, { nullable: true, description: 'Another priority.' })
  priority?: OrderPriority | null;
  @Field(() => [String], { nullable: true, description: 'All labels from now on, up to 20.' })
  @IsOptional()
  @ArrayMaxSize(20)
  @Length(1, 50, { each: true })
  tags?: string[] | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When shipping is promised for; null for no promise.',
  })
  promisedShipAt?: string | null;
}
