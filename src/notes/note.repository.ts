import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { viewerParameters, visibleNotes, visibleOrders } from '../auth/visibility.ts';
import { prepared, uuidArray } from '../db/prepared.ts';
import { orderNotes } from '../db/tables/order-notes.ts';
import { orders } from '../db/tables/orders.ts';
import type { LoadingSource } from '../graphql/loading.ts';

export type NoteRow = typeof orderNotes.$inferSelect;

export async function findNotes({ read, actor }: LoadingSource, ids: readonly string[]): Promise<NoteRow[]> {
  const statement = prepared(read, `findNotes.${actor.role}`, (on) =>
    on
      .select(getTableColumns(orderNotes))
      .from(orderNotes)
      .innerJoin(orders, eq(orders.id, orderNotes.orderId))
      .where(
        and(
          sql`${orderNotes.id} = any(${sql.placeholder('ids')}::uuid[])`,
          visibleOrders(actor.role),
          visibleNotes(actor.role),
        ),
      )
      .prepare('findNotes'),
  );
  return statement.execute({ ids: uuidArray(ids), ...viewerParameters(actor) });
}
