import { eq, sql } from 'drizzle-orm';
import { stockLocations } from '../../db/tables/stock.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand, Scope } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';
import { reservedUnitsAt } from '../adjust.repository.ts';

export interface UpdateStockLocationInput extends CommandInput {
  locationCode: string;
  name?: string | null;
  priority?: number | null;
  active?: boolean | null;
}

export const updateStockLocation: FreeCommand<UpdateStockLocationInput, { locationId: string }> = {
  name: 'updateStockLocation',
  permissions: ['stock.configure'],
  async execute(scope, input) {
    const { locationCode, name, priority, active } = input;
    for (const field of ['name', 'priority', 'active'] as const) {
      if (input[field] === null) throw invalid(`A location needs ${field}.`, [field]);
    }
    const [location] = await scope.transaction
      .select()
      .from(stockLocations)
      .where(eq(stockLocations.code, locationCode))
      .for('no key update');
    if (!location) throw notFound(`Location ${locationCode}`, ['locationCode']);
    requireVersion('StockLocation', location, input);
    if (active === false && location.active) await refuseReserved(scope, location.id);
    await scope.transaction
      .update(stockLocations)
      .set({
        name: name ?? undefined,
        priority: priority ?? undefined,
        active: active ?? undefined,
        version: sql`${stockLocations.version} + 1`,
      })
      .where(eq(stockLocations.id, location.id));
    return { result: { locationId: location.id }, history: [] };
  },
};

async function refuseReserved({ transaction }: Scope, locationId: string): Promise<void> {
  const units = await reservedUnitsAt(transaction, locationId);
  if (units === 0) return;
  const message = `${units} units are reserved there. Ship, cancel or release what they are for first.`;
  throw invalid(message, ['active']);
}
