import { stockLocations } from '../../db/tables/stock.ts';
import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';

export interface CreateStockLocationInput extends CommandInput {
  code: string;
  name: string;
  priority?: number | null;
}

export const createStockLocation: FreeCommand<CreateStockLocationInput, { locationId: string }> = {
  name: 'createStockLocation',
  permissions: ['stock.configure'],
  async execute({ transaction }, { code, name, priority }) {
    const [location] = await transaction
      .insert(stockLocations)
      .values({ code, name, priority: priority ?? undefined })
      .onConflictDoNothing()
      .returning({ id: stockLocations.id });
    if (!location) throw invalid(`Code ${code} is taken already.`, ['code']);
    return { result: { locationId: location.id }, history: [] };
  },
};
