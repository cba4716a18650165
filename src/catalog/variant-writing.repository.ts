import { and, eq, ne } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { productVariants } from '../db/tables/catalog.ts';
import { invalid } from '../shared/errors.ts';

/** Whether another variant has it; the unique constraint is the last word. */
export async function refuseTakenCode(
  transaction: Executor,
  field: 'sku' | 'barcode',
  value: string,
  exceptVariantId?: string,
): Promise<void> {
  const [taken] = await transaction
    .select({ id: productVariants.id })
    .from(productVariants)
    .where(
      and(
        eq(productVariants[field], value),
        exceptVariantId === undefined ? undefined : ne(productVariants.id, exceptVariantId),
      ),
    );
  if (taken) throw codeTaken(field, value);
}

export const codeTaken = (field: 'sku' | 'barcode', value: string) =>
  invalid(`${field === 'sku' ? 'SKU' : 'Barcode'} ${value} is taken already.`, [field]);
