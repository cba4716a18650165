import type { Papers } from './document.repository.ts';
import { Page, tick } from './page.ts';
import { day } from './wording.ts';

/**
 * What to fetch, for whoever walks the aisles. The items' barcodes are there as digits only: bars on paper would be
 * scanned instead of the goods, and every wrong item would count as picked right.
 */
export async function pickList(papers: Papers): Promise<Buffer> {
  const page = new Page('Pick list', papers);
  const bin = papers.warehouseLocation === null ? [] : [`Bin ${papers.warehouseLocation}`];
  const promised = papers.promisedShipAt === null ? [] : [`Ship by ${day(papers.promisedShipAt)}`];
  page.facts([
    { heading: 'PICK AT', lines: [papers.locationName, papers.locationCode, ...bin] },
    { heading: 'PRIORITY', lines: [papers.priority.toUpperCase(), ...promised] },
    { heading: 'TO PICK', lines: [`${papers.lines.length} lines`, `${unitsOf(papers)} units`] },
  ]);
  await page.table(
    [
      { title: '', share: 4 },
      { title: 'PICK', share: 8, bold: true },
      { title: 'SKU', share: 22 },
      { title: 'ITEM', share: 38 },
      { title: 'BARCODE', share: 20 },
      { title: 'PICKED', share: 10, align: 'right' },
      { title: 'SHORT', share: 9, align: 'right' },
    ],
    papers.lines.map(({ quantity, sku, name, barcode, quantityPicked, quantityShort }) => [
      tick,
      String(quantity),
      sku,
      name,
      barcode ?? '',
      String(quantityPicked),
      quantityShort === 0 ? '' : String(quantityShort),
    ]),
  );
  return page.finish();
}

function unitsOf({ lines }: Papers): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}
