import type postgres from 'postgres';
import { copiedTables } from './seed-copies.ts';

interface Definition {
  readonly name: string;
  readonly definition: string;
}

/**
 * Drops the indexes of the tables that are filled and keeps how to make them. Keys that foreign keys name stay: their
 * values come in rising order, and so cost little.
 */
export async function dropIndexes(client: postgres.Sql): Promise<void> {
  const tables = copiedTables.map(({ table }) => table);
  await client.begin(async (transaction) => {
    const found = await transaction<(Definition & { isConstraint: boolean; table: string })[]>`
      select of_index.relname as name, of_table.relname as table, pg_constraint.oid is not null as "isConstraint",
        case when pg_constraint.oid is null then replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
          else format('alter table public.%I add constraint %I %s', of_table.relname, conname, pg_get_constraintdef(pg_constraint.oid))
          end as definition
      from pg_index join pg_class as of_index on of_index.oid = indexrelid
        join pg_class as of_table on of_table.oid = indrelid
        left join pg_constraint on conindid = indexrelid and contype in ('p', 'u')
      where of_table.relnamespace = 'public'::regnamespace and of_table.relname = any(${`{${tables.join(',')}}`}::text[])
        and not exists (select from pg_constraint as reference where reference.conindid = indexrelid and contype = 'f')
      order by pg_relation_size(indrelid) desc`;
    await transaction`create table if not exists block.definitions (name text primary key, definition text)`;
    for (const { name, definition, isConstraint, table } of found) {
      await transaction`insert into block.definitions values (${name}, ${definition})`;
      await transaction.unsafe(
        isConstraint
          ? `alter table public.${table} drop constraint "${name}"`
          : `drop index public."${name}"`,
      );
    }
    await transaction`insert into block.done values ('drop indexes', 0)`;
  });
}

/** Those that are not there (again); the largest tables' first. */
export async function remainingIndexes(client: postgres.Sql): Promise<Definition[]> {
  return client<Definition[]>`
    select name, definition from block.definitions where to_regclass(format('public.%I', name)) is null
    order by definition like '%order_history %' desc, name`;
}
