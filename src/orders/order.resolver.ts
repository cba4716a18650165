import { Arg, Args, ArgsType, Authorized, Ctx, Field, ID, Mutation, Query, Resolver } from 'type-graphql';
import { ArrayMaxSize, IsOptional, ValidateNested } from 'class-validator';
import { requirePermission, type Actor } from '../auth/actor.ts';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { TopLevelError } from '../shared/errors.ts';
import { decodeCursor } from '../shared/page.ts';
import { cancelOrder } from './commands/cancel-order.ts';
import { confirmOrder } from './commands/confirm-order.ts';
import { createOrder } from './commands/create-order.ts';
import { CancelOrderInput, ConfirmOrderInput, CreateOrderInput, OrderSort } from './order.input.ts';
import { OrderFilter } from './order-filter.input.ts';
import { depthOf, filtersIn } from './order-filter.repository.ts';
import { orderById } from './order.loaders.ts';
import { findOrderIdByNumber, type OrderRow } from './order.repository.ts';
import {
  countOrders,
  keysetOf,
  nameOfSort,
  resolveFilter,
  searchOrders,
  sortKeys,
} from './order-search.repository.ts';
import { Order, OrderConnection, OrderPayload } from './order.type.ts';

@ArgsType()
class OrdersArguments extends PageArguments {
  @Field(() => OrderFilter, {
    nullable: true,
    description: 'Which orders; all that you may see when left out.',
  })
  @IsOptional()
  @ValidateNested()
  filter?: OrderFilter | null;

  @Field(() => [OrderSort], { nullable: true, description: 'Up to three keys; latest first when left out.' })
  @IsOptional()
  @ArrayMaxSize(3)
  sort?: OrderSort[] | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'True: the orders in the archive instead of those that are not.',
  })
  archived!: boolean;
}

const deepest = 5;
const filtersAtMost = 30;

/** A filter that is larger than anybody means is refused before it costs anything. */
function requireReasonable(filter: OrderFilter): void {
  const refused = (what: string): TopLevelError =>
    new TopLevelError('BAD_USER_INPUT', `The filter ${what}: say it with fewer of and, or and not.`);
  if (depthOf(filter) > deepest) throw refused(`is more than ${deepest} deep`);
  if (filtersIn(filter).length > filtersAtMost) throw refused(`has more than ${filtersAtMost} parts`);
}

/** What is not shown to somebody cannot be searched or sorted by either: answers and cursors would tell it. */
function requireShown(viewer: Actor, filter: OrderFilter, sort: readonly OrderSort[]): void {
  const filters = filtersIn(filter);
  const isGiven = (...names: (keyof OrderFilter)[]): boolean =>
    filters.some((each) => names.some((name) => (each[name as 'text'] ?? null) !== null));
  if (isGiven('assignedToId', 'unassigned')) requirePermission(viewer, 'orders.assignee.view');
  if (isGiven('locationCode')) requirePermission(viewer, 'fulfillments.details.view');
  if (isGiven('totalFromMinor', 'totalToMinor') || sort.some(({ field }) => field === 'total'))
    requirePermission(viewer, 'money.view');
}

@Resolver()
export class OrderResolver {
  @Query(() => Order, { nullable: true, description: 'An order by id. Permission: orders.view.' })
  @Authorized('orders.view')
  order(@Arg('id', () => ID, { description: 'The order’s id.' }) id: string, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(id);
  }

  @Query(() => Order, {
    nullable: true,
    description: 'An order by its number, such as ORD-20261123-0042. Permission: orders.view.',
  })
  @Authorized('orders.view')
  async orderByNumber(
    @Arg('number', () => String, { description: 'The order’s number.' }) number: string,
    @Ctx() context: RequestContext,
  ) {
    const id = await findOrderIdByNumber({ read: context.read, actor: context.viewer }, number);
    return id === null ? null : context.loader(orderById).load(id);
  }

  @Query(() => OrderConnection, {
    description:
      'The orders that you may see, without those in the archive or, with `archived`, those alone. `totalCount` is exact up to 10,000, and 10,001 where there are more. Permission: orders.view.',
  })
  @Authorized('orders.view')
  async orders(
    @Args(() => OrdersArguments) { first, after, filter, sort, archived }: OrdersArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<OrderRow>> {
    const source = { read: context.read, actor: context.viewer, archived };
    requireReasonable(filter ?? {});
    requireShown(context.viewer, filter ?? {}, sort ?? []);
    const keys = sortKeys(sort ?? [{ field: 'created_at', direction: 'desc' }]);
    const order = { name: nameOfSort(keys), keys };
    const page = { keys, after: after === null ? null : decodeCursor(after, order), limit: first + 1 };
    const condition = await resolveFilter(source, filter ?? {}, keys);
    const rows = await searchOrders(source, condition, page);
    for (const row of rows) context.prime(orderById, row.id, row);
    const count = () => countOrders(source, condition);
    return new Connection(rows, first, after !== null, order, (row) => keysetOf(keys, row), count);
  }

  @Mutation(() => OrderPayload, {
    description:
      'Places an order at the customer’s prices and reserves every line, or changes nothing and says what is short. With takeAway it is a finished sale at a till. Permission: orders.create. Logs: created, inventory_reserved; with takeAway also payment_received and status_changed.',
  })
  @Authorized(...createOrder.permissions)
  createOrder(@Input(() => CreateOrderInput) input: CreateOrderInput, @Ctx() context: RequestContext) {
    return context.run(createOrder, input);
  }

  @Mutation(() => OrderPayload, {
    description:
      'PENDING to CONFIRMED: makes one fulfillment for each location that holds the reservations. Permission: orders.edit. Logs: confirmed, and status_changed for each fulfillment.',
  })
  @Authorized(...confirmOrder.permissions)
  confirmOrder(@Input(() => ConfirmOrderInput) input: ConfirmOrderInput, @Ctx() context: RequestContext) {
    return context.run(confirmOrder, input);
  }

  @Mutation(() => OrderPayload, {
    description:
      'Cancels an order of which nothing was shipped: open fulfillments end, reserved stock is free again. Permission: orders.cancel, or orders.cancelPending for an order of one’s own that is PENDING. Logs: cancelled, inventory_released.',
  })
  @Authorized(...cancelOrder.permissions)
  cancelOrder(@Input(() => CancelOrderInput) input: CancelOrderInput, @Ctx() context: RequestContext) {
    return context.run(cancelOrder, input);
  }
}
