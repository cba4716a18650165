import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noTax, priceOrder } from '../../src/orders/pricing.ts';
import { allocate, shareOf } from '../../src/shared/allocate.ts';
import { isCurrency, minorUnitDigits } from '../../src/shared/money.ts';
import { countryCode, isCountryCode } from '../../src/shared/country.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const amounts = fc.integer({ min: 0, max: 1_000_000_000 });

describe('allocate', () => {
  test.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [2, [1, 1, 1], [1, 1, 0]],
    [10, [5, 0, 3], [6, 0, 4]],
    [0, [0, 0], [0, 0]],
    [1, [1, 2], [0, 1]],
  ])('%i over %j gives %j', (amount, weights, expected) => {
    expect(allocate(amount, weights)).toEqual(expected);
  });

  test('adds up, and no part is off by a whole unit', () => {
    fc.assert(
      fc.property(amounts, fc.array(amounts, { minLength: 1, maxLength: 30 }), (amount, weights) => {
        fc.pre(sum(weights) > 0);
        const parts = allocate(amount, weights);
        expect(sum(parts)).toBe(amount);
        for (const [index, part] of parts.entries()) {
          const exact = (BigInt(amount) * BigInt(weights[index]!)) / BigInt(sum(weights));
          expect([Number(exact), Number(exact) + 1]).toContain(part);
          if (weights[index] === 0) expect(part).toBe(0);
        }
      }),
    );
  });

  test('splits nothing over nothing, and refuses to split something', () => {
    expect(allocate(0, [])).toEqual([]);
    expect(() => allocate(1, [0])).toThrow('in proportion to nothing');
  });
});

test.each([
  [999, 2_000, 200],
  [250, 1_000, 25],
  [5, 1_000, 1],
  [4, 1_000, 0],
  [9_007_199_254_740_991, 10_000, 9_007_199_254_740_991],
])('%i at %i basis points is %i, rounded half up', (amount, basisPoints, expected) => {
  expect(shareOf(amount, basisPoints, 10_000)).toBe(expected);
});

describe('priceOrder', () => {
  const noCharges = { tax: noTax, shipping: null };

  test('a worked example: 10% off, 20% tax, shipping free from 100.00', () => {
    const lines = [
      { quantity: 3, unitPriceMinor: 333 },
      { quantity: 1, unitPriceMinor: 1_001 },
    ];
    const shipping = { priceMinor: 495, freeFromMinor: 10_000 };
    expect(
      priceOrder(lines, { basisPoints: 1_000 }, { tax: { part: 2_000, whole: 10_000 }, shipping }),
    ).toEqual({
      subtotalMinor: 2_000,
      discountMinor: 200,
      taxMinor: 360,
      shippingMinor: 495,
      totalMinor: 2_655,
      lines: [
        { discountMinor: 100, taxMinor: 180, totalMinor: 1_079 },
        { discountMinor: 100, taxMinor: 180, totalMinor: 1_081 },
      ],
    });
  });

  test('shipping is free from the value of the goods after discount', () => {
    const shipping = { priceMinor: 495, freeFromMinor: 1_000 };
    const charges = { tax: noTax, shipping };
    const goods = [{ quantity: 1, unitPriceMinor: 1_000 }];
    expect(priceOrder(goods, null, charges).shippingMinor).toBe(0);
    expect(priceOrder(goods, { amountMinor: 1 }, charges).shippingMinor).toBe(495);
  });

  test('an amount is taken off as far as the goods go', () => {
    const price = priceOrder([{ quantity: 2, unitPriceMinor: 50 }], { amountMinor: 500 }, noCharges);
    expect(price).toMatchObject({ subtotalMinor: 100, discountMinor: 100, totalMinor: 0 });
  });

  test('a total beyond what a number holds is refused', () => {
    const goods = [{ quantity: 1_000_000, unitPriceMinor: 1_000_000_000_000 }];
    expect(() => priceOrder(goods, null, noCharges)).toThrow();
  });

  test('lines and order agree to the last minor unit, whatever is ordered', () => {
    const line = fc.record({
      quantity: fc.integer({ min: 0, max: 1_000 }),
      unitPriceMinor: fc.integer({ min: 0, max: 10_000_000 }),
    });
    const discount = fc.oneof(
      fc.constant(null),
      fc.record({ basisPoints: fc.integer({ min: 1, max: 10_000 }) }),
      fc.record({ amountMinor: fc.integer({ min: 1, max: 1_000_000 }) }),
    );
    const shipping = fc.oneof(
      fc.constant(null),
      fc.record({ priceMinor: amounts, freeFromMinor: fc.oneof(fc.constant(null), amounts) }),
    );
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 50 }),
        discount,
        fc.integer({ min: 0, max: 10_000 }),
        shipping,
        (lines, off, taxBasisPoints, sending) => {
          const price = priceOrder(lines, off, {
            tax: { part: taxBasisPoints, whole: 10_000 },
            shipping: sending,
          });
          const { subtotalMinor, discountMinor, taxMinor, shippingMinor, totalMinor } = price;
          expect(totalMinor).toBe(subtotalMinor - discountMinor + taxMinor + shippingMinor);
          expect(sum(price.lines.map((each) => each.totalMinor)) + shippingMinor).toBe(totalMinor);
          expect(sum(price.lines.map((each) => each.taxMinor))).toBe(taxMinor);
          expect(sum(price.lines.map((each) => each.discountMinor))).toBe(discountMinor);
          for (const [index, { quantity, unitPriceMinor }] of lines.entries()) {
            const { discountMinor: off1, taxMinor: tax1, totalMinor: total1 } = price.lines[index]!;
            expect(total1).toBe(quantity * unitPriceMinor - off1 + tax1);
            expect(off1).toBeLessThanOrEqual(quantity * unitPriceMinor);
            expect(Math.min(off1, tax1, total1)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});

test.each([
  ['GB', 'GB'],
  ['gb ', 'GB'],
  ['UK', 'GB'],
  ['United Kingdom', 'GB'],
  ['Germany', 'DE'],
  ['DD', 'DE'],
  ['Atlantis', undefined],
  ['', undefined],
])('the country %j is %s', (text, code) => {
  expect(countryCode(text)).toBe(code);
});

test('a country that is no more has no rate of its own', () => {
  expect(['GB', 'DD', 'UK', 'gb', 'ZZ'].map(isCountryCode)).toEqual([true, false, false, false, false]);
});

test('amounts have the places of ISO 4217, and not those that people still write', () => {
  const places = ['GBP', 'HUF', 'IDR', 'JPY', 'KWD', 'IQD', 'MGA'].map((code) => [
    code,
    minorUnitDigits(code),
  ]);
  expect(Object.fromEntries(places)).toEqual({ GBP: 2, HUF: 2, IDR: 2, JPY: 0, KWD: 3, IQD: 3, MGA: 2 });
  expect(['EUR', 'DEM', 'eur', 'XXX', 'constructor'].map(isCurrency)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ]);
});
