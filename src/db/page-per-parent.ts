import { getTableColumns, sql, type InferSelectModel, type SQL, type Subquery } from 'drizzle-orm';
import { QueryBuilder, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import type { Keyset } from '../shared/page.ts';
import type { Executor } from './driver/database.ts';
import { prepared, uuidArray } from './prepared.ts';

/** A child list of some parent: how it is found, what is visible of it, and in which order it is shown. */
export interface ChildList<Table extends PgTable> {
  /** Unique; with the viewer's role where `visible` depends on it. */
  readonly name: string;
  readonly table: Table;
  /** What is read in the place of the table, under its name. */
  readonly source?: Subquery;
  readonly parentColumn: PgColumn;
  readonly visible?: SQL | undefined;
  /** The values of the placeholders in `visible`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** The sort keys; together unique within a parent. All in one direction, so that a row comparison serves. */
  readonly keys: readonly { readonly column: PgColumn; readonly type: string }[];
  readonly direction: 'asc' | 'desc';
}

/**
 * The first `limit` rows of each parent, after a keyset if one is given, in one statement however many parents:
 * the parents are one array argument, and a lateral join takes the rows of each from the index.
 */
export async function pagePerParent<Table extends PgTable>(
  executor: Executor,
  list: ChildList<Table>,
  parentIds: readonly string[],
  limit: number,
  after: Keyset | null,
): Promise<InferSelectModel<Table>[]> {
  const statement = prepared(executor, `${list.name}.page${after ? '.after' : ''}`, (on) =>
    buildPage(on, list, after !== null),
  );
  const keys = Object.fromEntries((after ?? []).map((value, index) => [`after${index}`, value]));
  const rows = await statement.execute({
    parentIds: uuidArray(parentIds),
    limit,
    ...keys,
    ...list.parameters,
  });
  return rows as unknown as InferSelectModel<Table>[];
}

function buildPage(executor: Executor, list: ChildList<PgTable>, hasAfter: boolean) {
  const columns = getTableColumns(list.table);
  const conditions = [sql`${list.parentColumn} = parent.id`];
  if (list.visible) conditions.push(sql`(${list.visible})`);
  if (hasAfter) conditions.push(afterCondition(list));
  const direction = sql.raw(list.direction);
  const page = new QueryBuilder()
    .select(columns)
    .from(list.source ?? list.table)
    .where(sql.join(conditions, sql` and `))
    .orderBy(...list.keys.map(({ column }) => sql`${column} ${direction}`))
    .limit(sql.placeholder('limit'))
    .as('page');
  const selected = Object.fromEntries(
    Object.keys(columns).map((name) => [name, (page as unknown as Record<string, PgColumn>)[name]!]),
  );
  return executor
    .select(selected)
    .from(sql`unnest(${sql.placeholder('parentIds')}::uuid[]) as parent(id)`)
    .crossJoinLateral(page)
    .prepare(list.name);
}

function afterCondition(list: ChildList<PgTable>): SQL {
  const columns = sql.join(
    list.keys.map(({ column }) => sql`${column}`),
    sql`, `,
  );
  const values = sql.join(
    list.keys.map(({ type }, index) => sql`${sql.placeholder(`after${index}`)}::${sql.raw(type)}`),
    sql`, `,
  );
  return sql`(${columns}) ${sql.raw(list.direction === 'asc' ? '>' : '<')} (${values})`;
}

/** How many rows each parent has; parents without any are not in the map. */
export async function countPerParent<Table extends PgTable>(
  executor: Executor,
  list: ChildList<Table>,
  parentIds: readonly string[],
): Promise<Map<string, number>> {
  const statement = prepared(executor, `${list.name}.count`, (on) => {
    const conditions = [sql`${list.parentColumn} = any(${sql.placeholder('parentIds')}::uuid[])`];
    if (list.visible) conditions.push(sql`(${list.visible})`);
    return on
      .select({ parentId: sql<string>`${list.parentColumn}`, count: sql<number>`count(*)::integer` })
      .from(list.source ?? (list.table as PgTable))
      .where(sql.join(conditions, sql` and `))
      .groupBy(list.parentColumn)
      .prepare(list.name);
  });
  const rows = await statement.execute({ parentIds: uuidArray(parentIds), ...list.parameters });
  return new Map(rows.map((row) => [row.parentId, row.count]));
}
