import { eq, sql } from 'drizzle-orm';
import { productVariants } from '../../db/tables/catalog.ts';
import { postgresFailure } from '../../db/pg-errors.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import type { Money } from '../../shared/money.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';
import { codeTaken, refuseTakenCode } from '../variant-writing.repository.ts';

export interface UpdateVariantInput extends CommandInput {
  variantId: string;
  name?: string | null;
  barcode?: string | null;
  price?: Money | null;
  weightGrams?: number | null;
}

/** The SKU never changes: labels, shops and suppliers know it. Lines of orders keep the name and price of then. */
export const updateVariant: FreeCommand<UpdateVariantInput, { variantId: string }> = {
  name: 'updateVariant',
  permissions: ['catalog.edit'],
  async execute({ transaction }, input) {
    const { variantId, name, barcode, price, weightGrams } = input;
    if (name === null) throw invalid('A variant needs a name.', ['name']);
    if (price === null) throw invalid('A variant needs a price.', ['price']);
    const [variant] = await transaction
      .select()
      .from(productVariants)
      .where(eq(productVariants.id, variantId))
      .for('no key update');
    if (!variant) throw notFound(`Variant ${variantId}`, ['variantId']);
    requireVersion('ProductVariant', variant, input);
    if (barcode) await refuseTakenCode(transaction, 'barcode', barcode, variantId);
    try {
      await transaction
        .update(productVariants)
        .set({
          name,
          barcode,
          weightGrams,
          ...(price && { priceMinor: price.amountMinor, currency: price.currency }),
          version: sql`${productVariants.version} + 1`,
        })
        .where(eq(productVariants.id, variantId));
    } catch (error) {
      // Somebody has taken it between the look and the update.
      const isTaken = postgresFailure(error)?.constraint === 'product_variants_barcode_unique';
      throw isTaken && barcode ? codeTaken('barcode', barcode) : error;
    }
    return { result: { variantId }, history: [] };
  },
};
