import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { Logger, runMigrations } from 'graphile-worker';
import postgres from 'postgres';
import {
  guardPooledRole,
  isBehindPooler,
  isRefusedByPooler,
  migrationSettings,
  withoutGuards,
} from './pooler.ts';

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));
/** Any number; it only has to be the same in every server. */
const migrationLock = 4_150_230_107;

const oldestVersion = 150_000;

/** The database cannot be used as it is; the message says why and what to do. */
export class DatabaseNotUsableError extends Error {}

/**
 * Brings the database and the job queue in it to the schema of this version, and makes the history's partitions of
 * the next three months; the worker goes on with that.
 * Servers that start at once take turns: the lock is held on the connection that migrates, because Drizzle's
 * migrator takes none. A plain client of its own, since the migrator does not run on the safe driver. `url` leads to
 * PostgreSQL itself, and not to a pooler; where there is one, it is prepared for us.
 */
export async function migrate(url: string, poolerUrl?: string): Promise<void> {
  const client = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { ...migrationSettings },
  });
  try {
    await refuseUnusable(client, url);
    await client`select pg_advisory_lock(${migrationLock})`;
    const before = await countApplied(client);
    await applyMigrations(drizzle({ client }), { migrationsFolder });
    await client`select ensure_history_partitions(now() - interval '1 month', now() + interval '3 months')`;
    // The queue has a migrator of its own, and a pool of its own for it; our lock is held meanwhile.
    const connectionString = poolerUrl === undefined ? url : withoutGuards(url);
    await runMigrations({ connectionString, maxPoolSize: 2, logger: silentLogger });
    await indexFailedJobs(client);
    if (poolerUrl !== undefined) await guardPooledRole(client, poolerUrl);
    // PostgreSQL knows nothing of new columns and of tables that inherit until it has looked at them again, and takes
    // wrong plans meanwhile; a new database has nothing to look at.
    if (before > 0 && (await countApplied(client)) > before) await client`analyze`;
  } finally {
    await client.end({ timeout: 5 });
  }
}

async function countApplied(client: postgres.Sql): Promise<number> {
  const [table] = await client`select to_regclass('drizzle.__drizzle_migrations') is not null as "isThere"`;
  if (!table!['isThere']) return 0;
  const [row] = await client`select count(*)::integer as applied from drizzle.__drizzle_migrations`;
  return row!['applied'];
}

/**
 * The queue's own indexes serve whoever looks for work, and leave out what has failed for good. Made here and not by
 * a migration of ours, since the table is the queue's; looked for first, because `if not exists` locks the table.
 */
async function indexFailedJobs(client: postgres.Sql): Promise<void> {
  const [found] = await client`select to_regclass('graphile_worker.failed_jobs') is not null as "isThere"`;
  if (found!['isThere']) return;
  await client`create index failed_jobs on graphile_worker._private_jobs (id)
    where attempts >= max_attempts and locked_at is null`;
}

/** What goes wrong is thrown; what goes right need not be told. */
const silentLogger = new Logger(() => () => {});

async function refuseUnusable(client: postgres.Sql, url: string): Promise<void> {
  const { host } = new URL(url);
  const rows = await client`select current_setting('server_version_num')::integer as version`.catch(
    (error: Error & { code?: string }) => {
      if (isRefusedByPooler(error)) throw poolerInTheWay(host);
      // The message of PostgreSQL or of the network, such as "password authentication failed".
      const reason = error.message || error.code;
      throw new DatabaseNotUsableError(
        `The database at ${host} cannot be reached: ${reason}. Check DATABASE_URL.`,
      );
    },
  );
  if (await isBehindPooler(client)) throw poolerInTheWay(host);
  const version = rows[0]!['version'] as number;
  if (version >= oldestVersion) return;
  const found = Math.floor(version / 10_000);
  throw new DatabaseNotUsableError(`The database at ${host} is PostgreSQL ${found}; 15 or later is needed.`);
}

function poolerInTheWay(host: string): DatabaseNotUsableError {
  return new DatabaseNotUsableError(
    `What answers at ${host} is a pooler such as PgBouncer and not PostgreSQL itself. Migrations, the job queue and ` +
      `LISTEN need sessions of their own: set DATABASE_DIRECT_URL to PostgreSQL's own address (docs/pgbouncer.md).`,
  );
}
