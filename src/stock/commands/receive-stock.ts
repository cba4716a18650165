import { postgresFailure } from '../../db/pg-errors.ts';
import { invalid, Refusal, UserError } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { findOrOpenLocation, receiveGoods } from '../stock.repository.ts';
import { findVariantsBySku } from '../variant.repository.ts';

/** PostgreSQL's "numeric value out of range". */
const outOfRange = '22003';

export interface ReceiveStockInput extends CommandInput {
  locationCode: string;
  lines: readonly { sku: string; quantity: number }[];
}

/** Goods come in. The ledger is their history: no order is concerned. */
export const receiveStock: FreeCommand<
  ReceiveStockInput,
  { locationId: string; variantIds: readonly string[] }
> = {
  name: 'receiveStock',
  permissions: ['stock.count'],
  async execute({ transaction, actor }, { locationCode, lines }) {
    const skus = [...new Set(lines.map((line) => line.sku))];
    const variants = new Map((await findVariantsBySku(transaction, skus)).map((row) => [row.sku, row]));
    const problems = lines.flatMap(({ sku }, index) => {
      const path = ['lines', String(index), 'sku'];
      const variant = variants.get(sku);
      if (!variant) return [new UserError('NOT_FOUND', `SKU ${sku} does not exist.`, path)];
      return variant.tracksStock
        ? []
        : [new UserError('VALIDATION', `SKU ${sku} has no stock to keep.`, path)];
    });
    const [first, ...others] = problems;
    if (first) throw new Refusal(first, ...others);
    const location = await findOrOpenLocation(transaction, locationCode);
    const goods = lines.map(({ sku, quantity }) => ({ variantId: variants.get(sku)!.id, quantity }));
    try {
      await receiveGoods(transaction, location.id, actor.userId, goods);
    } catch (error) {
      if (postgresFailure(error)?.code !== outOfRange) throw error;
      throw invalid('A location can have 2,147,483,647 units of a SKU and no more.', ['lines']);
    }
    return {
      result: { locationId: location.id, variantIds: goods.map(({ variantId }) => variantId) },
      history: [],
    };
  },
};
