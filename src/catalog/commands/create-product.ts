import { inArray, or } from 'drizzle-orm';
import { products, productVariants } from '../../db/tables/catalog.ts';
import { invalid, Refusal, UserError } from '../../shared/errors.ts';
import type { Money } from '../../shared/money.ts';
import type { CommandInput, FreeCommand, Scope } from '../../write/command.ts';

interface NewVariant {
  sku: string;
  barcode?: string | null;
  name: string;
  price: Money;
  weightGrams?: number | null;
}

export interface CreateProductInput extends CommandInput {
  name: string;
  variants: readonly NewVariant[];
}

export const createProduct: FreeCommand<CreateProductInput, { productId: string }> = {
  name: 'createProduct',
  permissions: ['catalog.edit'],
  async execute(scope, input) {
    await refuseTaken(scope, input.variants);
    const [product] = await scope.transaction
      .insert(products)
      .values({ name: input.name })
      .returning({ id: products.id });
    const inserted = await scope.transaction
      .insert(productVariants)
      .values(
        input.variants.map(({ sku, barcode, name, price, weightGrams }) => ({
          productId: product!.id,
          sku,
          barcode,
          name,
          priceMinor: price.amountMinor,
          currency: price.currency,
          weightGrams,
        })),
      )
      // Somebody may have taken an SKU between the look and the insert.
      .onConflictDoNothing()
      .returning({ id: productVariants.id });
    if (inserted.length < input.variants.length)
      throw invalid('An SKU or barcode was taken just now.', ['variants']);
    return { result: { productId: product!.id }, history: [] };
  },
};

async function refuseTaken({ transaction }: Scope, variants: readonly NewVariant[]): Promise<void> {
  const skus = variants.map(({ sku }) => sku);
  const barcodes = variants.flatMap(({ barcode }) => barcode ?? []);
  const taken = await transaction
    .select({ sku: productVariants.sku, barcode: productVariants.barcode })
    .from(productVariants)
    .where(or(inArray(productVariants.sku, skus), inArray(productVariants.barcode, barcodes)));
  const isTaken = (field: 'sku' | 'barcode', value: string, index: number) =>
    taken.some((row) => row[field] === value) ||
    variants.slice(0, index).some((each) => each[field] === value);
  const problems = variants.flatMap(({ sku, barcode }, index) => [
    ...(isTaken('sku', sku, index) ? [alreadyTaken('SKU', sku, [String(index), 'sku'])] : []),
    ...(barcode && isTaken('barcode', barcode, index)
      ? [alreadyTaken('Barcode', barcode, [String(index), 'barcode'])]
      : []),
  ]);
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
}

function alreadyTaken(what: string, value: string, path: readonly string[]): UserError {
  return new UserError('VALIDATION', `${what} ${value} is taken already.`, ['variants', ...path]);
}
