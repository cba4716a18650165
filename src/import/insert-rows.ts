import { getTableColumns, getTableName, sql, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Executor } from '../db/driver/database.ts';

/**
 * Inserts any number of rows by one statement with one parameter. Every row has the keys of the first; columns
 * that are not among them get their defaults.
 */
export async function insertRows<Table extends PgTable>(
  transaction: Executor,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  conflict: SQL = sql``,
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = getTableColumns(table);
  const keys = Object.keys(first);
  const names = keys.map((key) => sql.identifier(columns[key]!.name));
  const fields = keys.map((key) => sql.identifier(key));
  const definitions = keys.map((key) => sql`${sql.identifier(key)} ${sql.raw(columns[key]!.getSQLType())}`);
  await transaction.execute(sql`
    insert into ${sql.identifier(getTableName(table))} (${sql.join(names, sql`, `)})
    select ${sql.join(fields, sql`, `)}
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as source (${sql.join(definitions, sql`, `)})
    ${conflict}`);
}
