import { Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { claimNextFulfillment } from './commands/claim-next-fulfillment.ts';
import { ClaimNextFulfillmentInput } from './fulfillment-handling.input.ts';
import { FulfillmentPayload } from './fulfillment.type.ts';

/** What the warehouse does with fulfillments besides taking them through their statuses. */
@Resolver()
export class FulfillmentHandlingResolver {
  @Mutation(() => FulfillmentPayload, {
    description:
      'Takes the next PENDING fulfillment of a location’s queue: the highest priority, then the oldest, of orders not on hold and not assigned to somebody else. Assigns it to you and starts its picking. `fulfillment` is null, without an error, when the queue is empty. No two pickers get the same one, and none waits for another. Permission: fulfillments.work. Logs: status_changed, and processing_started for the order.',
  })
  @Authorized(...claimNextFulfillment.permissions)
  claimNextFulfillment(
    @Input(() => ClaimNextFulfillmentInput) input: ClaimNextFulfillmentInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(claimNextFulfillment, input);
  }
}
