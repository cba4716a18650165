import { asc, eq, sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import { productVariants } from '../../db/tables/catalog.ts';
import { customers } from '../../db/tables/customers.ts';
import { quoteItems, quotes } from '../../db/tables/quotes.ts';
import type { OrderLine } from '../../orders/order-lines.ts';
import { placeOrder } from '../../orders/place-order.repository.ts';
import type { OrderDiscount } from '../../orders/pricing.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand, Scope } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';

export interface ConvertQuoteInput extends CommandInput {
  quoteId: string;
}

type QuoteRow = typeof quotes.$inferSelect;

/**
 * The customer takes the offer: an order at the prices of the quote, with its stock reserved, or nothing and what is
 * short. A quote becomes one order, however often and by however many it is asked for.
 */
export const convertQuote: FreeCommand<ConvertQuoteInput, { quoteId: string; orderId: string }> = {
  name: 'convertQuote',
  permissions: ['quotes.manage'],
  async execute(scope, input) {
    const { transaction } = scope;
    const found = await lockQuote(scope, input.quoteId);
    if (found.orderId !== null) {
      return { result: { quoteId: found.id, orderId: found.orderId }, history: [] };
    }
    requireVersion('Quote', found, input);
    if (found.isExpired) {
      throw invalid(`${found.number} has expired: make a new quote at the prices of today.`, ['quoteId']);
    }
    const placed = await placeOrder(scope, orderOf(found), await linesOf(scope, found.id));
    await transaction
      .update(quotes)
      .set({ orderId: placed.id, version: sql`${quotes.version} + 1` })
      .where(eq(quotes.id, found.id));
    const [created, ...others] = placed.history;
    const fromQuote = { ...created!, additionalData: { ...created!.additionalData, quote: found.number } };
    return { result: { quoteId: found.id, orderId: placed.id }, history: [fromQuote, ...others] };
  },
};

/**
 * The customer first, as whoever erases one does, and then the quote: its clock is read under the lock, so that one
 * that has expired while it was waited for is seen to be expired.
 */
async function lockQuote({ transaction }: Scope, id: string): Promise<QuoteRow & { isExpired: boolean }> {
  const [customer] = await transaction
    .select({ erasedAt: customers.erasedAt })
    .from(customers)
    .where(sql`${customers.id} = (select customer_id from quotes where id = ${id}::uuid)`)
    .for('key share');
  const [found] = await transaction.select().from(quotes).where(eq(quotes.id, id)).for('update');
  if (!found) throw notFound(`Quote ${id}`, ['quoteId']);
  if (customer!.erasedAt !== null && found.orderId === null) {
    throw invalid('The customer of this quote was erased.', ['quoteId']);
  }
  const [clock] = await transaction.execute<{ isExpired: boolean }>(
    sql`select ${found.expiresAt}::timestamptz <= clock_timestamp() as "isExpired"`,
  );
  return { ...found, isExpired: clock!.isExpired };
}

function orderOf(quote: QuoteRow) {
  const { customerId, currency, shippingAddress } = quote;
  return {
    channel: 'wholesale' as const,
    customerId,
    currency,
    discount: discountOf(quote),
    shippingAddress,
  };
}

function discountOf({ discountBasisPoints, discountMinor }: QuoteRow): OrderDiscount | null {
  if (discountBasisPoints !== null) return { basisPoints: discountBasisPoints };
  return discountMinor > 0 ? { amountMinor: discountMinor } : null;
}

async function linesOf({ transaction }: Scope, quoteId: string): Promise<OrderLine[]> {
  const rows = await transaction
    .select({ item: quoteItems, variant: productVariants })
    .from(quoteItems)
    .innerJoin(productVariants, eq(productVariants.id, quoteItems.variantId))
    .where(eq(quoteItems.quoteId, quoteId))
    .orderBy(asc(quoteItems.position));
  return rows.map(({ item, variant }) => ({
    id: uuidv7(),
    // SKU and name as they were offered.
    variant: { ...variant, sku: item.sku, name: item.name },
    location: null,
    quantity: item.quantity,
    unitPriceMinor: item.unitPriceMinor,
  }));
}
