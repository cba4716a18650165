import { IsOptional, ValidateNested } from 'class-validator';
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
import { variantById } from '../catalog/catalog.loaders.ts';
import { ProductVariant } from '../catalog/catalog.type.ts';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { orderById } from '../orders/order.loaders.ts';
import { Order } from '../orders/order.type.ts';
import { decodeCursor } from '../shared/page.ts';
import { userById } from '../users/user.loaders.ts';
import { User } from '../users/user.type.ts';
import { adjustStock } from './commands/adjust-stock.ts';
import { transferStock } from './commands/transfer-stock.ts';
import {
  AdjustStockInput,
  StockLevelFilter,
  StockMovementFilter,
  TransferStockInput,
} from './stock-ledger.input.ts';
import {
  countLevels,
  countMovements,
  findDiscrepancies,
  searchLevels,
  searchMovements,
  type DiscrepancyRow,
  type ListedLevel,
  type StockMovementRow,
  levelsOrder,
  movementsOrder,
} from './stock-ledger.repository.ts';
import {
  StockDiscrepancy,
  StockLevelConnection,
  StockMovement,
  StockMovementConnection,
  TransferStockPayload,
} from './stock-ledger.type.ts';
import { locationById } from './stock.loaders.ts';
import { findLevels } from './stock.repository.ts';
import { StockLevel, StockLevelsPayload, StockLocation } from './stock.type.ts';

@ArgsType()
class StockLevelsArguments extends PageArguments {
  @Field(() => StockLevelFilter, { nullable: true, description: 'Which levels; all when left out.' })
  @IsOptional()
  @ValidateNested()
  filter?: StockLevelFilter | null;
}

@ArgsType()
class StockMovementsArguments extends PageArguments {
  @Field(() => StockMovementFilter, { nullable: true, description: 'Which entries; all when left out.' })
  @IsOptional()
  @ValidateNested()
  filter?: StockMovementFilter | null;
}

const discrepanciesShown = 1_000;

@Resolver()
export class StockLedgerResolver {
  @Query(() => StockLevelConnection, {
    description: 'What every location has of every SKU, by SKU and location. Permission: stock.view.',
  })
  @Authorized('stock.view')
  async stockLevels(
    @Args(() => StockLevelsArguments) { first, after, filter }: StockLevelsArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ListedLevel>> {
    const { read } = context.services.database;
    const keyset = after ? decodeCursor(after, levelsOrder) : null;
    const rows = await searchLevels(read, filter ?? {}, first + 1, keyset);
    const count = () => countLevels(read, filter ?? {});
    return new Connection(
      rows,
      first,
      after !== null,
      levelsOrder,
      (row) => [row.sku, row.locationCode],
      count,
    );
  }

  @Query(() => StockMovementConnection, {
    description: 'The stock ledger, latest first. Permission: stock.view.',
  })
  @Authorized('stock.view')
  async stockMovements(
    @Args(() => StockMovementsArguments) { first, after, filter }: StockMovementsArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<StockMovementRow>> {
    const source = { read: context.services.database.read, role: context.viewer.role };
    const keyset = after ? decodeCursor(after, movementsOrder) : null;
    const rows = await searchMovements(source, filter ?? {}, first + 1, keyset);
    const count = () => countMovements(source, filter ?? {});
    return new Connection(rows, first, after !== null, movementsOrder, (row) => [row.id], count);
  }

  @Query(() => [StockDiscrepancy], {
    description:
      'Levels that differ from the sum of the ledger or from the active reservations, up to 1,000: empty, or something is wrong. Reads the whole ledger. Permission: stock.count.',
  })
  @Authorized('stock.count')
  stockDiscrepancies(@Ctx() context: RequestContext): Promise<DiscrepancyRow[]> {
    return findDiscrepancies(context.read, discrepanciesShown);
  }

  @Mutation(() => StockLevelsPayload, {
    description:
      'Corrects what a location has of a SKU, by a difference or by a count; never below what is reserved. Permission: stock.count. Logs: the stock ledger, with the reason adjusted and yours as its note.',
  })
  @Authorized(...adjustStock.permissions)
  adjustStock(@Input(() => AdjustStockInput) input: AdjustStockInput, @Ctx() context: RequestContext) {
    return context.run(adjustStock, input);
  }

  @Mutation(() => TransferStockPayload, {
    description:
      'Moves goods that nobody has reserved to another location: every line, or nothing and what is short. Permission: stock.count. Logs: the stock ledger, with the reason transferred, once for each end.',
  })
  @Authorized(...transferStock.permissions)
  transferStock(@Input(() => TransferStockInput) input: TransferStockInput, @Ctx() context: RequestContext) {
    return context.run(transferStock, input);
  }
}

@Resolver(() => StockMovement)
export class StockMovementResolver {
  @FieldResolver(() => StockLocation, { nullable: true, description: 'Where.' })
  location(@Root() movement: StockMovementRow, @Ctx() context: RequestContext) {
    return context.loader(locationById).load(movement.locationId);
  }

  @FieldResolver(() => ProductVariant, { nullable: true, description: 'Of what.' })
  variant(@Root() movement: StockMovementRow, @Ctx() context: RequestContext) {
    return context.loader(variantById).load(movement.variantId);
  }

  @FieldResolver(() => Order, {
    nullable: true,
    description: 'For which order; null where there is none, or where you may not see it.',
  })
  order(@Root() movement: StockMovementRow, @Ctx() context: RequestContext) {
    return movement.orderId === null ? null : context.loader(orderById).load(movement.orderId);
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who did it; null for the system.' })
  performedBy(@Root() movement: StockMovementRow, @Ctx() context: RequestContext) {
    return movement.performedById === null ? null : context.loader(userById).load(movement.performedById);
  }
}

@Resolver(() => StockDiscrepancy)
export class StockDiscrepancyResolver {
  @FieldResolver(() => StockLocation, { nullable: true, description: 'Where.' })
  location(@Root() discrepancy: DiscrepancyRow, @Ctx() context: RequestContext) {
    return context.loader(locationById).load(discrepancy.locationId);
  }

  @FieldResolver(() => ProductVariant, { nullable: true, description: 'Of what.' })
  variant(@Root() discrepancy: DiscrepancyRow, @Ctx() context: RequestContext) {
    return context.loader(variantById).load(discrepancy.variantId);
  }
}

interface TransferRoot {
  readonly variantIds?: readonly string[];
  readonly fromLocationId?: string;
  readonly toLocationId?: string;
}

@Resolver(() => TransferStockPayload)
export class TransferStockPayloadResolver {
  @FieldResolver(() => [StockLevel], {
    nullable: true,
    description: 'The levels of the location that gave, as they are now; null when refused.',
  })
  fromLevels(@Root() { variantIds, fromLocationId }: TransferRoot, @Ctx() context: RequestContext) {
    if (variantIds === undefined || fromLocationId === undefined) return null;
    return findLevels(context.read, fromLocationId, variantIds);
  }

  @FieldResolver(() => [StockLevel], {
    nullable: true,
    description: 'The levels of the location that got, as they are now; null when refused.',
  })
  toLevels(@Root() { variantIds, toLocationId }: TransferRoot, @Ctx() context: RequestContext) {
    if (variantIds === undefined || toLocationId === undefined) return null;
    return findLevels(context.read, toLocationId, variantIds);
  }
}
