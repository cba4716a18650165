import { sql } from 'drizzle-orm';
import type { Database } from '../db/driver/database.ts';
import { everywhere } from '../db/tables/figures.ts';
import { InsufficientStockError, type UserError } from '../shared/errors.ts';

/** Goods that are only moved are not asked for by a customer. */
const withoutDemand = 'transferStock';

/**
 * Counts a command that was refused for want of stock. What is refused is rolled back and leaves no event, so this is a
 * statement of its own afterwards. It is a figure and no record: were it lost, the refusal stands all the same.
 */
export async function countStockOut(
  database: Database,
  command: string,
  errors: readonly UserError[],
): Promise<void> {
  const shortages = errors.flatMap((error) =>
    error instanceof InsufficientStockError ? error.shortages : [],
  );
  if (shortages.length === 0 || command === withoutDemand) return;
  const codes = shortages.flatMap(({ locationCode }) => (locationCode ? [locationCode] : []));
  await database.transaction((transaction) =>
    transaction.execute(sql`
      insert into figures.stock_outs as counted (location_id, day, share, incidents)
      select location_id, (now() at time zone 'UTC')::date, pg_backend_pid() % 16, 1
      from (
        select ${everywhere}::uuid as location_id
        union select id from stock_locations
        where code in (select jsonb_array_elements_text(${JSON.stringify(codes)}::text::jsonb))
      ) as concerned
      on conflict (location_id, day, share) do update set incidents = counted.incidents + 1`),
  );
}
