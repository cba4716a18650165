import { sql } from 'drizzle-orm';
import type { Database } from '../../src/db/driver/database.ts';
import { projectNextEvents } from '../../src/figures/project-figures.ts';
import { waitUntil } from '../setup/wait-until.ts';

/** Whether the figures have the last event of the log. */
export async function isEverythingCounted(database: Database): Promise<boolean> {
  const [row] = await database.read.execute<{ behind: boolean }>(sql`
    select exists (select from order_history
      where (order_history.transaction_id, order_history.position)
        > ((select transaction_id from figures.progress), (select position from figures.progress))) as behind`);
  return !row!.behind;
}

/** Counts until nothing is left. A transaction that runs in another test's database holds events back for a while. */
export async function countEverything(database: Database): Promise<void> {
  await waitUntil(async () => {
    while ((await projectNextEvents(database)) > 0);
    return isEverythingCounted(database);
  }, 'everything is counted');
}
