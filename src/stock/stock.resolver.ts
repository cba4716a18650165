import { Arg, Authorized, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { variantById } from '../catalog/catalog.loaders.ts';
import { ProductVariant } from '../catalog/catalog.type.ts';
import { receiveStock } from './commands/receive-stock.ts';
import { ReceiveStockInput } from './stock.input.ts';
import { locationById } from './stock.loaders.ts';
import { findLevels, findLevelsBySku, listLocations, type StockLevelRow } from './stock.repository.ts';
import { StockLevel, StockLevelsPayload, StockLocation } from './stock.type.ts';

@Resolver(() => StockLevel)
export class StockResolver {
  @Query(() => [StockLevel], {
    description:
      'What every active location has of a SKU, in the order of allocation. Permission: stock.view.',
  })
  @Authorized('stock.view')
  availability(
    @Arg('sku', () => String, { description: 'The SKU.' }) sku: string,
    @Ctx() context: RequestContext,
  ) {
    return findLevelsBySku(context.read, sku);
  }

  @Query(() => [StockLocation], {
    description: 'All locations, in the order of allocation. Permission: stock.view.',
  })
  @Authorized('stock.view')
  stockLocations(@Ctx() context: RequestContext) {
    return listLocations(context.read);
  }

  @Mutation(() => StockLevelsPayload, {
    description:
      'Takes goods in at a location. Permission: stock.count. Logs: the stock ledger, with the reason received.',
  })
  @Authorized(...receiveStock.permissions)
  receiveStock(@Input(() => ReceiveStockInput) input: ReceiveStockInput, @Ctx() context: RequestContext) {
    return context.run(receiveStock, input);
  }

  @FieldResolver(() => Int, { description: 'Units that can still be promised: on hand less reserved.' })
  available(@Root() level: StockLevelRow): number {
    return level.onHand - level.reserved;
  }

  @FieldResolver(() => StockLocation, { nullable: true, description: 'Where.' })
  location(@Root() level: StockLevelRow, @Ctx() context: RequestContext) {
    return context.loader(locationById).load(level.locationId);
  }

  @FieldResolver(() => ProductVariant, { nullable: true, description: 'Of what.' })
  variant(@Root() level: StockLevelRow, @Ctx() context: RequestContext) {
    return context.loader(variantById).load(level.variantId);
  }
}

@Resolver(() => StockLevelsPayload)
export class StockLevelsPayloadResolver {
  @FieldResolver(() => [StockLevel], {
    nullable: true,
    description: 'The levels of what came in, as they are now; null when refused.',
  })
  stockLevels(
    @Root() payload: { locationId?: string; variantIds?: readonly string[] },
    @Ctx() context: RequestContext,
  ) {
    const { locationId, variantIds } = payload;
    if (locationId === undefined || variantIds === undefined) return null;
    return findLevels(context.read, locationId, variantIds);
  }
}
