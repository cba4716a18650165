import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Channel } from '../db/tables/enumerations.ts';
import type { PostalAddress } from '../db/tables/orders.ts';
import type { SourceCustomer, SourceVariant } from '../import/catalogue.ts';
import { toMinorUnits } from '../import/exact-amount.ts';
import * as northwindImport from '../import/northwind/import-northwind.ts';
import * as northwindOrder from '../import/northwind/order-unit.ts';
import { readNorthwind } from '../import/northwind/source.ts';
import * as retailImport from '../import/online-retail/import-online-retail.ts';
import { currency as retailCurrency } from '../import/online-retail/order-unit.ts';
import { readInvoices } from '../import/online-retail/invoices.ts';
import { lineMoney, planImport } from '../import/online-retail/plan.ts';

const folder = fileURLToPath(new URL('../../data/sample', import.meta.url));
/** Every so many invoices one is a sale in the shop. */
const shopSaleEvery = 4;

export interface DraftLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly discountMinor: number;
  readonly totalMinor: number;
}

/** What was once ordered, without the times and states that the sample gives it. */
export interface Draft {
  readonly reference: string;
  readonly channel: Channel;
  readonly locationCode: string;
  readonly currency: string;
  readonly customerReference: string | null;
  readonly carrier: string;
  readonly shippingMinor: number;
  readonly address: PostalAddress | null;
  readonly lines: readonly DraftLine[];
}

export interface SampleSources {
  readonly drafts: readonly Draft[];
  readonly variants: readonly SourceVariant[];
  readonly customers: readonly SourceCustomer[];
}

/** Reads the files in `data/sample`; customers and variants were there from `createdAt` on. */
export function readSampleSources(createdAt: string): SampleSources {
  const parts = [readRetail(), readWholesale()];
  return {
    drafts: parts.flatMap((part) => part.drafts),
    variants: parts.flatMap((part) => part.variants.map((each) => ({ ...each, createdAt }))),
    customers: parts.flatMap((part) => part.customers.map((each) => asSample({ ...each, createdAt }))),
  };
}

/** People of the sample are not those whom an import brings, and nobody's real address is written to. */
function asSample(customer: SourceCustomer): SourceCustomer {
  const externalReference = sampleReference(customer.externalReference);
  const mailbox = externalReference.toLowerCase().replaceAll(':', '-');
  return { ...customer, externalReference, email: `${mailbox}@example.com` };
}

function sampleReference(reference: string): string {
  return `sample:${reference.split(':')[1]}`;
}

function readRetail(): SampleSources {
  const invoices = readInvoices(path.join(folder, 'online-retail.csv'));
  const plan = planImport(invoices);
  const drafts = plan.orders.map(({ invoice, items, carriage }, place): Draft => {
    const inShop = place % shopSaleEvery === shopSaleEvery - 1;
    return {
      reference: `sample:${invoice.number}`,
      channel: inShop ? 'retail_pos' : 'ecommerce',
      locationCode: inShop ? 'SHOP' : 'MAIN',
      currency: retailCurrency,
      customerReference: inShop ? null : `sample:${invoice.customer}`,
      carrier: 'Royal Mail',
      shippingMinor: inShop ? 0 : toMinorUnits(carriage) + 395,
      address: inShop ? null : { line1: 'High Street 1', city: 'Sampleton', country: invoice.country },
      lines: items.map((item) => ({ ...lineMoney(item), ...item })).map(asDraftLine),
    };
  });
  return {
    drafts,
    variants: retailImport.variantsOf(invoices, plan),
    customers: retailImport.customersOf(plan),
  };
}

function readWholesale(): SampleSources {
  const northwind = readNorthwind(path.join(folder, 'northwind'));
  const drafts = northwind.orders.map((order): Draft => ({
    reference: `sample:${order.id}`,
    channel: 'wholesale',
    locationCode: 'NORTHWIND',
    currency: northwindOrder.currency,
    customerReference: `sample:${order.customerId}`,
    carrier: northwind.shippers.get(order.shipperId)!,
    shippingMinor: toMinorUnits(order.freight),
    address: order.address,
    lines: order.lines.map((line) => ({
      sku: northwindOrder.skuOf(line.productId),
      name: northwind.products.get(line.productId)!.name,
      quantity: line.quantity,
      ...northwindOrder.lineMoney(line),
    })),
  }));
  return {
    drafts,
    variants: northwindImport.variantsOf(northwind, northwind.orders[0]!.orderedAt),
    customers: northwindImport.customersOf(northwind, northwind.orders[0]!.orderedAt),
  };
}

function asDraftLine(line: DraftLine): DraftLine {
  const { sku, name, quantity, unitPriceMinor, discountMinor, totalMinor } = line;
  return { sku, name, quantity, unitPriceMinor, discountMinor, totalMinor };
}
