import { invalid, notFound } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { changeOnHand, lockStock, type LockedStock } from '../adjust.repository.ts';
import { findLocationsByCode } from '../stock.repository.ts';
import { findVariantsBySku } from '../variant.repository.ts';

export interface AdjustStockInput extends CommandInput {
  locationCode: string;
  sku: string;
  delta?: number | null;
  counted?: number | null;
  reason: string;
}

/** The largest whole number of the column; more than any house holds. */
const onHandAtMost = 2_147_483_647;

/** Somebody has counted, or knows what is gone or found. The ledger is the history: no order is concerned. */
export const adjustStock: FreeCommand<
  AdjustStockInput,
  { locationId: string; variantIds: readonly string[] }
> = {
  name: 'adjustStock',
  permissions: ['stock.count'],
  async execute({ transaction, actor }, input) {
    const { sku, locationCode } = input;
    checkAmount(input);
    const [variant] = await findVariantsBySku(transaction, [sku]);
    if (!variant) throw notFound(`SKU ${sku}`, ['sku']);
    if (!variant.tracksStock) throw invalid(`SKU ${sku} has no stock to keep.`, ['sku']);
    const [location] = await findLocationsByCode(transaction, [locationCode]);
    if (!location) throw notFound(`Location ${locationCode}`, ['locationCode']);
    const [level] = await lockStock(transaction, [variant.id], [location.id]);
    const change = changeOf(input, level!);
    if (change !== 0) {
      const movement = { reason: 'adjusted' as const, note: input.reason, performedById: actor.userId };
      await changeOnHand(transaction, movement, [{ variantId: variant.id, locationId: location.id, change }]);
    }
    return { result: { locationId: location.id, variantIds: [variant.id] }, history: [] };
  },
};

function checkAmount({ delta, counted }: AdjustStockInput): void {
  const given = [delta, counted].filter((each) => each !== undefined && each !== null);
  if (given.length !== 1) throw invalid('Give either delta or counted.', ['delta']);
  if (delta === 0) throw invalid('A delta of 0 changes nothing.', ['delta']);
}

/** What the level changes by. A count that finds what was expected changes nothing, and is no mistake. */
function changeOf(input: AdjustStockInput, { onHand, reserved }: LockedStock): number {
  const field = typeof input.delta === 'number' ? 'delta' : 'counted';
  const after = field === 'delta' ? onHand + input.delta! : input.counted!;
  const where = `of ${input.sku} at ${input.locationCode}`;
  if (after < reserved) {
    const message = `${reserved} ${where} are reserved and ${onHand} are on hand: it cannot become ${after}. Release reservations first, or report the short pick.`;
    throw invalid(message, [field]);
  }
  if (after > onHandAtMost) throw invalid(`More than ${onHandAtMost} ${where} cannot be kept.`, [field]);
  return after - onHand;
}
