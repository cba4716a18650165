import { asc, eq, sql } from 'drizzle-orm';
import { prepared, uuidArray } from '../db/prepared.ts';
import { products, productVariants } from '../db/tables/catalog.ts';
import type { LoadingSource } from '../graphql/loading.ts';
import type { VariantRow } from '../stock/variant.repository.ts';

export type ProductRow = typeof products.$inferSelect;

export async function findVariants({ read }: LoadingSource, ids: readonly string[]): Promise<VariantRow[]> {
  const statement = prepared(read, 'findVariants', (on) =>
    on
      .select()
      .from(productVariants)
      .where(sql`${productVariants.id} = any(${sql.placeholder('ids')}::uuid[])`)
      .prepare('findVariants'),
  );
  return statement.execute({ ids: uuidArray(ids) });
}

export async function findProducts({ read }: LoadingSource, ids: readonly string[]): Promise<ProductRow[]> {
  const statement = prepared(read, 'findProducts', (on) =>
    on
      .select()
      .from(products)
      .where(sql`${products.id} = any(${sql.placeholder('ids')}::uuid[])`)
      .prepare('findProducts'),
  );
  return statement.execute({ ids: uuidArray(ids) });
}

export async function findVariantsOfProducts(
  { read }: LoadingSource,
  ids: readonly string[],
): Promise<VariantRow[]> {
  const statement = prepared(read, 'findVariantsOfProducts', (on) =>
    on
      .select()
      .from(productVariants)
      .where(sql`${productVariants.productId} = any(${sql.placeholder('ids')}::uuid[])`)
      .orderBy(asc(productVariants.sku))
      .prepare('findVariantsOfProducts'),
  );
  return statement.execute({ ids: uuidArray(ids) });
}

export async function findVariantByBarcode(
  { read }: LoadingSource,
  barcode: string,
): Promise<VariantRow | null> {
  const [row] = await read.select().from(productVariants).where(eq(productVariants.barcode, barcode));
  return row ?? null;
}
