import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { Money } from '../graphql/money.type.ts';
import { Input } from '../graphql/mutation-input.ts';
import { OrderItem } from '../orders/order.type.ts';
import type { OrderItemRow } from '../orders/order-item.repository.ts';
import { findVariantsBySku, type VariantRow } from '../stock/variant.repository.ts';
import { CreateProductInput } from './catalog.input.ts';
import { productById, variantById, variantsOfProduct } from './catalog.loaders.ts';
import { findVariantByBarcode, type ProductRow } from './catalog.repository.ts';
import { Product, ProductPayload, ProductVariant } from './catalog.type.ts';
import { createProduct } from './commands/create-product.ts';

@Resolver(() => Product)
export class ProductResolver {
  @Query(() => Product, { nullable: true, description: 'A product by id. Permission: catalog.view.' })
  @Authorized('catalog.view')
  product(
    @Arg('id', () => ID, { description: 'The product’s id.' }) id: string,
    @Ctx() context: RequestContext,
  ) {
    return context.loader(productById).load(id);
  }

  @Mutation(() => ProductPayload, {
    description:
      'Adds a product with its variants. Permission: catalog.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...createProduct.permissions)
  createProduct(@Input(() => CreateProductInput) input: CreateProductInput, @Ctx() context: RequestContext) {
    return context.run(createProduct, input);
  }

  @FieldResolver(() => [ProductVariant], { description: 'Its variants, by SKU.' })
  variants(@Root() product: ProductRow, @Ctx() context: RequestContext) {
    return context.loader(variantsOfProduct).load(product.id);
  }
}

@Resolver(() => ProductVariant)
export class ProductVariantResolver {
  @Query(() => ProductVariant, { nullable: true, description: 'A variant by SKU. Permission: catalog.view.' })
  @Authorized('catalog.view')
  async variant(
    @Arg('sku', () => String, { description: 'The SKU.' }) sku: string,
    @Ctx() context: RequestContext,
  ) {
    const [row] = await findVariantsBySku(context.read, [sku]);
    return row ?? null;
  }

  @Query(() => ProductVariant, {
    nullable: true,
    description: 'A variant by barcode. Permission: catalog.view.',
  })
  @Authorized('catalog.view')
  variantByBarcode(
    @Arg('barcode', () => String, { description: 'The barcode.' }) barcode: string,
    @Ctx() context: RequestContext,
  ) {
    return findVariantByBarcode({ read: context.read, actor: context.viewer }, barcode);
  }

  @FieldResolver(() => Money, {
    nullable: true,
    description: 'List price. Permission: money.view, else null.',
  })
  @Authorized('money.view')
  price(@Root() variant: VariantRow): Money {
    return { amountMinor: variant.priceMinor, currency: variant.currency };
  }

  @FieldResolver(() => Product, { nullable: true, description: 'The product that it is a variant of.' })
  product(@Root() variant: VariantRow, @Ctx() context: RequestContext) {
    return context.loader(productById).load(variant.productId);
  }
}

@Resolver(() => OrderItem)
export class OrderItemVariantResolver {
  @FieldResolver(() => ProductVariant, { nullable: true, description: 'The variant as it is today.' })
  variant(@Root() item: OrderItemRow, @Ctx() context: RequestContext) {
    return context.loader(variantById).load(item.variantId);
  }
}

@Resolver(() => ProductPayload)
export class ProductPayloadResolver {
  @FieldResolver(() => Product, {
    nullable: true,
    description: 'The product as it is now; null when refused.',
  })
  product(@Root() payload: { productId?: string }, @Ctx() context: RequestContext) {
    return payload.productId === undefined ? null : context.loader(productById).load(payload.productId);
  }
}
