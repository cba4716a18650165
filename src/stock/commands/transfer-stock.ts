import { InsufficientStockError, invalid, notFound, Refusal, UserError } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand, Scope } from '../../write/command.ts';
import { changeOnHand, lockStock, type LockedStock } from '../adjust.repository.ts';
import { findLocationsByCode, type StockLocationRow } from '../stock.repository.ts';
import { findVariantsBySku, type VariantRow } from '../variant.repository.ts';

export interface TransferStockInput extends CommandInput {
  fromLocationCode: string;
  toLocationCode: string;
  lines: readonly { sku: string; quantity: number }[];
  reason?: string | null;
}

/** Goods go from one location to another; only what nobody has reserved. All lines or nothing. */
export const transferStock: FreeCommand<
  TransferStockInput,
  { variantIds: readonly string[]; fromLocationId: string; toLocationId: string }
> = {
  name: 'transferStock',
  permissions: ['stock.count'],
  async execute(scope, input) {
    const { transaction, actor } = scope;
    const { from, to } = await findEnds(scope, input);
    const wanted = await findWanted(scope, input);
    const variantIds = wanted.map(({ variant }) => variant.id);
    const levels = await lockStock(transaction, variantIds, [from.id, to.id]);
    refuseShortages(wanted, from, levels);
    const movement = {
      reason: 'transferred' as const,
      note: input.reason ?? null,
      performedById: actor.userId,
    };
    const changes = wanted.flatMap(({ variant, quantity }) => [
      { variantId: variant.id, locationId: from.id, change: -quantity },
      { variantId: variant.id, locationId: to.id, change: quantity },
    ]);
    await changeOnHand(transaction, movement, changes);
    return { result: { variantIds, fromLocationId: from.id, toLocationId: to.id }, history: [] };
  },
};

async function findEnds(
  { transaction }: Scope,
  { fromLocationCode, toLocationCode }: TransferStockInput,
): Promise<{ from: StockLocationRow; to: StockLocationRow }> {
  if (fromLocationCode === toLocationCode) {
    throw invalid('Goods are there already: name two locations.', ['toLocationCode']);
  }
  const found = await findLocationsByCode(transaction, [fromLocationCode, toLocationCode]);
  const from = found.find(({ code }) => code === fromLocationCode);
  const to = found.find(({ code }) => code === toLocationCode);
  if (!from) throw notFound(`Location ${fromLocationCode}`, ['fromLocationCode']);
  if (!to) throw notFound(`Location ${toLocationCode}`, ['toLocationCode']);
  if (!to.active) throw invalid(`Location ${toLocationCode} is closed.`, ['toLocationCode']);
  return { from, to };
}

interface Wanted {
  readonly variant: VariantRow;
  readonly quantity: number;
}

/** One entry a SKU, whatever number of lines name it. */
async function findWanted({ transaction }: Scope, { lines }: TransferStockInput): Promise<Wanted[]> {
  const skus = [...new Set(lines.map(({ sku }) => sku))];
  const variants = new Map((await findVariantsBySku(transaction, skus)).map((row) => [row.sku, row]));
  const problems = lines.flatMap(({ sku }, index) => {
    const path = ['lines', String(index), 'sku'];
    const variant = variants.get(sku);
    if (!variant) return [new UserError('NOT_FOUND', `SKU ${sku} does not exist.`, path)];
    return variant.tracksStock ? [] : [new UserError('VALIDATION', `SKU ${sku} has no stock to keep.`, path)];
  });
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
  return skus.map((sku) => ({
    variant: variants.get(sku)!,
    quantity: lines.reduce((sum, line) => sum + (line.sku === sku ? line.quantity : 0), 0),
  }));
}

function refuseShortages(
  wanted: readonly Wanted[],
  from: StockLocationRow,
  levels: readonly LockedStock[],
): void {
  const shortages = wanted.flatMap(({ variant, quantity }) => {
    const level = levels.find((each) => each.variantId === variant.id && each.locationId === from.id);
    const available = level ? level.onHand - level.reserved : 0;
    return available < quantity
      ? [{ sku: variant.sku, locationCode: from.code, requested: quantity, available }]
      : [];
  });
  if (shortages.length > 0) throw new Refusal(new InsufficientStockError(shortages));
}
