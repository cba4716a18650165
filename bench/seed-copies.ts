import type postgres from 'postgres';

/**
 * The tables that are multiplied. Of columns that name a row of the copy itself, and of those that have to be unique,
 * it says how the copy's value is made from `block`, the row, and `copy`, which of the copies: `place` is the copy's
 * own place in the row of all orders.
 */
interface CopiedTable {
  readonly table: string;
  /** Columns whose identifiers hold the place of the order. */
  readonly identifiers: readonly string[];
  readonly values?: Readonly<Record<string, string>>;
  /** Left to the column's default. */
  readonly defaults?: readonly string[];
  readonly joins?: string;
}

const place = '((block.place - 1) * copy.copies + copy.nth + 1)';
const document = (prefix: string, at: string, number: string): string =>
  `'${prefix}-' || to_char((block.${at} - copy.lag) at time zone 'UTC', 'YYYYMMDD') || '-'
    || lpad((${number})::text, greatest(length((${number})::text), 4), '0')`;
const variantJoin = `join block.variants as variant
  on variant.block_id = block.variant_id and variant.share = copy.nth % copy.shares`;

export const copiedTables: readonly CopiedTable[] = [
  {
    table: 'orders',
    identifiers: ['id'],
    values: {
      number: document('ORD', 'created_at', place),
      external_reference: `'BENCH-' || ${place}`,
      customer_id: 'customer.id',
    },
    joins: `left join block.customers as customer
      on customer.block_id = block.customer_id and customer.share = copy.nth % copy.shares`,
  },
  {
    table: 'order_history',
    identifiers: ['id', 'order_id', 'fulfillment_id'],
    values: { chain_place: 'block.link', hash: `decode(repeat('00', 32), 'hex')` },
    defaults: ['transaction_id', 'position'],
  },
  {
    table: 'order_items',
    identifiers: ['id', 'order_id'],
    values: { variant_id: 'variant.id', sku: 'variant.sku', name: 'variant.name' },
    joins: variantJoin,
  },
  {
    table: 'payments',
    identifiers: ['id', 'order_id'],
    values: { provider_reference: `'pay_' || ${place}` },
  },
  {
    table: 'order_fulfillments',
    identifiers: ['id', 'order_id'],
    values: {
      number: document('FUL', 'created_at', `${place} * 2 + block.nth - 2`),
      tracking_number: `case when block.tracking_number is not null then 'TRACK' || ${place} * 2 + block.nth end`,
    },
  },
  { table: 'fulfillment_items', identifiers: ['id', 'fulfillment_id', 'order_item_id'] },
  {
    table: 'inventory_reservations',
    identifiers: ['id', 'order_id', 'order_item_id'],
    values: { variant_id: 'variant.id' },
    joins: variantJoin,
  },
  {
    table: 'stock_movements',
    identifiers: ['id', 'order_id'],
    values: { variant_id: 'variant.id' },
    joins: variantJoin,
  },
  { table: 'order_notes', identifiers: ['id', 'order_id'] },
  {
    table: 'order_history_heads',
    identifiers: ['order_id'],
    values: { hash: `decode(repeat('00', 32), 'hex')` },
  },
];

/** The text of an identifier around the place where the copy's number goes: five digits of sixteen. */
export async function splitIdentifiers(client: postgres.Sql): Promise<void> {
  for (const { table, identifiers } of copiedTables) {
    const columns = identifiers.map(
      (column) => `add column ${column}_head text, add column ${column}_tail text`,
    );
    const values = identifiers.map(
      (column) => `${column}_head = left(${column}::text, 20) || substr(${column}::text, 27, 5),
        ${column}_tail = right(${column}::text, 5)`,
    );
    await client.unsafe(`alter table block.${table} ${columns.join(', ')}`);
    await client.unsafe(`update block.${table} set ${values.join(', ')}`);
    await client.unsafe(`create index on block.${table} (place)`);
    await client.unsafe(`vacuum (analyze) block.${table}`);
  }
}

/** Copies the rows of the orders with places from $1 to $2, each as often as `block.copies` says. */
export async function copyStatement(client: postgres.Sql, copied: CopiedTable): Promise<string> {
  const { table, identifiers, values = {}, defaults = [], joins = '' } = copied;
  const columns = await client<{ name: string; type: string }[]>`
    select column_name as name, data_type as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER' order by ordinal_position`;
  const taken = columns.filter(({ name }) => !defaults.includes(name));
  const expressions = taken.map(({ name, type }) => {
    if (values[name]) return values[name];
    if (identifiers.includes(name)) return `(block.${name}_head || copy.digits || block.${name}_tail)::uuid`;
    if (type === 'timestamp with time zone') return `block.${name} - copy.lag`;
    return `block.${name}`;
  });
  return `insert into public.${table} (${taken.map(({ name }) => `"${name}"`).join(', ')})
    select ${expressions.join(', ')}
    from (select * from block.${table} where place between $1 and $2 order by place) as block
      cross join block.copies as copy ${joins}`;
}
