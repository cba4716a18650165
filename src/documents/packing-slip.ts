import type { PaperLine, Papers } from './document.repository.ts';
import { Page } from './page.ts';
import { addressLines, day } from './wording.ts';

/** What is in the box, for whoever opens it. No prices: the receiver need not be who paid. */
export async function packingSlip(papers: Papers): Promise<Buffer> {
  const page = new Page('Packing slip', papers);
  page.facts([
    { heading: 'SHIP TO', lines: addressLines(papers) },
    { heading: 'FROM', lines: [papers.locationName] },
    { heading: 'ORDER', lines: orderFacts(papers) },
  ]);
  await page.table(
    [
      { title: 'SKU', share: 24 },
      { title: 'ITEM', share: 52 },
      { title: 'ORDERED', share: 12, align: 'right' },
      { title: 'IN THIS BOX', share: 14, align: 'right', bold: true },
    ],
    papers.lines.map((line) => [
      line.sku,
      line.name,
      String(line.quantityOrdered),
      String(quantityPacked(line)),
    ]),
  );
  page.remark(`${papers.lines.reduce((sum, line) => sum + quantityPacked(line), 0)} units in this box.`);
  if (papers.lines.some((line) => quantityPacked(line) < line.quantityOrdered)) {
    page.remark('What was ordered and is not in this box comes separately, or could not be supplied.');
  }
  return page.finish();
}

/** All that is to be picked, but for what was reported short. */
function quantityPacked({ quantity, quantityShort }: PaperLine): number {
  return quantity - quantityShort;
}

function orderFacts({ externalReference, orderedAt, carrier, trackingNumber }: Papers): string[] {
  return [
    ...(externalReference === null ? [] : [`Your reference ${externalReference}`]),
    `Ordered on ${day(orderedAt)}`,
    ...(carrier === null ? [] : [`Carrier ${carrier}`]),
    ...(trackingNumber === null ? [] : [`Tracking ${trackingNumber}`]),
  ];
}
