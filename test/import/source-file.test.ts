import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import {
  divideHalfUp,
  formatMillionths,
  parseMillionths,
  toMinorUnits,
  toMinorUnitsUp,
} from '../../src/import/exact-amount.ts';
import { readInvoices } from '../../src/import/online-retail/invoices.ts';
import { readSourceFile, SourceError } from '../../src/import/source-file.ts';
import { sourceIdentifier } from '../../src/import/source-identifier.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'orders-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string, name = 'source.csv'): string {
  const where = path.join(folder, name);
  writeFileSync(where, name.endsWith('.gz') ? gzipSync(content) : content);
  return where;
}

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n';
const goodLine = '536365,85123A,"HOLDER, WHITE",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n';

test('decimal text becomes an exact amount, or nothing', () => {
  expect(parseMillionths('2.55')).toBe(2_550_000n);
  expect(parseMillionths('-11062.06')).toBe(-11_062_060_000n);
  expect(parseMillionths('0.001')).toBe(1_000n);
  for (const text of ['', '1,5', '1e3', '.5', '1.', '0.0000001', 'NaN', ' 1']) {
    expect(parseMillionths(text), text).toBeNull();
  }
});

test('amounts are rounded half up, and shown with their places', () => {
  expect(toMinorUnits(5_000n)).toBe(1);
  expect(toMinorUnits(4_999n)).toBe(0);
  expect(toMinorUnitsUp(1_000n)).toBe(1);
  expect(toMinorUnitsUp(10_000n)).toBe(1);
  expect(divideHalfUp(7n, 2n)).toBe(4n);
  expect(formatMillionths(748_957_020_000n)).toBe('748,957.02');
  expect(formatMillionths(-250_500n)).toBe('-0.2505');
  expect(formatMillionths(0n)).toBe('0.00');
});

test('a file is read with the line of each record, gzipped or not', () => {
  const content = header + goodLine + '536366,22633,"two\nlines",1,2010-12-01 08:28:00,1.85,,France\n';
  for (const name of ['plain.csv', 'packed.csv.gz']) {
    const invoices = readInvoices(file(content, name));
    expect(invoices.map((each) => [each.number, each.customer, each.at, each.lines[0]!.line])).toEqual([
      ['536365', '17850', '2010-12-01T08:26:00.000Z', 2],
      ['536366', null, '2010-12-01T08:28:00.000Z', 4],
    ]);
  }
});

test.each([
  ['a quantity that is no number', goodLine.replace(',6,', ',six,'), /line 3: Quantity "six"/],
  [
    'a price that is no number',
    goodLine.replace('2.55', '2,55').replace(',2,55', ',"2,55"'),
    /line 3: UnitPrice/,
  ],
  ['a day that does not exist', goodLine.replace('2010-12-01', '2010-02-30'), /line 3: InvoiceDate/],
  ['a missing code', goodLine.replace('85123A', ''), /line 3: StockCode is missing/],
  ['too few fields', '536365,85123A\n', /line 3: Invalid Record Length/],
  ['a quote that is never closed', '536365,"85123A\n', /line \d: Quote Not Closed/],
  ['two customers on one invoice', goodLine.replace('17850', '17851'), /line 3: invoice 536365 names two/],
])('%s is refused with file and line', (_what, line, message) => {
  const broken = file(header + goodLine + line, 'broken.csv');
  expect(() => readInvoices(broken)).toThrow(SourceError);
  expect(() => readInvoices(broken)).toThrow(message);
  expect(() => readInvoices(broken)).toThrow('broken.csv');
});

test('a file without the columns, without records or without itself is refused', () => {
  expect(() => readSourceFile(file('one,two\n1,2\n'), ['one', 'three'])).toThrow(/the header lacks three/);
  expect(() => readSourceFile(file('one\n'), ['one'])).toThrow(/no records/);
  expect(() => readSourceFile(path.join(folder, 'nowhere.csv'), ['one'])).toThrow(/cannot be read/);
});

test('an identifier is made from the key, in the order of time', () => {
  const first = sourceIdentifier('2010-12-01T08:26:00.000Z', 'order');
  expect(sourceIdentifier('2010-12-01T08:26:00.000Z', 'order')).toBe(first);
  expect(sourceIdentifier('2010-12-01T08:26:00.000Z', 'other')).not.toBe(first);
  expect(sourceIdentifier('2010-12-02T08:26:00.000Z', 'order') > first).toBe(true);
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
