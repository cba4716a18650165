import DataLoader from 'dataloader';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { getTableColumns, getTableName, type InferSelectModel } from 'drizzle-orm';
import type { Actor } from '../auth/actor.ts';
import type { Executor } from '../db/driver/database.ts';
import { countPerParent, pagePerParent, type ChildList } from '../db/page-per-parent.ts';
import { decodeCursor, type Keyset, type ListOrder } from '../shared/page.ts';
import { Connection } from './connection.ts';

/** What a batch function reads with. */
export interface LoadingSource {
  readonly read: Executor;
  /** Who looks: visibility goes into the SQL. */
  readonly actor: Actor;
}

/** What the loaders of one request read with: they may put rows in front of each other's reads. */
export interface LoaderSource extends LoadingSource {
  loader<Key, Value>(definition: LoaderDefinition<Key, Value>): DataLoader<Key, Value, unknown>;
}

/**
 * A batched read. It is defined once in a feature; the request's context makes the DataLoader of it on first
 * use, so there is no registry to keep, and nothing outlives its request.
 */
export interface LoaderDefinition<Key, Value> {
  create(source: LoaderSource): DataLoader<Key, Value, unknown>;
}

/** Loads rows by a unique key; what does not exist or may not be seen is null. */
export function loaderByKey<Row>(
  read: (source: LoadingSource, keys: readonly string[]) => Promise<Row[]>,
  keyOf: (row: Row) => string,
): LoaderDefinition<string, Row | null> {
  return {
    create: (source) =>
      new DataLoader(async (keys: readonly string[]) => {
        const rows = new Map((await read(source, keys)).map((row) => [keyOf(row), row]));
        return keys.map((key) => rows.get(key) ?? null);
      }),
  };
}

/** Loads a short list of rows for each parent, all parents in one statement. */
export function loaderOfChildren<Row>(
  read: (source: LoadingSource, parentIds: readonly string[]) => Promise<Row[]>,
  parentOf: (row: Row) => string,
): LoaderDefinition<string, Row[]> {
  return {
    create: (source) =>
      new DataLoader(async (parentIds: readonly string[]) => {
        const groups = groupBy(await read(source, parentIds), parentOf);
        return parentIds.map((parentId) => groups.get(parentId) ?? []);
      }),
  };
}

/** One nested list: of which parent, and which page of it. */
export interface ChildPageKey {
  readonly parentId: string;
  readonly first: number;
  readonly after: string | null;
}

/**
 * Loads a page of a nested list for each parent. Parents that ask for the same page share one statement, and
 * the counts of all parents are a second one, run only where `totalCount` is selected. Rows that came in a page need
 * not be read once more where they are asked for by their key.
 */
export function loaderOfChildPages<Table extends PgTable>(
  listFor: (actor: Actor) => ChildList<Table>,
  byId?: LoaderDefinition<string, InferSelectModel<Table> | null>,
): LoaderDefinition<ChildPageKey, Connection<InferSelectModel<Table>>> {
  return {
    create(source) {
      const list = listFor(source.actor);
      const counts = new DataLoader(async (parentIds: readonly string[]) => {
        const found = await countPerParent(source.read, list, parentIds);
        return parentIds.map((parentId) => found.get(parentId) ?? 0);
      });
      return new DataLoader((keys: readonly ChildPageKey[]) => loadPages(source, list, counts, keys, byId), {
        cacheKeyFn: (key) => `${key.parentId} ${key.first} ${key.after}`,
      });
    },
  };
}

async function loadPages<Table extends PgTable>(
  source: LoaderSource,
  list: ChildList<Table>,
  counts: DataLoader<string, number>,
  keys: readonly ChildPageKey[],
  byId: LoaderDefinition<string, InferSelectModel<Table> | null> | undefined,
): Promise<Connection<InferSelectModel<Table>>[]> {
  type Row = InferSelectModel<Table>;
  const names = propertyNames(list);
  const order = orderOf(list);
  const keysetOf = (row: Row): Keyset => names.keys.map((name) => row[name as keyof Row] as string | number);
  const parentOf = (row: Row): string => row[names.parent as keyof Row] as string;
  const pages = [...groupBy(keys, (key) => `${key.first} ${key.after}`).values()];
  const connections = new Map<ChildPageKey, Connection<Row>>();
  await Promise.all(
    pages.map(async (page) => {
      const { first, after } = page[0]!;
      const keyset = after === null ? null : decodeCursor(after, order);
      // One row more than asked for tells whether there is a next page.
      const parentIds = page.map((key) => key.parentId);
      const rows = await pagePerParent(source.read, list, parentIds, first + 1, keyset);
      if (byId) for (const row of rows) source.loader(byId).prime((row as { id: string }).id, row);
      const groups = groupBy(rows, parentOf);
      for (const key of page) {
        const children = groups.get(key.parentId) ?? [];
        const count = (): Promise<number> => counts.load(key.parentId);
        connections.set(key, new Connection(children, first, after !== null, order, keysetOf, count));
      }
    }),
  );
  return keys.map((key) => connections.get(key)!);
}

/** The same for every viewer, who may differ in what they see of the list. */
function orderOf<Table extends PgTable>(list: ChildList<Table>): ListOrder {
  const keys = list.keys.map(({ column }) => column.name).join(', ');
  return { name: `${getTableName(list.table)} ${keys} ${list.direction}`, keys: list.keys };
}

/** The row's property names for the columns that the list is found and sorted by. */
function propertyNames<Table extends PgTable>(list: ChildList<Table>): { parent: string; keys: string[] } {
  const columns = Object.entries(getTableColumns(list.table)) as [string, PgColumn][];
  const nameOf = (column: PgColumn): string => columns.find(([, each]) => each.name === column.name)![0];
  return { parent: nameOf(list.parentColumn), keys: list.keys.map(({ column }) => nameOf(column)) };
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
