import type { Millionths } from '../exact-amount.ts';
import { readSourceFile, type SourceRow } from '../source-file.ts';
import { kindOfCode, type CodeKind } from './codes.ts';

export interface InvoiceLine {
  /** The line's place in the file. */
  readonly line: number;
  /** In capitals: the source writes one code both ways. */
  readonly sku: string;
  readonly kind: CodeKind;
  readonly description: string;
  readonly quantity: number;
  readonly price: Millionths;
  /** Quantity times price, negative on credit notes. */
  readonly amount: Millionths;
}

export interface Invoice {
  readonly number: string;
  readonly isCreditNote: boolean;
  readonly at: string;
  readonly customer: string | null;
  readonly country: string;
  readonly lines: InvoiceLine[];
}

const columns = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
];

/** Reads the file into its invoices, oldest first. */
export function readInvoices(file: string): Invoice[] {
  const invoices = new Map<string, Invoice>();
  for (const row of readSourceFile(file, columns)) {
    const number = row.required('InvoiceNo').toUpperCase();
    if (!/^[A-Z]?\d+$/.test(number)) row.refuse(`InvoiceNo "${number}" is not a number, with or without a C`);
    // A few invoices were written over two minutes; the first one counts.
    const at = row.instant('InvoiceDate');
    const invoice = invoices.get(number) ?? startInvoice(number, at, row);
    if (invoice.customer !== customerOf(row)) row.refuse(`invoice ${number} names two customers`);
    invoice.lines.push(readLine(row));
    invoices.set(number, invoice);
  }
  return [...invoices.values()].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function startInvoice(number: string, at: string, row: SourceRow): Invoice {
  return {
    number,
    isCreditNote: number.startsWith('C'),
    at,
    customer: customerOf(row),
    country: row.text('Country'),
    lines: [],
  };
}

/** The source writes the number 17850 as 17850.0. */
function customerOf(row: SourceRow): string | null {
  return row.text('CustomerID').replace(/\.0$/, '') || null;
}

function readLine(row: SourceRow): InvoiceLine {
  const sku = row.required('StockCode').toUpperCase();
  const quantity = row.integer('Quantity');
  const price = row.amount('UnitPrice');
  if (quantity === 0) row.refuse('Quantity is zero');
  return {
    line: row.line,
    sku,
    kind: kindOfCode(sku),
    description: row.text('Description'),
    quantity,
    price,
    amount: BigInt(quantity) * price,
  };
}
