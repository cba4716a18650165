import { eq } from 'drizzle-orm';
import { products, productVariants } from '../../db/tables/catalog.ts';
import { notFound } from '../../shared/errors.ts';
import type { Money } from '../../shared/money.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { codeTaken, refuseTakenCode } from '../variant-writing.repository.ts';

export interface CreateVariantInput extends CommandInput {
  productId: string;
  sku: string;
  barcode?: string | null;
  name: string;
  price: Money;
  weightGrams?: number | null;
  tracksStock?: boolean | null;
}

export const createVariant: FreeCommand<CreateVariantInput, { variantId: string }> = {
  name: 'createVariant',
  permissions: ['catalog.edit'],
  async execute({ transaction }, input) {
    const { productId, sku, barcode, name, price, weightGrams, tracksStock } = input;
    const [product] = await transaction
      .select({ id: products.id })
      .from(products)
      .where(eq(products.id, productId))
      .for('key share');
    if (!product) throw notFound(`Product ${productId}`, ['productId']);
    await refuseTakenCode(transaction, 'sku', sku);
    if (barcode) await refuseTakenCode(transaction, 'barcode', barcode);
    const [variant] = await transaction
      .insert(productVariants)
      .values({
        productId,
        sku,
        barcode,
        name,
        priceMinor: price.amountMinor,
        currency: price.currency,
        weightGrams,
        tracksStock: tracksStock ?? undefined,
      })
      .onConflictDoNothing()
      .returning({ id: productVariants.id });
    if (!variant) {
      // Somebody has taken one of them between the look and the insert: look again at which.
      await refuseTakenCode(transaction, 'sku', sku);
      throw codeTaken('barcode', barcode ?? '');
    }
    return { result: { variantId: variant.id }, history: [] };
  },
};
