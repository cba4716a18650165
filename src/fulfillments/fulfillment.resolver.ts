import { Arg, Args, ArgsType, Authorized, Ctx, Field, ID, Mutation, Query, Resolver } from 'type-graphql';
import { IsOptional, ValidateNested } from 'class-validator';
import { requirePermission } from '../auth/actor.ts';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { decodeCursor } from '../shared/page.ts';
import { completePacking } from './commands/complete-packing.ts';
import { completePicking } from './commands/complete-picking.ts';
import { deliverFulfillment } from './commands/deliver-fulfillment.ts';
import { scanItem } from './commands/scan-item.ts';
import { shipFulfillment } from './commands/ship-fulfillment.ts';
import { startPacking } from './commands/start-packing.ts';
import { startPicking } from './commands/start-picking.ts';
import {
  CompletePackingInput,
  FulfillmentFilter,
  FulfillmentInput,
  ScanItemInput,
  ShipFulfillmentInput,
} from './fulfillment.input.ts';
import { fulfillmentById } from './fulfillment.loaders.ts';
import {
  countFulfillments,
  findFulfillmentIdByNumber,
  queueOrder,
  searchFulfillments,
  type FulfillmentRow,
} from './fulfillment.repository.ts';
import {
  Fulfillment,
  FulfillmentConnection,
  FulfillmentPayload,
  ScanItemPayload,
} from './fulfillment.type.ts';

@ArgsType()
class FulfillmentsArguments extends PageArguments {
  @Field(() => FulfillmentFilter, {
    nullable: true,
    description: 'Which ones; all that you may see when left out.',
  })
  @IsOptional()
  @ValidateNested()
  filter?: FulfillmentFilter | null;
}

@Resolver()
export class FulfillmentResolver {
  @Query(() => Fulfillment, {
    nullable: true,
    description: 'A fulfillment by id. Permission: fulfillments.view.',
  })
  @Authorized('fulfillments.view')
  fulfillment(
    @Arg('id', () => ID, { description: 'The fulfillment’s id.' }) id: string,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(fulfillmentById).load(id);
  }

  @Query(() => Fulfillment, {
    nullable: true,
    description: 'A fulfillment by its number, such as FUL-20261123-0042. Permission: fulfillments.view.',
  })
  @Authorized('fulfillments.view')
  async fulfillmentByNumber(
    @Arg('number', () => String, { description: 'The fulfillment’s number.' }) number: string,
    @Ctx() context: RequestContext,
  ) {
    const id = await findFulfillmentIdByNumber({ read: context.read, actor: context.viewer }, number);
    return id === null ? null : context.loader(fulfillmentById).load(id);
  }

  @Query(() => FulfillmentConnection, {
    description: 'The fulfillments that you may see, oldest first: the queue. Permission: fulfillments.view.',
  })
  @Authorized('fulfillments.view')
  async fulfillments(
    @Args(() => FulfillmentsArguments) { first, after, filter }: FulfillmentsArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<FulfillmentRow>> {
    const source = { read: context.read, actor: context.viewer };
    // What is not shown to customers, they cannot ask for either.
    if (filter?.locationCode || filter?.assignedToId) {
      requirePermission(context.viewer, 'fulfillments.details.view');
    }
    const keyset = after === null ? null : decodeCursor(after, queueOrder);
    const rows = await searchFulfillments(source, filter ?? {}, first + 1, keyset);
    const count = () => countFulfillments(source, filter ?? {});
    const keysetOf = (row: FulfillmentRow) => [row.createdAt, row.id];
    return new Connection(rows, first, after !== null, queueOrder, keysetOf, count);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'PENDING to PICKING; the first one makes the order PROCESSING. Refused while the order is on hold. Permission: fulfillments.work. Logs: status_changed, and processing_started for the order.',
  })
  @Authorized(...startPicking.permissions)
  startPicking(@Input(() => FulfillmentInput) input: FulfillmentInput, @Ctx() context: RequestContext) {
    return context.run(startPicking, input);
  }

  @Mutation(() => ScanItemPayload, {
    description:
      'Checks what a picker holds against the fulfillment and counts it. A wrong scan is an answer, not an error. Permission: fulfillments.work. Logs: edited.',
  })
  @Authorized(...scanItem.permissions)
  scanItem(@Input(() => ScanItemInput) input: ScanItemInput, @Ctx() context: RequestContext) {
    return context.run(scanItem, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'PICKING to PACKING. Refused until every line is picked (`scanItem`) or reported short (`reportShortPick`), and while nothing is picked at all. Permission: fulfillments.work. Logs: status_changed.',
  })
  @Authorized(...completePicking.permissions)
  completePicking(@Input(() => FulfillmentInput) input: FulfillmentInput, @Ctx() context: RequestContext) {
    return context.run(completePicking, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'Stamps the start of packing, within PACKING. Permission: fulfillments.work. Logs: status_changed.',
  })
  @Authorized(...startPacking.permissions)
  startPacking(@Input(() => FulfillmentInput) input: FulfillmentInput, @Ctx() context: RequestContext) {
    return context.run(startPacking, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'PACKING to READY_TO_SHIP; the last one makes the order PACKED. Permission: fulfillments.work. Logs: packed.',
  })
  @Authorized(...completePacking.permissions)
  completePacking(
    @Input(() => CompletePackingInput) input: CompletePackingInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(completePacking, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'READY_TO_SHIP to SHIPPED: uses up the reservations and lowers the stock; the last one makes the order SHIPPED. Refused while the order is on hold. Permission: fulfillments.work. Logs: shipped.',
  })
  @Authorized(...shipFulfillment.permissions)
  shipFulfillment(
    @Input(() => ShipFulfillmentInput) input: ShipFulfillmentInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(shipFulfillment, input);
  }

  @Mutation(() => FulfillmentPayload, {
    description:
      'SHIPPED to FULFILLED, or to PARTIALLY_FULFILLED where lines were short; the last one makes the order DELIVERED. Permission: fulfillments.work. Logs: delivered.',
  })
  @Authorized(...deliverFulfillment.permissions)
  deliverFulfillment(@Input(() => FulfillmentInput) input: FulfillmentInput, @Ctx() context: RequestContext) {
    return context.run(deliverFulfillment, input);
  }
}
