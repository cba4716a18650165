import { sql } from 'drizzle-orm';
import type { Executor } from '../db/driver/database.ts';
import { products, productVariants } from '../db/tables/catalog.ts';
import { customers } from '../db/tables/customers.ts';
import type { CustomerKind } from '../db/tables/enumerations.ts';
import { stockLocations } from '../db/tables/stock.ts';
import { insertRows } from './insert-rows.ts';
import { sourceIdentifier } from './source-identifier.ts';

export interface SourceVariant {
  sku: string;
  name: string;
  priceMinor: number;
  currency: string;
  tracksStock: boolean;
  createdAt: string;
}

export interface SourceCustomer {
  /** Unique over all sources, such as `northwind:ALFKI`. */
  externalReference: string;
  name: string;
  company: string | null;
  phone: string | null;
  email: string | null;
  kind: CustomerKind;
  createdAt: string;
}

export type Identifiers = ReadonlyMap<string, string>;

/**
 * Makes the variants that are missing, each with a product of its own, since the sources have no other
 * grouping. The label in the shelf carries the SKU, so that is the barcode. Returns the identifiers by SKU.
 */
export async function ensureVariants(
  transaction: Executor,
  variants: readonly SourceVariant[],
): Promise<Identifiers> {
  const skus = variants.map((variant) => variant.sku);
  const existing = await variantsBySku(transaction, skus);
  const missing = variants.filter((variant) => !existing.has(variant.sku));
  const productId = (variant: SourceVariant) => sourceIdentifier(variant.createdAt, `product:${variant.sku}`);
  await insertRows(
    transaction,
    products,
    missing.map((each) => ({ id: productId(each), name: each.name, createdAt: each.createdAt })),
  );
  await insertRows(
    transaction,
    productVariants,
    missing.map((each) => ({
      id: sourceIdentifier(each.createdAt, `variant:${each.sku}`),
      productId: productId(each),
      barcode: each.tracksStock ? each.sku : null,
      ...each,
    })),
  );
  return new Map([...existing, ...(await variantsBySku(transaction, skus))]);
}

async function variantsBySku(transaction: Executor, skus: readonly string[]): Promise<Identifiers> {
  const rows = await transaction.execute<{ sku: string; id: string }>(sql`
    select sku, id from product_variants
    where sku in (select jsonb_array_elements_text(${JSON.stringify(skus)}::text::jsonb))`);
  return new Map(rows.map((row) => [row.sku, row.id]));
}

/** Makes the customers that are missing. Returns the identifiers by external reference. */
export async function ensureCustomers(
  transaction: Executor,
  sourceCustomers: readonly SourceCustomer[],
): Promise<Identifiers> {
  await insertRows(
    transaction,
    customers,
    sourceCustomers.map((each) => ({
      id: sourceIdentifier(each.createdAt, `customer:${each.externalReference}`),
      ...each,
    })),
    sql`on conflict (external_reference) do nothing`,
  );
  const references = sourceCustomers.map((each) => each.externalReference);
  const rows = await transaction.execute<{ external_reference: string; id: string }>(sql`
    select external_reference, id from customers
    where external_reference in (
      select jsonb_array_elements_text(${JSON.stringify(references)}::text::jsonb))`);
  return new Map(rows.map((row) => [row.external_reference, row.id]));
}

/** Makes the location if it is missing. Returns its identifier. */
export async function ensureLocation(
  transaction: Executor,
  location: { code: string; name: string; priority: number },
): Promise<string> {
  await insertRows(transaction, stockLocations, [location], sql`on conflict (code) do nothing`);
  const rows = await transaction.execute<{ id: string }>(
    sql`select id from stock_locations where code = ${location.code}`,
  );
  return rows[0]!.id;
}
