import { IsOptional, Length } from 'class-validator';
import {
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { decodeCursor } from '../shared/page.ts';
import { CreateVariantInput, UpdateProductInput, UpdateVariantInput } from './catalog.input.ts';
import { productById, variantById } from './catalog.loaders.ts';
import type { ProductRow } from './catalog.repository.ts';
import {
  Product,
  ProductConnection,
  ProductPayload,
  ProductVariant,
  VariantPayload,
} from './catalog.type.ts';
import { createVariant } from './commands/create-variant.ts';
import { updateProduct } from './commands/update-product.ts';
import { updateVariant } from './commands/update-variant.ts';
import { countProducts, productsOrder, searchProducts } from './product-search.repository.ts';

@ArgsType()
class ProductsArguments extends PageArguments {
  @Field(() => String, {
    nullable: true,
    description:
      'A part of the name, or of the SKU, the barcode or the name of a variant; all when left out.',
  })
  @IsOptional()
  @Length(1, 100)
  text?: string | null;
}

@Resolver()
export class CatalogEditingResolver {
  @Query(() => ProductConnection, { description: 'The products, by name. Permission: catalog.view.' })
  @Authorized('catalog.view')
  async products(
    @Args(() => ProductsArguments) { first, after, text }: ProductsArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ProductRow>> {
    const { read } = context.services.database;
    const keyset = after === null ? null : decodeCursor(after, productsOrder);
    const rows = await searchProducts(read, text ?? null, first + 1, keyset);
    const count = () => countProducts(read, text ?? null);
    return new Connection(rows, first, after !== null, productsOrder, (row) => [row.name, row.id], count);
  }

  @Mutation(() => ProductPayload, {
    description: 'Renames a product. Permission: catalog.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...updateProduct.permissions)
  updateProduct(@Input(() => UpdateProductInput) input: UpdateProductInput, @Ctx() context: RequestContext) {
    return context.run(updateProduct, input);
  }

  @Mutation(() => VariantPayload, {
    description:
      'Adds a variant to a product. Permission: catalog.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...createVariant.permissions)
  createVariant(@Input(() => CreateVariantInput) input: CreateVariantInput, @Ctx() context: RequestContext) {
    return context.run(createVariant, input);
  }

  @Mutation(() => VariantPayload, {
    description:
      'Changes name, barcode, list price or weight of a variant; orders keep what they were placed with. Permission: catalog.edit. Logs nothing: no order is concerned.',
  })
  @Authorized(...updateVariant.permissions)
  updateVariant(@Input(() => UpdateVariantInput) input: UpdateVariantInput, @Ctx() context: RequestContext) {
    return context.run(updateVariant, input);
  }
}

@Resolver(() => VariantPayload)
export class VariantPayloadResolver {
  @FieldResolver(() => ProductVariant, {
    nullable: true,
    description: 'The variant as it is now; null when refused.',
  })
  variant(@Root() payload: { variantId?: string }, @Ctx() context: RequestContext) {
    return payload.variantId === undefined ? null : context.loader(variantById).load(payload.variantId);
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictCatalogResolver {
  @FieldResolver(() => Product, {
    nullable: true,
    description: 'The product as it is now, where a product was meant.',
  })
  product(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'Product' ? context.loader(productById).load(error.subject.id) : null;
  }

  @FieldResolver(() => ProductVariant, {
    nullable: true,
    description: 'The variant as it is now, where a variant was meant.',
  })
  variant(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'ProductVariant'
      ? context.loader(variantById).load(error.subject.id)
      : null;
  }
}
