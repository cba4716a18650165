import { eq, inArray, or, sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { productVariants } from '../db/tables/catalog.ts';

export type VariantRow = typeof productVariants.$inferSelect;

export function findVariantsBySku(executor: Executor, skus: readonly string[]): Promise<VariantRow[]> {
  return executor
    .select()
    .from(productVariants)
    .where(inArray(productVariants.sku, [...skus]));
}

/** The variant that a label names, by its barcode or else by its SKU. */
export async function findVariantByLabel(executor: Executor, label: string): Promise<VariantRow | null> {
  const [row] = await executor
    .select()
    .from(productVariants)
    .where(or(eq(productVariants.barcode, label), eq(productVariants.sku, label)))
    .orderBy(sql`${productVariants.barcode} is not distinct from ${label} desc`)
    .limit(1);
  return row ?? null;
}
