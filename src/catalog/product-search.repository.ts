import { asc, and, sql } from 'drizzle-orm';
import { contains } from '../db/contains.ts';
import type { Executor } from '../db/driver/database.ts';
import { products, productVariants } from '../db/tables/catalog.ts';
import type { Keyset, ListOrder } from '../shared/page.ts';
import type { ProductRow } from './catalog.repository.ts';

export const productsOrder: ListOrder = {
  name: 'products name, id asc',
  keys: [{ type: 'text' }, { type: 'uuid' }],
};

/** A union, and not an "or": each side has an index of its own, `products_search` and `product_variants_search`. */
function matching(text: string | null) {
  if (text === null) return undefined;
  const name = sql`lower(${products.name})`;
  const variant = sql`lower(
  ${productVariants.sku} || ' ' || coalesce(${productVariants.barcode}, '') || ' ' || ${productVariants.name}
)`;
  return sql`${products.id} in (
    select ${products.id} from ${products} where ${contains(name, text)}
    union all select ${productVariants.productId} from ${productVariants} where ${contains(variant, text)})`;
}

/** By name. */
export function searchProducts(
  read: Executor,
  text: string | null,
  limit: number,
  after: Keyset | null,
): Promise<ProductRow[]> {
  const beyond = after && sql`(${products.name}, ${products.id}) > (${after[0]}::text, ${after[1]}::uuid)`;
  return read
    .select()
    .from(products)
    .where(and(matching(text), beyond ?? undefined))
    .orderBy(asc(products.name), asc(products.id))
    .limit(limit);
}

export async function countProducts(read: Executor, text: string | null): Promise<number> {
  const [row] = await read
    .select({ count: sql<number>`count(*)::integer` })
    .from(products)
    .where(matching(text));
  return row!.count;
}
