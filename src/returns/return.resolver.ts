import { IsOptional, ValidateNested } from 'class-validator';
import {
  Arg,
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Money } from '../graphql/money.type.ts';
import { Input } from '../graphql/mutation-input.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import { orderById, orderItemById } from '../orders/order.loaders.ts';
import type { OrderRow } from '../orders/order.repository.ts';
import { Order, OrderItem } from '../orders/order.type.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { decodeCursor } from '../shared/page.ts';
import { locationById } from '../stock/stock.loaders.ts';
import { StockLocation } from '../stock/stock.type.ts';
import { allowedCommands } from '../write/workflow.ts';
import { approveReturn } from './commands/approve-return.ts';
import { receiveReturn } from './commands/receive-return.ts';
import { rejectReturn } from './commands/reject-return.ts';
import { requestReturn } from './commands/request-return.ts';
import {
  ReceiveReturnInput,
  RejectReturnInput,
  RequestReturnInput,
  ReturnFilter,
  ReturnInput,
} from './return.input.ts';
import { itemsOfReturn, returnById, returnsOfOrder } from './return.loaders.ts';
import {
  countReturns,
  latestReturnsFirst,
  searchReturns,
  type ReturnItemRow,
  type ReturnRow,
} from './return.repository.ts';
import { Return, ReturnConnection, ReturnItem, ReturnPayload } from './return.type.ts';
import { returnWorkflow } from './return.workflow.ts';

@ArgsType()
class ReturnsArguments extends PageArguments {
  @Field(() => ReturnFilter, {
    nullable: true,
    description: 'Which ones; all that you may see when left out.',
  })
  @IsOptional()
  @ValidateNested()
  filter?: ReturnFilter | null;
}

@Resolver(() => Return)
export class ReturnResolver {
  @Query(() => Return, { nullable: true, description: 'A return by id. Permission: returns.view.' })
  @Authorized('returns.view')
  return(
    @Arg('id', () => ID, { description: 'The return’s id.' }) id: string,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(returnById).load(id);
  }

  @Query(() => ReturnConnection, {
    description: 'The returns of the orders that you may see, latest first. Permission: returns.view.',
  })
  @Authorized('returns.view')
  async returns(
    @Args(() => ReturnsArguments) { first, after, filter }: ReturnsArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ReturnRow>> {
    const source = { read: context.read, actor: context.viewer };
    const keyset = after === null ? null : decodeCursor(after, latestReturnsFirst);
    const rows = await searchReturns(source, filter ?? {}, first + 1, keyset);
    const count = () => countReturns(source, filter ?? {});
    const keysetOf = (row: ReturnRow) => [row.createdAt, row.id];
    return new Connection(rows, first, after !== null, latestReturnsFirst, keysetOf, count);
  }

  @Mutation(() => ReturnPayload, {
    description:
      'Asks to give goods of an order back that is SHIPPED, DELIVERED, COMPLETED, or RETURNED in part: RETURN_REQUESTED. One return of an order is open at a time. A customer does it for orders of their own. Permission: returns.request. Logs: return_requested, without the reason.',
  })
  @Authorized(...requestReturn.permissions)
  requestReturn(@Input(() => RequestReturnInput) input: RequestReturnInput, @Ctx() context: RequestContext) {
    return context.run(requestReturn, input);
  }

  @Mutation(() => ReturnPayload, {
    description:
      'The customer may send it: REQUESTED to APPROVED. The order stays RETURN_REQUESTED. Permission: returns.approve. Logs: status_changed.',
  })
  @Authorized(...approveReturn.permissions)
  approveReturn(@Input(() => ReturnInput) input: ReturnInput, @Ctx() context: RequestContext) {
    return context.run(approveReturn, input);
  }

  @Mutation(() => ReturnPayload, {
    description:
      'Nothing is taken back: REQUESTED or APPROVED to REJECTED, and the order to the status before the request. Permission: returns.approve. Logs: status_changed, without the reason.',
  })
  @Authorized(...rejectReturn.permissions)
  rejectReturn(@Input(() => RejectReturnInput) input: RejectReturnInput, @Ctx() context: RequestContext) {
    return context.run(rejectReturn, input);
  }

  @Mutation(() => ReturnPayload, {
    description:
      'The goods are here: REQUESTED or APPROVED to RECEIVED, and the order to RETURNED. What is restocked raises the stock. Permission: returns.receive. Logs: returned.',
  })
  @Authorized(...receiveReturn.permissions)
  receiveReturn(@Input(() => ReceiveReturnInput) input: ReceiveReturnInput, @Ctx() context: RequestContext) {
    return context.run(receiveReturn, input);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'The order that it is of.' })
  order(@Root() row: ReturnRow, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(row.orderId);
  }

  @FieldResolver(() => [ReturnItem], { description: 'The lines: what of the order is to come back.' })
  items(@Root() row: ReturnRow, @Ctx() context: RequestContext) {
    return context.loader(itemsOfReturn).load(row.id);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description:
      'What the customer gets back: for the units asked for, and once it is received, for those that came. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  async refundable(@Root() row: ReturnRow, @Ctx() context: RequestContext): Promise<Money | null> {
    const [items, order] = await Promise.all([
      context.loader(itemsOfReturn).load(row.id),
      context.loader(orderById).load(row.orderId),
    ]);
    const amountMinor = items.reduce((sum, { refundMinor }) => sum + refundMinor, 0);
    return order && { amountMinor, currency: order.currency };
  }

  @FieldResolver(() => [String], {
    description: 'The mutations that this viewer may use on the return now, such as receiveReturn.',
  })
  async allowedActions(@Root() row: ReturnRow, @Ctx() context: RequestContext): Promise<string[]> {
    const order = await context.loader(orderById).load(row.orderId);
    if (order !== null && order.archivedAt !== null) return [];
    return allowedCommands(returnWorkflow, { status: row.status, isHeld: false }, context.viewer);
  }
}

@Resolver(() => ReturnItem)
export class ReturnItemResolver {
  @FieldResolver(() => OrderItem, { nullable: true, description: 'The line of the order.' })
  orderItem(@Root() item: ReturnItemRow, @Ctx() context: RequestContext) {
    return context.loader(orderItemById).load(item.orderItemId);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'The line’s part of `Return.refundable`. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  refund(@Root() item: ReturnItemRow): Money {
    return { amountMinor: item.refundMinor, currency: item.currency };
  }

  @FieldResolver(() => StockLocation, {
    nullable: true,
    description: 'Where it was restocked. Permission: fulfillments.details.view, else null.',
  })
  @Authorized('fulfillments.details.view')
  location(@Root() item: ReturnItemRow, @Ctx() context: RequestContext) {
    return item.locationId === null ? null : context.loader(locationById).load(item.locationId);
  }
}

@Resolver(() => Order)
export class OrderReturnsResolver {
  @FieldResolver(() => ReturnConnection, { description: 'What of it was given back, latest first.' })
  returns(
    @Root() order: OrderRow,
    @Args(() => PageArguments) { first, after }: PageArguments,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(returnsOfOrder).load({ parentId: order.id, first, after });
  }
}

@Resolver(() => ReturnPayload)
export class ReturnPayloadResolver {
  @FieldResolver(() => Return, { nullable: true, description: 'The return as it is now; null when refused.' })
  return(@Root() payload: { returnId?: string }, @Ctx() context: RequestContext) {
    return payload.returnId === undefined ? null : context.loader(returnById).load(payload.returnId);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'Its order as it is now; null when refused.' })
  order(@Root() payload: { orderId?: string }, @Ctx() context: RequestContext) {
    return payload.orderId === undefined ? null : context.loader(orderById).load(payload.orderId);
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictReturnResolver {
  @FieldResolver(() => Return, {
    nullable: true,
    description: 'The return as it is now, where a return was meant.',
  })
  return(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'Return' ? context.loader(returnById).load(error.subject.id) : null;
  }
}
