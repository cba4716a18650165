import { v7 as uuidv7 } from 'uuid';
import type { Executor } from '../db/driver/database.ts';
import { Refusal, UserError } from '../shared/errors.ts';
import { findLocationsByCode, type StockLocationRow } from '../stock/stock.repository.ts';
import { findVariantsBySku, type VariantRow } from '../stock/variant.repository.ts';
import { findContractPrices } from './price-list.repository.ts';

/** A line as it is asked for. */
export interface RequestedLine {
  readonly sku: string;
  readonly quantity: number;
  readonly locationCode?: string | null;
}

/** A line with its variant, its place and the price at which this customer gets it. */
export interface OrderLine {
  readonly id: string;
  readonly variant: VariantRow;
  /** Where it is to be reserved; null: wherever there is stock. */
  readonly location: StockLocationRow | null;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/**
 * Looks up what is asked for, and at which price: the customer's contract price in the order's currency, else the
 * list price. Refuses, with the path of each line, what does not exist or is not sold in this currency.
 */
export async function resolveLines(
  transaction: Executor,
  order: { readonly customerId: string | null; readonly currency: string },
  requested: readonly RequestedLine[],
  at: readonly string[] = ['lines'],
): Promise<OrderLine[]> {
  const skus = [...new Set(requested.map((line) => line.sku))];
  const found = await findVariantsBySku(transaction, skus);
  const variants = new Map(found.map((row) => [row.sku, row]));
  const codes = [...new Set(requested.flatMap((line) => line.locationCode ?? []))];
  const locations = new Map((await findLocationsByCode(transaction, codes)).map((row) => [row.code, row]));
  const contract = await findContractPrices(
    transaction,
    order.customerId,
    order.currency,
    found.map(({ id }) => id),
  );
  const problems: UserError[] = [];
  const lines = requested.flatMap((line, index): OrderLine[] => {
    const path = [...at, String(index)];
    const variant = variants.get(line.sku);
    const location = line.locationCode ? locations.get(line.locationCode) : null;
    const unitPriceMinor = variant && priceOf(variant, contract, order.currency);
    if (!variant) {
      problems.push(new UserError('NOT_FOUND', `SKU ${line.sku} does not exist.`, [...path, 'sku']));
    } else if (unitPriceMinor === undefined) {
      const message = `SKU ${line.sku} is sold in ${variant.currency}, the order is in ${order.currency}.`;
      problems.push(new UserError('VALIDATION', message, ['currency']));
    }
    if (location === undefined || location?.active === false) {
      const message = `Location ${line.locationCode} does not exist or is closed.`;
      problems.push(new UserError('NOT_FOUND', message, [...path, 'locationCode']));
    }
    if (!variant || unitPriceMinor === undefined || location === undefined) return [];
    return [{ id: uuidv7(), variant, location, quantity: line.quantity, unitPriceMinor }];
  });
  const [first, ...others] = problems;
  if (first) throw new Refusal(first, ...others);
  return lines;
}

function priceOf(
  variant: VariantRow,
  contract: ReadonlyMap<string, number>,
  currency: string,
): number | undefined {
  return contract.get(variant.id) ?? (variant.currency === currency ? variant.priceMinor : undefined);
}
