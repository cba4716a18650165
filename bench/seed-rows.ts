import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { hashPassword } from '../src/auth/password.ts';
import { BenchError } from './arguments.ts';

export const benchPassword = 'bench-password';

/** One transaction each. Larger ones are hardly faster, and a stopped run loses what was not committed. */
const ordersPerBatch = 10_000;
const sqlFile = (name: string): string => readFileSync(new URL(`seed/${name}`, import.meta.url), 'utf8');

/** The one trigger that the seed cannot do without: it links the history of each order. */
const chained = 'alter table order_history enable always trigger order_history_chain';
const unchained = `alter table order_history alter chain_place set default 0, alter hash set default ''`;
const afterwards = `
  alter table order_history enable trigger order_history_chain;
  alter table order_history alter chain_place drop default, alter hash drop default`;

export interface SeedSize {
  readonly orders: number;
  readonly days: number;
  readonly until: string;
  /** An order has from one to so many lines. */
  readonly lines?: number;
  /** Of these many; the rows of reference may be more. */
  readonly variants?: number;
  readonly customers?: number;
  /** Without the hash chain, entries are not to be verified, and are written in a third of the time. */
  readonly isChained?: boolean;
}

/** Everything in `size`, and the users, products and customers that it refers to. Returns the seconds that it took. */
export async function seedOrders(
  url: string,
  { isChained = true, ...size }: SeedSize,
  reference: { readonly variants?: number; readonly customers?: number } = {},
): Promise<number> {
  const startedAt = performance.now();
  const client = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  try {
    await refuseInUse(client);
    const settings = {
      lines: 6,
      variants: Math.min(Math.max(Math.floor(size.orders / 20), 40), 20_000),
      customers: Math.min(Math.max(Math.floor(size.orders / 20), 20), 50_000),
      ...size,
      password_hash: await hashPassword(benchPassword),
    };
    const batch = sqlFile('batch.sql');
    await client.unsafe(sqlFile('functions.sql')).simple();
    await client.unsafe(isChained ? chained : unchained).simple();
    await inTransaction(client, { ...settings, ...reference }, sqlFile('reference.sql'));
    for (let first = 1; first <= size.orders; first += ordersPerBatch) {
      const last = Math.min(first + ordersPerBatch - 1, size.orders);
      await inTransaction(client, { ...settings, first, last }, batch);
      const seconds = (performance.now() - startedAt) / 1000;
      process.stderr.write(`${last} of ${size.orders} orders, ${seconds.toFixed(0)} s\n`);
    }
    await client.unsafe(afterwards).simple();
    // So that neither the first reader nor autovacuum does it in the middle of a measurement.
    await client.unsafe('vacuum (analyze)');
    await client.unsafe('checkpoint').catch(() => {});
  } finally {
    await client.end({ timeout: 5 });
  }
  return (performance.now() - startedAt) / 1000;
}

async function refuseInUse(client: postgres.Sql): Promise<void> {
  const [row] = await client<{ inUse: boolean }[]>`
    select exists (select from orders) or exists (select from users) as "inUse"`;
  if (!row!.inUse) return;
  throw new BenchError(
    'The database is not empty. On the embedded server --fresh empties it; elsewhere make a new, empty database.',
  );
}

async function inTransaction(
  client: postgres.Sql,
  settings: Readonly<Record<string, string | number>>,
  text: string,
): Promise<void> {
  await client.begin(async (transaction) => {
    for (const [name, value] of Object.entries(settings)) {
      await transaction`select set_config(${`bench.${name}`}, ${String(value)}, true)`;
    }
    await trustReferences(transaction);
    await transaction
      .unsafe(`set local timezone to 'UTC'; set local synchronous_commit to off; ${text}`)
      .simple();
  });
}

/**
 * The rows refer to one another by construction, so checking every reference, which takes most of the time, is left
 * out where the role may do so. Checks, keys and generated columns hold all the same.
 */
async function trustReferences(transaction: postgres.TransactionSql): Promise<void> {
  const [role] = await transaction<{ superuser: boolean }[]>`
    select rolsuper as superuser from pg_roles where rolname = current_user`;
  if (role?.superuser) await transaction`set local session_replication_role to replica`;
}
