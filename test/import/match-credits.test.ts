import { expect, test } from 'vitest';
import { parseMillionths } from '../../src/import/exact-amount.ts';
import { kindOfCode } from '../../src/import/online-retail/codes.ts';
import type { Invoice } from '../../src/import/online-retail/invoices.ts';
import { refundOf, statusOf } from '../../src/import/online-retail/order-unit.ts';
import { lineMoney, orderTotalMinor, planImport } from '../../src/import/online-retail/plan.ts';

type Line = [sku: string, quantity: number, price: string];

let nextLine = 2;

function invoice(number: string, day: string, customer: string | null, ...lines: Line[]): Invoice {
  return {
    number,
    isCreditNote: number.startsWith('C'),
    at: `2010-12-${day}T10:00:00.000Z`,
    customer,
    country: 'United Kingdom',
    lines: lines.map(([sku, quantity, price]) => {
      const exact = parseMillionths(price)!;
      const amount = BigInt(quantity) * exact;
      const kind = kindOfCode(sku);
      return { line: nextLine++, sku, kind, description: '', quantity, price: exact, amount };
    }),
  };
}

/** What became of the lines of the credit notes: units taken per order, what is left and why. */
function outcomes(...invoices: Invoice[]) {
  const plan = planImport(invoices);
  const credits = plan.creditLines.map(({ takes, left, reason }) => ({
    takes: takes.map((take) => [take.reference.replace('online-retail:', ''), take.quantity]),
    left,
    reason,
  }));
  return { credits, statuses: plan.orders.map(statusOf), plan };
}

test('goods that come back another day are a return; all of them make the order returned', () => {
  const sale = invoice('1', '01', 'A', ['10001', 6, '2.55'], ['10002', 1, '1.00']);
  const part = outcomes(sale, invoice('C2', '05', 'A', ['10001', -2, '2.55']));
  expect(part.credits).toEqual([{ takes: [['1', 2]], left: 0, reason: '' }]);
  expect(part.statuses).toEqual(['completed']);
  expect(part.plan.orders[0]!.items.map((item) => item.left)).toEqual([4, 1]);
  expect(part.plan.orders[0]!.credits.map(refundOf)).toEqual([510]);

  const rest = invoice('C3', '06', 'A', ['10001', -4, '2.55'], ['10002', -1, '1.00']);
  const whole = outcomes(sale, invoice('C2', '05', 'A', ['10001', -2, '2.55']), rest);
  expect(whole.statuses).toEqual(['returned']);
  expect(whole.plan.orders[0]!.credits.map(refundOf)).toEqual([510, 1120]);
});

test('an order taken back whole on its own day is cancelled, carriage and all', () => {
  const { credits, statuses, plan } = outcomes(
    invoice('1', '01', 'A', ['10001', 6, '2.55'], ['POST', 1, '18.00']),
    invoice('C2', '01', 'A', ['10001', -6, '2.55'], ['POST', -1, '18.00']),
  );
  expect(credits.map((credit) => credit.left)).toEqual([0, 0]);
  expect(statuses).toEqual(['cancelled']);
  expect(refundOf(plan.orders[0]!.credits[0]!)).toBe(orderTotalMinor(plan.orders[0]!));
});

test('the newest order gives first, the same price before a dearer one', () => {
  const { credits } = outcomes(
    invoice('1', '01', 'A', ['10001', 5, '2.00']),
    invoice('2', '02', 'A', ['10001', 5, '3.00']),
    invoice('3', '03', 'A', ['10001', 5, '2.00']),
    invoice('C4', '04', 'A', ['10001', -12, '2.00']),
  );
  expect(credits).toEqual([
    {
      takes: [
        ['3', 5],
        ['1', 5],
        ['2', 2],
      ],
      left: 0,
      reason: '',
    },
  ]);
});

test.each([
  ['an order of later', invoice('C9', '01', 'A', ['10001', -1, '2.00']), /not sold to this customer before/],
  ['an order of somebody else', invoice('C9', '03', 'B', ['10001', -1, '2.00']), /not sold to this customer/],
  ['another code', invoice('C9', '03', 'A', ['10009', -1, '2.00']), /not sold to this customer before/],
  ['more than there was', invoice('C9', '03', 'A', ['10001', -6, '2.00']), /more than was sold/],
  ['more money than was paid', invoice('C9', '03', 'A', ['10001', -1, '2.01']), /more money/],
  ['no customer', invoice('C9', '03', null, ['10001', -1, '2.00']), /names no customer/],
  ['a discount', invoice('C9', '03', 'A', ['D', -1, '20.00']), /discount granted later/],
  ['a fee of the shop', invoice('C9', '03', 'A', ['BANK CHARGES', -1, '20.00']), /own fee/],
])('%s is not matched, and the reason is told', (_what, creditNote, reason) => {
  const sale = invoice('2', '02', 'A', ['10001', 5, '2.00']);
  const inTime = [sale, creditNote].sort((one, other) => (one.at < other.at ? -1 : 1));
  const { credits } = outcomes(...inTime);
  expect(credits[0]!.reason).toMatch(reason);
  expect(credits[0]!.left).toBe(creditNote.lines[0]!.quantity === -6 ? 1 : -creditNote.lines[0]!.quantity);
});

test('nothing is taken back twice', () => {
  const { credits } = outcomes(
    invoice('1', '01', 'A', ['10001', 5, '2.00']),
    invoice('C2', '02', 'A', ['10001', -5, '2.00']),
    invoice('C3', '03', 'A', ['10001', -5, '2.00']),
  );
  expect(credits.map((credit) => credit.left)).toEqual([0, 5]);
});

test('equal lines are merged, others of the same code are not', () => {
  const { plan } = outcomes(
    invoice('1', '01', 'A', ['10001', 2, '2.00'], ['10001', 3, '2.00'], ['10001', 1, '1.50']),
  );
  expect(plan.orders[0]!.items.map((item) => [item.quantity, item.price])).toEqual([
    [5, 2_000_000n],
    [1, 1_500_000n],
  ]);
  expect(plan.entries.map((entry) => entry.outcome)).toEqual([
    'imported: order line',
    'imported: merged into an equal line of its invoice',
    'imported: order line',
  ]);
});

test('a price with fractions of a penny keeps the line right to the penny', () => {
  const { plan } = outcomes(invoice('1', '01', 'A', ['10001', 15, '0.125'], ['10002', 1, '0.001']));
  expect(plan.orders[0]!.items.map(lineMoney)).toEqual([
    { unitPriceMinor: 13, discountMinor: 7, totalMinor: 188 },
    { unitPriceMinor: 1, discountMinor: 1, totalMinor: 0 },
  ]);
});

test('invoices to nobody over nothing are counts of the stock', () => {
  const { plan } = outcomes(
    invoice('1', '01', null, ['10001', -38, '0.0']),
    invoice('2', '01', null, ['10002', 19, '0.0']),
  );
  expect(plan.orders).toEqual([]);
  expect(plan.adjustments.map(({ sku, quantity }) => [sku, quantity])).toEqual([
    ['10001', -38],
    ['10002', 19],
  ]);
});
