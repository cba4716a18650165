import { Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { addHistoryEntry } from './commands/add-history-entry.ts';
import { assignOrder } from './commands/assign-order.ts';
import { completeOrder } from './commands/complete-order.ts';
import { deliverOrder } from './commands/deliver-order.ts';
import { editOrder } from './commands/edit-order.ts';
import { holdOrder } from './commands/hold-order.ts';
import { releaseHold } from './commands/release-hold.ts';
import { startProcessing } from './commands/start-processing.ts';
import { AddHistoryEntryInput, AssignOrderInput, HoldOrderInput, OrderInput } from './order-steps.input.ts';
import { EditOrderInput } from './order-edit.input.ts';
import { OrderPayload } from './order.type.ts';

/** The verbs on an order that need little more than its name. */
@Resolver()
export class OrderStepsResolver {
  @Mutation(() => OrderPayload, {
    description:
      'Changes lines, addresses, discount and more of an order that is PENDING or CONFIRMED: once picking has begun it is refused. Reservations and fulfillments follow the lines, or all is refused with what is short; the price is reckoned anew. Permission: orders.edit. Logs: edited, and inventory_reserved or inventory_released.',
  })
  @Authorized(...editOrder.permissions)
  editOrder(@Input(() => EditOrderInput) input: EditOrderInput, @Ctx() context: RequestContext) {
    return context.run(editOrder, input);
  }

  @Mutation(() => OrderPayload, {
    description:
      'CONFIRMED to PROCESSING by hand; it happens by itself when the first picking starts. Refused on hold. Permission: orders.edit. Logs: processing_started.',
  })
  @Authorized(...startProcessing.permissions)
  startProcessing(@Input(() => OrderInput) input: OrderInput, @Ctx() context: RequestContext) {
    return context.run(startProcessing, input);
  }

  @Mutation(() => OrderPayload, {
    description:
      'SHIPPED to DELIVERED, and with the order every fulfillment that is SHIPPED. Permission: orders.edit. Logs: delivered, for the order and for each fulfillment.',
  })
  @Authorized(...deliverOrder.permissions)
  deliverOrder(@Input(() => OrderInput) input: OrderInput, @Ctx() context: RequestContext) {
    return context.run(deliverOrder, input);
  }

  @Mutation(() => OrderPayload, {
    description:
      'DELIVERED to COMPLETED: nothing is left to do. Permission: orders.edit. Logs: status_changed.',
  })
  @Authorized(...completeOrder.permissions)
  completeOrder(@Input(() => OrderInput) input: OrderInput, @Ctx() context: RequestContext) {
    return context.run(completeOrder, input);
  }

  @Mutation(() => OrderPayload, {
    description:
      'Stops an order that was not shipped: nothing of it is picked or shipped until releaseHold. Permission: orders.hold. Logs: edited, without the reason.',
  })
  @Authorized(...holdOrder.permissions)
  holdOrder(@Input(() => HoldOrderInput) input: HoldOrderInput, @Ctx() context: RequestContext) {
    return context.run(holdOrder, input);
  }

  @Mutation(() => OrderPayload, {
    description: 'Lets an order on hold go on. Permission: orders.hold. Logs: edited.',
  })
  @Authorized(...releaseHold.permissions)
  releaseHold(@Input(() => OrderInput) input: OrderInput, @Ctx() context: RequestContext) {
    return context.run(releaseHold, input);
  }

  @Mutation(() => OrderPayload, {
    description:
      'Puts a member of the staff in charge of an order that is not COMPLETED, REFUNDED or CANCELLED, or nobody. Permission: orders.assign. Logs: assigned.',
  })
  @Authorized(...assignOrder.permissions)
  assignOrder(@Input(() => AssignOrderInput) input: AssignOrderInput, @Ctx() context: RequestContext) {
    return context.run(assignOrder, input);
  }

  @Mutation(() => OrderPayload, {
    description:
      'Writes into the audit trail what happened outside the system. The order and its version stay as they are. Permission: history.add. Logs: edited, marked as manual.',
  })
  @Authorized(...addHistoryEntry.permissions)
  addHistoryEntry(
    @Input(() => AddHistoryEntryInput) input: AddHistoryEntryInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(addHistoryEntry, input);
  }
}
