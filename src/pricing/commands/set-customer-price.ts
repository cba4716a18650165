import { and, eq, isNull } from 'drizzle-orm';
import { customers } from '../../db/tables/customers.ts';
import { customerPrices } from '../../db/tables/pricing.ts';
import { notFound } from '../../shared/errors.ts';
import type { Money } from '../../shared/money.ts';
import { findVariantsBySku } from '../../stock/variant.repository.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';

export interface SetCustomerPriceInput extends CommandInput {
  customerId: string;
  sku: string;
  currency: string;
  /** Null: the list price again. */
  amountMinor: Money['amountMinor'] | null;
}

/** Agrees on a price with a customer, or ends that. Orders that are placed already keep theirs. */
export const setCustomerPrice: FreeCommand<SetCustomerPriceInput, { customerId: string }> = {
  name: 'setCustomerPrice',
  permissions: ['prices.edit'],
  async execute({ transaction }, { customerId, sku, currency, amountMinor }) {
    const [customer] = await transaction
      .select({ id: customers.id })
      .from(customers)
      .where(and(eq(customers.id, customerId), isNull(customers.erasedAt)))
      .for('key share');
    if (!customer) throw notFound(`Customer ${customerId}`, ['customerId']);
    const [variant] = await findVariantsBySku(transaction, [sku]);
    if (!variant) throw notFound(`SKU ${sku}`, ['sku']);
    const key = { customerId: customer.id, variantId: variant.id, currency };
    if (amountMinor === null) {
      await transaction
        .delete(customerPrices)
        .where(
          and(
            eq(customerPrices.customerId, customer.id),
            eq(customerPrices.variantId, variant.id),
            eq(customerPrices.currency, currency),
          ),
        );
    } else {
      await transaction
        .insert(customerPrices)
        .values({ ...key, priceMinor: amountMinor })
        .onConflictDoUpdate({
          target: [customerPrices.customerId, customerPrices.variantId, customerPrices.currency],
          set: { priceMinor: amountMinor },
        });
    }
    return { result: { customerId: customer.id }, history: [] };
  },
};
