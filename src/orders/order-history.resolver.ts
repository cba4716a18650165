import { Args, Authorized, Ctx, Query, Resolver } from 'type-graphql';
import { requirePermission } from '../auth/actor.ts';
import { Connection } from '../graphql/connection.ts';
import type { RequestContext } from '../graphql/context.ts';
import { verifyHistories } from '../history/verify-history.repository.ts';
import { decodeCursor, encodeCursor, type ListOrder } from '../shared/page.ts';
import { OrderHistoryArguments, VerifyHistoryArguments } from './order-history.input.ts';
import {
  countHistory,
  historyOrder,
  searchHistory,
  type OrderHistoryRow,
} from './order-history.repository.ts';
import { HistoryVerification } from './order-history.type.ts';
import { OrderHistoryConnection } from './order.type.ts';

const verificationOrder: ListOrder = {
  name: 'verified orders created_at, id asc',
  keys: [{ type: 'timestamptz' }, { type: 'uuid' }],
};

@Resolver()
export class OrderHistoryResolver {
  @Query(() => OrderHistoryConnection, {
    description:
      'The audit trail across all orders that you may see, latest first. A customer sees the milestones of own orders. Permission: history.view.',
  })
  @Authorized('history.view')
  async orderHistory(
    @Args(() => OrderHistoryArguments) { first, after, filter }: OrderHistoryArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<OrderHistoryRow>> {
    const { viewer } = context;
    // Who did something is not shown to customers, so they cannot ask for it either.
    if (filter?.performedById) requirePermission(viewer, 'history.viewStaff');
    const source = { read: context.read, actor: viewer };
    const keyset = after === null ? null : decodeCursor(after, historyOrder);
    const rows = await searchHistory(source, filter ?? {}, first + 1, keyset);
    const count = () => countHistory(source, filter ?? {});
    const keysetOf = (row: OrderHistoryRow) => [row.createdAt, row.position];
    return new Connection(rows, first, after !== null, historyOrder, keysetOf, count);
  }

  @Query(() => String, {
    description:
      'Where the event log ends as the request begins. Ask for it together with what you show, in one request, then subscribe with it as `after`: you miss nothing, and hear at most twice of what has just happened. Permission: history.view.',
  })
  @Authorized('history.view')
  eventCursor(@Ctx() context: RequestContext): string {
    return context.services.eventLog.cursors.encode(context.logEnd);
  }

  @Query(() => HistoryVerification, {
    nullable: true,
    description:
      'Computes the hash chains of orders anew and compares: of one order (null when there is none), or of all orders of a time, oldest first. Permission: history.verify.',
  })
  @Authorized('history.verify')
  async verifyHistory(
    @Args(() => VerifyHistoryArguments) { first, after, ...range }: VerifyHistoryArguments,
    @Ctx() context: RequestContext,
  ): Promise<HistoryVerification | null> {
    const keyset = after === null ? null : decodeCursor(after, verificationOrder);
    const start = keyset && { createdAt: String(keyset[0]), id: String(keyset[1]) };
    // What is verified is the database itself, and not a copy.
    const found = await verifyHistories(context.services.database.read, range, first, start);
    if (range.orderId && found.ordersChecked === 0) return null;
    const { last } = found;
    return {
      isIntact: found.breaks.length === 0,
      ordersChecked: found.ordersChecked,
      entriesChecked: found.entriesChecked,
      breaks: [...found.breaks],
      hasNextPage: found.hasMore,
      endCursor: last && encodeCursor(verificationOrder, [last.createdAt, last.id]),
    };
  }
}
