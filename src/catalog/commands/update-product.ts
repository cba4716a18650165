import { eq, sql } from 'drizzle-orm';
import { products } from '../../db/tables/catalog.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';

export interface UpdateProductInput extends CommandInput {
  productId: string;
  name?: string | null;
}

export const updateProduct: FreeCommand<UpdateProductInput, { productId: string }> = {
  name: 'updateProduct',
  permissions: ['catalog.edit'],
  async execute({ transaction }, input) {
    const { productId, name } = input;
    if (name === null) throw invalid('A product needs a name.', ['name']);
    const [product] = await transaction
      .select()
      .from(products)
      .where(eq(products.id, productId))
      .for('no key update');
    if (!product) throw notFound(`Product ${productId}`, ['productId']);
    requireVersion('Product', product, input);
    await transaction
      .update(products)
      .set({ name, version: sql`${products.version} + 1` })
      .where(eq(products.id, productId));
    return { result: { productId }, history: [] };
  },
};
