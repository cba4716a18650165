import { expect, test } from 'vitest';
import { boxLabel } from '../../src/documents/box-label.ts';
import type { PaperLine, Papers } from '../../src/documents/document.repository.ts';
import { packingSlip } from '../../src/documents/packing-slip.ts';
import { pickList } from '../../src/documents/pick-list.ts';
import { codesOf, describeWithPdfTools, sizeOf, textOf } from './read-pdf.ts';

const number = 'FUL-20261123-0001';
const mug: PaperLine = {
  sku: 'MUG-1',
  name: 'Blue mug',
  barcode: '5012345678900',
  quantityOrdered: 6,
  quantity: 4,
  quantityPicked: 2,
  quantityShort: 1,
};
const papers: Papers = {
  number,
  status: 'packing',
  warehouseLocation: 'A-12-3',
  boxSize: '40x30x20 cm',
  weightGrams: 4_250,
  carrier: 'DPD',
  trackingNumber: '15501234567890',
  locationCode: 'LON',
  locationName: 'London warehouse',
  orderNumber: 'ORD-20261123-0042',
  externalReference: 'shop-7781',
  priority: 'high',
  heldAt: null,
  orderedAt: '2026-11-20T10:00:00.000Z',
  promisedShipAt: '2026-11-24T00:00:00.000Z',
  shippingAddress: {
    name: 'Zoë Müller-Ørsted',
    line1: 'Königsstraße 12',
    city: 'Düsseldorf',
    postalCode: '40212',
    country: 'DE',
  },
  contactName: null,
  customerName: 'Zoë',
  customerCompany: 'Café Crème',
  lines: [mug],
};
const manyLines = Array.from({ length: 500 }, (_, index) => ({ ...mug, sku: `SKU-${index}-END` }));
const long = {
  ...papers,
  shippingAddress: {
    name: 'Maximiliane '.repeat(40),
    company: 'Donaudampfschifffahrtsgesellschaft'.repeat(20),
    line1: 'W'.repeat(300),
    line2: 'second line '.repeat(60),
    city: 'Düsseldorf',
    postalCode: '40212',
    region: 'Nordrhein-Westfalen',
    country: 'Germany',
  },
  lines: [
    { ...mug, name: 'A very long name '.repeat(60), sku: 'S'.repeat(120) },
    { ...mug, sku: 'LAST' },
  ],
};
const makers = { packingSlip, pickList, boxLabel };
const each = Object.entries(makers);

describeWithPdfTools('papers', () => {
  test.each(each)('%s: a scanner reads the number from the bars and from the square', async (_name, make) => {
    expect(codesOf(await make(papers))).toEqual([`CODE-128:${number}`, `QR-Code:${number}`]);
  });

  test('a number that has grown is read from the label too', async () => {
    const grown = 'FUL-20261123-123456789';
    const label = await boxLabel({ ...papers, number: grown });
    expect(codesOf(label)).toEqual([`CODE-128:${grown}`, `QR-Code:${grown}`]);
  });

  test('sizes: A4, and a label of 100 by 150 mm', async () => {
    expect(sizeOf(await packingSlip(papers))).toEqual([210, 297]);
    expect(sizeOf(await pickList(papers))).toEqual([210, 297]);
    expect(sizeOf(await boxLabel(papers))).toEqual([100, 150]);
  });

  test('the packing slip says to whom, what was ordered and what is in the box', async () => {
    const [page, ...others] = textOf(await packingSlip(papers));
    expect(others).toEqual([]);
    for (const part of [
      'Zoë Müller-Ørsted',
      'Café Crème',
      'Königsstraße 12',
      '40212 Düsseldorf',
      'shop-7781',
    ])
      expect(page).toContain(part);
    expect(page).toMatch(/MUG-1 +Blue mug +6 +3\n/);
    expect(page).toContain('3 units in this box.');
    expect(page).toContain('comes separately, or could not be supplied');
    expect(page).toContain('Page 1 of 1');
    expect(page).not.toContain('stands for a letter');
  });

  test('nothing is said of what is missing where nothing is', async () => {
    const lines = [{ ...mug, quantityOrdered: 4, quantityShort: 0 }];
    const [page] = textOf(await packingSlip({ ...papers, lines }));
    expect(page).toContain('4 units in this box.');
    expect(page).not.toContain('could not be supplied');
  });

  test('the pick list says where, how urgent, and what; the customer is not on it', async () => {
    const [page] = textOf(await pickList(papers));
    for (const part of ['London warehouse', 'LON', 'Bin A-12-3', 'HIGH', 'Ship by 2026-11-24', '1 lines'])
      expect(page).toContain(part);
    expect(page).toMatch(/4 +MUG-1 +Blue mug +5012345678900 +2 +1\n/);
    expect(page).not.toContain('Müller');
  });

  test('the label says where to, by whom and how heavy', async () => {
    const [label] = textOf(await boxLabel(papers));
    for (const part of ['From London warehouse', 'Zoë Müller-Ørsted', '40212 Düsseldorf', 'DPD', '4.25 kg'])
      expect(label).toContain(part);
  });

  test.each([
    ['packingSlip', packingSlip],
    ['pickList', pickList],
  ])(
    '%s: 500 lines are all there, over pages with numbers and the head of the table',
    async (_name, make) => {
      const pages = textOf(await make({ ...papers, lines: manyLines }));
      expect(pages.length).toBeGreaterThan(10);
      const all = pages.join('');
      expect(manyLines.filter(({ sku }) => !all.includes(` ${sku} `) && !all.includes(`${sku} `))).toEqual(
        [],
      );
      for (const [index, page] of pages.entries()) {
        expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
        expect(page).toMatch(/SKU +ITEM/);
      }
    },
  );

  test('no line at all is a page too', async () => {
    expect(textOf(await packingSlip({ ...papers, lines: [] }))).toHaveLength(1);
  });

  test.each(each)('%s: the longest names leave everything else in its place', async (name, make) => {
    const pdf = await make(long);
    const pages = textOf(pdf);
    expect(pages).toHaveLength(1);
    expect(codesOf(pdf)).toEqual([`CODE-128:${number}`, `QR-Code:${number}`]);
    if (name === 'boxLabel')
      for (const part of ['40212 Düsseldorf', 'Germany']) expect(pages[0]).toContain(part);
    else expect(pages[0]).toContain('LAST');
  });

  test.each(each)('%s: on hold and cancelled cannot be overlooked', async (_name, make) => {
    const held = textOf(await make({ ...papers, heldAt: '2026-11-23T00:00:00.000Z' }));
    expect(held[0]).toContain('ON HOLD - DO NOT SHIP');
    const cancelled = textOf(
      await make({ ...papers, status: 'cancelled', heldAt: '2026-11-23T00:00:00.000Z' }),
    );
    expect(cancelled[0]).toContain('CANCELLED - DO NOT SHIP');
    expect(textOf(await make(papers))[0]).not.toContain('DO NOT SHIP');
  });

  test.each([
    ['packingSlip', packingSlip],
    ['boxLabel', boxLabel],
  ])('%s: Polish, Greek, Cyrillic and Vietnamese are printed', async (_name, make) => {
    const shippingAddress = {
      name: 'Święcicka Żółć',
      company: 'Αφοί Παπαδόπουλοι',
      line1: 'вулиця Хрещатик 1',
      line2: 'Đường Nguyễn Huệ',
      city: 'Łódź',
      country: 'PL',
    };
    const [page] = textOf(await make({ ...papers, shippingAddress }));
    for (const line of Object.values(shippingAddress)) expect(page).toContain(line);
    expect(page).not.toContain('¿');
  });

  test('papers that are made at the same time have each their own letters', async () => {
    const names = ['Łódź', 'Αθήνα', 'Київ'];
    const labels = await Promise.all(
      names.map((city) => boxLabel({ ...papers, shippingAddress: { ...papers.shippingAddress!, city } })),
    );
    for (const [index, label] of labels.entries()) expect(textOf(label)[0]).toContain(names[index]);
  });

  test.each([
    ['packingSlip', packingSlip],
    ['boxLabel', boxLabel],
  ])('%s: letters that cannot be printed are marked, and the paper says so', async (_name, make) => {
    const shippingAddress = { ...papers.shippingAddress!, city: '東京都' };
    const [page] = textOf(await make({ ...papers, shippingAddress }));
    expect(page).toContain('40212 ¿¿¿');
    expect(page).toContain('¿ stands for a letter that cannot be printed here');
  });

  test('without an address there is none, and the name of who ordered stands in for one that it lacks', async () => {
    const [none] = textOf(await boxLabel({ ...papers, shippingAddress: null }));
    expect(none).not.toContain('Zoë');
    const shippingAddress = { line1: '1 High St', city: 'York', country: 'GB' };
    const [label] = textOf(await boxLabel({ ...papers, shippingAddress, contactName: null }));
    expect(label).toMatch(/Zoë\n/);
  });
});
