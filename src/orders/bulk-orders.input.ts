import { ArrayMaxSize, ArrayMinSize, IsOptional, IsUUID, Length, ValidateIf } from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import { CommandInputFields } from '../graphql/command-input.type.ts';
import { OrderStatus } from './order.enums.type.ts';

const mostOrders = 1_000;

@InputType()
export abstract class BulkOrdersInput extends CommandInputFields {
  @Field(() => [ID], { description: `The orders: 1 to ${mostOrders}, each once.` })
  @ArrayMinSize(1)
  @ArrayMaxSize(mostOrders)
  orderIds!: string[];
  @Field(() => Boolean, {
    nullable: true,
    description:
      'True: all or nothing, in one transaction. Left out or false: each order by itself; those that are refused leave the others be.',
  })
  atomic?: boolean | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'True: says what would become of each order, and changes nothing.',
  })
  dryRun?: boolean | null;
}

@InputType({ description: 'Names the orders and the status that they should have.' })
export class BulkUpdateOrderStatusInput extends BulkOrdersInput {
  @Field(() => OrderStatus, {
    description:
      'CONFIRMED, PROCESSING, DELIVERED, COMPLETED or CANCELLED: what an order is taken to by hand.',
  })
  status!: OrderStatus;
  @Field(() => String, { nullable: true, description: 'For CANCELLED: why; shown on each order.' })
  @IsOptional()
  @Length(1, 500)
  reason?: string | null;
}

@InputType({ description: 'Names the orders and who looks after them.' })
export class BulkAssignOrdersInput extends BulkOrdersInput {
  @Field(() => ID, {
    nullable: true,
    description: 'Somebody of the staff who is active; null for nobody. Leaving it out is refused.',
  })
  @ValidateIf((input: BulkAssignOrdersInput) => input.userId !== null)
  @IsUUID(undefined, { message: 'userId must be the id of a user, or null for nobody' })
  userId!: string | null;
}
