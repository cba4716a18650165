import { allocate, shareOf } from '../shared/allocate.ts';
import { invalid } from '../shared/errors.ts';

/** A line of an order at its net unit price in minor units. */
export interface LineToPrice {
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** What is taken off the whole order: a part of it, or an amount. */
export type OrderDiscount = { readonly basisPoints: number } | { readonly amountMinor: number };

/** What is added: tax on the goods after discount, and what sending them costs. */
export interface Charges {
  /** Which part of the goods: 2,000 of 10,000 is 20%. */
  readonly tax: { readonly part: number; readonly whole: number };
  readonly shipping: { readonly priceMinor: number; readonly freeFromMinor: number | null } | null;
}

export const noTax: Charges['tax'] = { part: 0, whole: 1 };

export interface LinePrice {
  readonly discountMinor: number;
  readonly taxMinor: number;
  readonly totalMinor: number;
}

export interface OrderPrice {
  readonly lines: readonly LinePrice[];
  readonly subtotalMinor: number;
  readonly discountMinor: number;
  readonly taxMinor: number;
  readonly shippingMinor: number;
  readonly totalMinor: number;
}

/**
 * The price of an order, in minor units of its one currency. Discount and tax are reckoned on the whole order and
 * rounded once; the lines get their parts by largest remainder, so that they add up to the order exactly.
 *
 * Prices are net: tax is added on the goods after discount. What shipping costs is charged as the rate says.
 */
export function priceOrder(
  lines: readonly LineToPrice[],
  discount: OrderDiscount | null,
  charges: Charges,
): OrderPrice {
  const goods = lines.map(({ quantity, unitPriceMinor }) => quantity * unitPriceMinor);
  const subtotalMinor = goods.reduce((sum, amount) => sum + amount, 0);
  if (!Number.isSafeInteger(subtotalMinor)) {
    throw invalid('The total is beyond what can be charged.', ['lines']);
  }
  const discountMinor = discountOn(subtotalMinor, discount);
  const discounts = allocate(discountMinor, goods);
  const net = goods.map((amount, index) => amount - discounts[index]!);
  const netMinor = subtotalMinor - discountMinor;
  const taxMinor = shareOf(netMinor, charges.tax.part, charges.tax.whole);
  const taxes = allocate(taxMinor, net);
  const shippingMinor = shippingOn(netMinor, charges.shipping);
  const totalMinor = netMinor + taxMinor + shippingMinor;
  if (!Number.isSafeInteger(totalMinor)) {
    throw invalid('The total is beyond what can be charged.', ['lines']);
  }
  return {
    lines: net.map((amount, index) => ({
      discountMinor: discounts[index]!,
      taxMinor: taxes[index]!,
      totalMinor: amount + taxes[index]!,
    })),
    subtotalMinor,
    discountMinor,
    taxMinor,
    shippingMinor,
    totalMinor,
  };
}

/** Never more than the goods: an amount that was agreed on stays, as far as it goes. */
function discountOn(subtotalMinor: number, discount: OrderDiscount | null): number {
  if (discount === null) return 0;
  return 'basisPoints' in discount
    ? shareOf(subtotalMinor, discount.basisPoints, 10_000)
    : Math.min(discount.amountMinor, subtotalMinor);
}

function shippingOn(netMinor: number, shipping: Charges['shipping']): number {
  if (shipping === null) return 0;
  return shipping.freeFromMinor !== null && netMinor >= shipping.freeFromMinor ? 0 : shipping.priceMinor;
}
