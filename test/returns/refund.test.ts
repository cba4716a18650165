import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refundForUnits } from '../../src/returns/refund.ts';

const totals = fc.integer({ min: 0, max: 1_000_000_000_000 });

test('returning all units in whatever parts gives exactly the total of the line', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(totals, parts, (totalMinor, units) => {
      const quantity = units.reduce((sum, each) => sum + each, 0);
      let before = 0;
      let refunded = 0;
      for (const each of units) {
        const refund = refundForUnits({ quantity, totalMinor }, before, each);
        expect(Number.isSafeInteger(refund)).toBe(true);
        expect(refund).toBeGreaterThanOrEqual(0);
        // No further from the exact share than the roundings at its two ends.
        expect(Math.abs(refund - (totalMinor / quantity) * each)).toBeLessThanOrEqual(1.001);
        before += each;
        refunded += refund;
      }
      expect(refunded).toBe(totalMinor);
    }),
  );
});

test.each([
  [1000, 3, [333, 334, 333]],
  [2, 3, [1, 0, 1]],
  [0, 2, [0, 0]],
])('a line of %i for %i units is refunded by the unit as %j', (totalMinor, quantity, expected) => {
  const refunds = expected.map((_, before) => refundForUnits({ quantity, totalMinor }, before, 1));
  expect(refunds).toEqual(expected);
});
