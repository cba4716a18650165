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
import { createStockLocation } from './commands/create-stock-location.ts';
import { setLowStockThreshold } from './commands/set-low-stock-threshold.ts';
import { updateStockLocation } from './commands/update-stock-location.ts';
import {
  CreateStockLocationInput,
  SetLowStockThresholdInput,
  UpdateStockLocationInput,
} from './location.input.ts';
import { countLowStock, lowStockOrder, searchLowStock } from './low-stock.repository.ts';
import type { ListedLevel } from './stock-ledger.repository.ts';
import { StockLevelConnection } from './stock-ledger.type.ts';
import { locationById } from './stock.loaders.ts';
import { StockLevelsPayload, StockLocation, StockLocationPayload } from './stock.type.ts';

@ArgsType()
class LowStockArguments extends PageArguments {
  @Field(() => String, {
    nullable: true,
    description: 'At the location with this code; everywhere when left out.',
  })
  @IsOptional()
  @Length(1, 50)
  locationCode?: string | null;
}

@Resolver()
export class StockLocationResolver {
  @Query(() => StockLevelConnection, {
    description:
      'What there is little of: levels with no more available than their threshold, at active locations, by location and SKU. Permission: stock.view.',
  })
  @Authorized('stock.view')
  async lowStock(
    @Args(() => LowStockArguments) { first, after, locationCode }: LowStockArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<ListedLevel>> {
    const { read } = context.services.database;
    const keyset = after === null ? null : decodeCursor(after, lowStockOrder);
    const rows = await searchLowStock(read, locationCode ?? null, first + 1, keyset);
    const keysetOf = (row: ListedLevel) => [row.locationCode, row.sku];
    const count = () => countLowStock(read, locationCode ?? null);
    return new Connection(rows, first, after !== null, lowStockOrder, keysetOf, count);
  }

  @Mutation(() => StockLocationPayload, {
    description:
      'Opens a place where stock is kept. Permission: stock.configure. Logs nothing: no order is concerned.',
  })
  @Authorized(...createStockLocation.permissions)
  createStockLocation(
    @Input(() => CreateStockLocationInput) input: CreateStockLocationInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(createStockLocation, input);
  }

  @Mutation(() => StockLocationPayload, {
    description:
      'Renames a location, changes when it is allocated, closes or opens it. One with reserved stock is not closed. Permission: stock.configure. Logs nothing: no order is concerned.',
  })
  @Authorized(...updateStockLocation.permissions)
  updateStockLocation(
    @Input(() => UpdateStockLocationInput) input: UpdateStockLocationInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(updateStockLocation, input);
  }

  @Mutation(() => StockLevelsPayload, {
    description:
      'Says from when on a SKU is low at a location; see `lowStock`. Permission: stock.configure. Logs nothing: no order is concerned.',
  })
  @Authorized(...setLowStockThreshold.permissions)
  setLowStockThreshold(
    @Input(() => SetLowStockThresholdInput) input: SetLowStockThresholdInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(setLowStockThreshold, input);
  }
}

@Resolver(() => StockLocationPayload)
export class StockLocationPayloadResolver {
  @FieldResolver(() => StockLocation, {
    nullable: true,
    description: 'The location as it is now; null when refused.',
  })
  location(@Root() payload: { locationId?: string }, @Ctx() context: RequestContext) {
    return payload.locationId === undefined ? null : context.loader(locationById).load(payload.locationId);
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictLocationResolver {
  @FieldResolver(() => StockLocation, {
    nullable: true,
    description: 'The location as it is now, where a location was meant.',
  })
  location(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'StockLocation'
      ? context.loader(locationById).load(error.subject.id)
      : null;
  }
}
