import type postgres from 'postgres';
import { violations } from '../test/setup/violations.ts';
import { BenchError } from './arguments.ts';

/** What the tests demand of every database; a fast run that breaks it is worth nothing. */
export async function requireInvariants(client: postgres.Sql): Promise<void> {
  for (const [rule, query] of Object.entries(violations)) {
    const rows = await client.unsafe(`${query} limit 5`);
    if (rows.length > 0) throw new BenchError(`Broken: ${rule}.\n${JSON.stringify(rows, null, 2)}`);
  }
}

export function requireEqual(what: string, acknowledged: number, stored: number): void {
  if (acknowledged === stored) return;
  throw new BenchError(`${what}: ${acknowledged} were acknowledged, ${stored} are stored.`);
}
