import { and, eq } from 'drizzle-orm';
import { stockLevels } from '../../db/tables/stock.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { lockStock } from '../adjust.repository.ts';
import { findLocationsByCode } from '../stock.repository.ts';
import { findVariantsBySku } from '../variant.repository.ts';

export interface SetLowStockThresholdInput extends CommandInput {
  locationCode: string;
  sku: string;
  threshold?: number | null;
}

export const setLowStockThreshold: FreeCommand<
  SetLowStockThresholdInput,
  { locationId: string; variantIds: readonly string[] }
> = {
  name: 'setLowStockThreshold',
  permissions: ['stock.configure'],
  async execute({ transaction }, { locationCode, sku, threshold }) {
    const [variant] = await findVariantsBySku(transaction, [sku]);
    if (!variant) throw notFound(`SKU ${sku}`, ['sku']);
    if (!variant.tracksStock) throw invalid(`SKU ${sku} has no stock to keep.`, ['sku']);
    const [location] = await findLocationsByCode(transaction, [locationCode]);
    if (!location) throw notFound(`Location ${locationCode}`, ['locationCode']);
    // Makes the level where the location never had any: of that there is little indeed.
    await lockStock(transaction, [variant.id], [location.id]);
    await transaction
      .update(stockLevels)
      .set({ lowStockThreshold: threshold ?? null })
      .where(and(eq(stockLevels.variantId, variant.id), eq(stockLevels.locationId, location.id)));
    return { result: { locationId: location.id, variantIds: [variant.id] }, history: [] };
  },
};
