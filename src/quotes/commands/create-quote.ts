import { and, eq, isNull, sql } from 'drizzle-orm';
import { customers } from '../../db/tables/customers.ts';
import type { PostalAddress } from '../../db/tables/orders.ts';
import { quoteItems, quotes } from '../../db/tables/quotes.ts';
import { discountFrom, type DiscountInput } from '../../orders/discount.ts';
import { resolveLines, type RequestedLine } from '../../orders/order-lines.ts';
import { findCharges } from '../../orders/price-list.repository.ts';
import { noTax, priceOrder } from '../../orders/pricing.ts';
import { invalid, notFound } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand, Scope } from '../../write/command.ts';

export interface CreateQuoteInput extends CommandInput {
  customerId: string;
  currency: string;
  lines: readonly RequestedLine[];
  discount?: DiscountInput | null;
  shippingAddress?: PostalAddress | null;
  /** Thirty days from now when left out. */
  expiresAt?: string | null;
}

/** Offers goods at the customer's prices of today. Nothing is reserved. */
export const createQuote: FreeCommand<CreateQuoteInput, { quoteId: string }> = {
  name: 'createQuote',
  permissions: ['quotes.manage'],
  async execute(scope, input) {
    const { transaction, now } = scope;
    if (input.expiresAt && Date.parse(input.expiresAt) <= Date.parse(now)) {
      throw invalid('expiresAt must be in the future.', ['expiresAt']);
    }
    await requireCustomer(scope, input.customerId);
    const lines = await resolveLines(transaction, input, input.lines);
    const discount = discountFrom(input.discount);
    const charges = await findCharges(transaction, input.shippingAddress ?? null, input.currency);
    const price = priceOrder(lines, discount, { ...charges, tax: charges.tax ?? noTax });
    const { subtotalMinor, discountMinor, taxMinor, shippingMinor, totalMinor } = price;
    const [quote] = await transaction
      .insert(quotes)
      .values({
        number: sql`next_document_number('QUO', 'quote_number', ${now}::timestamptz)`,
        customerId: input.customerId,
        currency: input.currency,
        subtotalMinor,
        discountMinor,
        discountBasisPoints: discount && 'basisPoints' in discount ? discount.basisPoints : null,
        taxMinor,
        shippingMinor,
        totalMinor,
        shippingAddress: input.shippingAddress,
        expiresAt: input.expiresAt ?? sql`${now}::timestamptz + interval '30 days'`,
        createdAt: now,
      })
      .returning({ id: quotes.id });
    await transaction.insert(quoteItems).values(
      lines.map(({ variant, quantity, unitPriceMinor }, index) => ({
        quoteId: quote!.id,
        position: index + 1,
        variantId: variant.id,
        sku: variant.sku,
        name: variant.name,
        quantity,
        unitPriceMinor,
      })),
    );
    return { result: { quoteId: quote!.id }, history: [] };
  },
};

async function requireCustomer({ transaction }: Scope, customerId: string): Promise<void> {
  const [found] = await transaction
    .select({ id: customers.id })
    .from(customers)
    .where(and(eq(customers.id, customerId), isNull(customers.erasedAt)))
    // Whoever erases the customer waits for this quote, or this quote for the erasure.
    .for('key share');
  if (!found) throw notFound(`Customer ${customerId}`, ['customerId']);
}
