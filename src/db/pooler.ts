import type postgres from 'postgres';
import { sessionGuards } from './driver/database.ts';

/** Anything that nobody has as a default: what comes back tells whether settings reach the session. */
const unusualSetting = '3599s';

/** Of a connection that migrates: whatever the role has for the pooler's sake is not for it. */
export const migrationSettings: Readonly<Record<string, string>> = {
  application_name: 'orders-migrate',
  default_transaction_read_only: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: unusualSetting,
};

const protocolViolation = '08P01';

/** What a pooler says to a setting that it does not know, and cannot keep for each of its clients. */
export function isRefusedByPooler(error: Error & { code?: string }): boolean {
  return error.code === protocolViolation && /startup parameter/i.test(error.message);
}

/** A pooler that was told to ignore settings has answered, and not PostgreSQL itself. */
export async function isBehindPooler(client: postgres.Sql): Promise<boolean> {
  const [row] = await client`select current_setting('idle_in_transaction_session_timeout') as setting`;
  return row!['setting'] !== unusualSetting;
}

/**
 * Gives the settings of our sessions to the role that comes through the pooler, as the sessions there are shared and
 * cannot have any of their own. Where this role may not do that, the driver says so when it connects.
 */
export async function guardPooledRole(client: postgres.Sql, poolerUrl: string): Promise<void> {
  const role = decodeURIComponent(new URL(poolerUrl).username);
  const [database] = await client`select current_database() as name`;
  const present = await client`select unnest(setconfig) as setting from pg_db_role_setting
    where setrole = to_regrole(${quoted(role)})
      and setdatabase = (select oid from pg_database where datname = current_database())`;
  const known = new Set(present.map((row) => row['setting'] as string));
  for (const [name, value] of Object.entries(sessionGuards())) {
    if (known.has(`${name}=${value}`)) continue;
    const change = `alter role ${quoted(role)} in database ${quoted(database!['name'] as string)}`;
    await client.unsafe(`${change} set ${name} = '${value}'`).catch(() => undefined);
  }
}

/** The address for a program with connections of its own, on which the role's settings for the pooler do not count. */
export function withoutGuards(directUrl: string): string {
  const url = new URL(directUrl);
  const settings = '-c default_transaction_read_only=off -c statement_timeout=0 -c lock_timeout=0';
  const present = url.searchParams.get('options');
  url.searchParams.set('options', present === null ? settings : `${present} ${settings}`);
  return url.toString();
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
