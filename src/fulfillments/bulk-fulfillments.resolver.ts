import { IsOptional, Length } from 'class-validator';
import { Authorized, Ctx, Field, InputType, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { BulkOrdersInput } from '../orders/bulk-orders.input.ts';
import { BulkOrdersPayload } from '../orders/bulk-orders.type.ts';
import { bulkCreateFulfillments } from './commands/bulk-create-fulfillments.ts';

@InputType({ description: 'Names the orders, and where to look for what is kept for them.' })
export class BulkCreateFulfillmentsInput extends BulkOrdersInput {
  @Field(() => String, {
    nullable: true,
    description: 'Code of a location. Left out: every location that keeps something for the order.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
}

@Resolver()
export class BulkFulfillmentsResolver {
  @Mutation(() => BulkOrdersPayload, {
    description:
      'Makes PENDING fulfillments, for up to 1,000 orders, of all that is reserved and that no open fulfillment will take: kept from a cancelled one, or reserved by hand. Each order as createFulfillment does without lines. Permission: orders.bulk, and fulfillments.work for each order. Logs: edited for each order, status_changed for each fulfillment.',
  })
  @Authorized(...bulkCreateFulfillments.permissions)
  bulkCreateFulfillments(
    @Input(() => BulkCreateFulfillmentsInput) input: BulkCreateFulfillmentsInput,
    @Ctx() context: RequestContext,
  ) {
    return context.runBulk(bulkCreateFulfillments, input);
  }
}
