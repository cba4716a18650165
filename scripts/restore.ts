import { access } from 'node:fs/promises';
import postgres from 'postgres';
import { endWith, runPostgresProgram } from './postgres-program.ts';
import { verifyDatabase } from './verify-database.ts';

/** Restores a backup into a new, empty database, and verifies it: see docs/operators-guide.md. */
async function restore(file: string | undefined): Promise<void> {
  const url = process.env['RESTORE_URL'];
  if (file === undefined || !url) {
    throw new Error(
      'Set RESTORE_URL to a new, empty database, and name the file: npm run restore -- orders.dump',
    );
  }
  await access(file);
  await requireEmpty(url);
  // In one transaction: what is there afterwards is the whole backup, or nothing.
  const words = ['--no-owner', '--no-privileges', '--exit-on-error', '--single-transaction'];
  await runPostgresProgram('pg_restore', url, [...words, `--dbname=${new URL(url).pathname.slice(1)}`, file]);
  const { orders, historyEntries, rules } = await verifyDatabase(url);
  process.stdout.write(
    `Restored: ${orders} orders with ${historyEntries} entries of history; every chain is whole, and ${rules} rules hold.\n`,
  );
}

/** A backup restored over something else would be neither. */
async function requireEmpty(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [row] = await client`select count(*)::integer as tables from pg_class
      where relkind in ('r', 'p') and relnamespace not in
        (select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema', 'pg_toast'))`;
    if (row!['tables'] > 0) throw new Error('The database of RESTORE_URL is not empty: make a new one.');
  } finally {
    await client.end({ timeout: 5 });
  }
}

await restore(process.argv[2]).catch(endWith);
