import { inArray } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { productVariants } from '../db/tables/catalog.ts';

export type VariantRow = typeof productVariants.$inferSelect;

export function findVariantsBySku(executor: Executor, skus: readonly string[]): Promise<VariantRow[]> {
  return executor
    .select()
    .from(productVariants)
    .where(inArray(productVariants.sku, [...skus]));
}
