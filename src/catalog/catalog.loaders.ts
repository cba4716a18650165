import { loaderByKey, loaderOfChildren } from '../graphql/loading.ts';
import type { VariantRow } from '../stock/variant.repository.ts';
import { findProducts, findVariants, findVariantsOfProducts, type ProductRow } from './catalog.repository.ts';

export const variantById = loaderByKey<VariantRow>(findVariants, (variant) => variant.id);
export const productById = loaderByKey<ProductRow>(findProducts, (product) => product.id);
export const variantsOfProduct = loaderOfChildren<VariantRow>(
  findVariantsOfProducts,
  (variant) => variant.productId,
);
