import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { splitIdentifiers } from './seed-copies.ts';
import { seedOrders } from './seed-rows.ts';

export interface ScaleSize {
  readonly orders: number;
  readonly inBlock: number;
  readonly copies: number;
  /** How many times more variants and customers there are than in the block; divides `copies`. */
  readonly shares: number;
  readonly days: number;
  readonly completeMonths: number;
  /** Orders of so many months have all of their history, also where they have no more than that. */
  readonly historyMonths: number;
}

/** Orders have from one to three lines. */
const lines = 3;

/** Makes the block of orders, and moves it out of the tables into the schema `block`. */
export async function makeBlock(url: string, client: postgres.Sql, size: ScaleSize): Promise<void> {
  const { inBlock, copies, shares, days, completeMonths, historyMonths } = size;
  const until = new Date(new Date().toISOString().slice(0, 10)).toISOString();
  const each = Math.max(Math.floor(inBlock / 20), 40);
  await client`select ensure_history_partitions(
    ${until}::timestamptz - ${days + 2} * interval '1 day', ${until}::timestamptz)`;
  const [row] = await client`select exists (select from orders) as seeded`;
  if (!row!['seeded']) {
    await seedOrders(
      url,
      { orders: inBlock, days, until, lines, variants: each, customers: each, isChained: false },
      { variants: each * shares, customers: each * shares },
    );
  }
  const text = readFileSync(new URL('seed/block.sql', import.meta.url), 'utf8');
  await client.begin(async (transaction) => {
    await transaction`select set_config('bench.complete_since',
      (${until}::timestamptz - ${completeMonths} * interval '1 month')::text, true),
      set_config('bench.history_since', (${until}::timestamptz - ${historyMonths} * interval '1 month')::text, true)`;
    await transaction.unsafe(text).simple();
    await transaction.unsafe(shared(shares, each)).simple();
    await transaction.unsafe(`create table block.copies as
      select nth, lpad(to_hex(nth), 5, '0') as digits, ${copies} as copies, ${shares} as shares,
        ${days} * interval '1 day' / ${inBlock} * ((${copies} - 1 - nth)::float8 / ${copies}) as lag
      from generate_series(0, ${copies - 1}) as nth`);
  });
  await splitIdentifiers(client);
}

/** Which variant and customer stands in a copy for the one of the block. */
const shared = (shares: number, each: number): string => {
  const reference = (kind: string, place: string): string =>
    `('019a000000007${kind}8' || lpad(to_hex(${place}), 15, '0'))::uuid`;
  return `
    create table block.variants as
    select ${reference('003', 'place')} as block_id, share, variant.id, variant.sku, variant.name
    from generate_series(0, ${each - 1}) as place cross join generate_series(0, ${shares - 1}) as share
      join public.product_variants as variant on variant.id = ${reference('003', `place + share * ${each}`)};
    create table block.customers as
    select ${reference('004', 'place')} as block_id, share, ${reference('004', `place + share * ${each}`)} as id
    from generate_series(0, ${each - 1}) as place cross join generate_series(0, ${shares - 1}) as share;
    analyze block.variants;
    analyze block.customers`;
};
