import postgres from 'postgres';
import { openDatabase, type Database } from '../src/db/driver/database.ts';
import { verifyHistories, type HistoryVerification } from '../src/history/verify-history.repository.ts';
import { violations } from '../test/setup/violations.ts';

const limitMs = 6 * 3_600_000;
const ordersAtOnce = 5_000;
const examplesShown = 5;

/** What a database holds that agrees with itself; throws what does not. */
export interface Verified {
  readonly orders: number;
  readonly historyEntries: number;
  readonly rules: number;
}

/**
 * Recomputes the chain of every order's history, and asks for rows that break a rule: stock against its ledger,
 * reservations against levels, orders against their lines, payments and history.
 */
export async function verifyDatabase(url: string): Promise<Verified> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  const database = openDatabase({
    url,
    poolSize: 1,
    applicationName: 'orders-verify',
    statementTimeoutMs: limitMs,
    workTimeoutMs: limitMs,
  });
  try {
    const wrong = await brokenRules(client);
    const { orders, historyEntries, breaks } = await verifyEveryHistory(database);
    wrong.push(...breaks);
    if (wrong.length > 0) throw new Error(`The database does not agree with itself:\n${wrong.join('\n')}`);
    return { orders, historyEntries, rules: Object.keys(violations).length };
  } finally {
    await database.close();
    await client.end({ timeout: 5 });
  }
}

async function brokenRules(client: postgres.Sql): Promise<string[]> {
  const wrong: string[] = [];
  for (const [rule, query] of Object.entries(violations)) {
    const rows = await client.unsafe(`${query} limit ${examplesShown}`);
    if (rows.length > 0) wrong.push(`- not so: ${rule}. Such as ${JSON.stringify(rows)}`);
  }
  return wrong;
}

async function verifyEveryHistory(database: Database) {
  const breaks: string[] = [];
  let [orders, historyEntries] = [0, 0];
  let after: HistoryVerification['last'] = null;
  for (;;) {
    const page: HistoryVerification = await verifyHistories(database.read, {}, ordersAtOnce, after);
    orders += page.ordersChecked;
    historyEntries += page.entriesChecked;
    for (const { orderId, reason, place } of page.breaks.slice(0, examplesShown)) {
      breaks.push(
        `- the history of order ${orderId}: ${reason}${place === null ? '' : ` at place ${place}`}`,
      );
    }
    after = page.last;
    if (!page.hasMore || !after) return { orders, historyEntries, breaks };
  }
}
