import type { Papers } from './document.repository.ts';
import { millimetres, Sheet } from './sheet.ts';
import { addressLines, lettersMissingNote, stopNotice } from './wording.ts';

/** The size of label that every label printer has. */
const width = millimetres(100);
const height = millimetres(150);
const margin = millimetres(4);
const contentWidth = width - 2 * margin;

/** What is stuck on the box: where to, and which fulfillment it is. The carrier’s own label is the carrier’s. */
export async function boxLabel(papers: Papers): Promise<Buffer> {
  const sheet = new Sheet(width, height, `Box label ${papers.number}`);
  const x = margin;
  const notice = stopNotice(papers);
  let y = margin;
  if (notice) y += sheet.notice(notice, { x, y, width: contentWidth }) + 4;
  const from = `From ${papers.locationName}`;
  sheet.text(from, { x, y, width: contentWidth, height: 11 }, { size: 8, grey: true });
  y += 13;
  sheet.rule(x, y, contentWidth, 1);
  const detailsY = millimetres(76);
  const address = { x, y: y + 6, width: contentWidth, height: detailsY - y - 10 };
  writeAddress(sheet, addressLines(papers), address);
  sheet.rule(x, detailsY, contentWidth, 1);
  writeDetails(sheet, papers, detailsY + 5);
  const barsY = millimetres(114);
  sheet.rule(x, barsY - 6, contentWidth, 1);
  sheet.code128(papers.number, { x, y: barsY, width: contentWidth, height: millimetres(24) });
  const caption = { x, y: barsY + millimetres(25), width: contentWidth };
  sheet.text(papers.number, caption, { size: 13, bold: true, align: 'center' });
  if (sheet.isLackingLetters) {
    const foot = { x, y: height - 14, width: contentWidth, height: 9 };
    sheet.text(lettersMissingNote, foot, { size: 6.5, grey: true, align: 'center' });
  }
  return sheet.finish();
}

/** As large as the place allows, every line of it. */
function writeAddress(
  sheet: Sheet,
  lines: readonly string[],
  { x, y, width: lineWidth, height: space }: { x: number; y: number; width: number; height: number },
): void {
  const sizes = [18, 16, 14, 12, 10, 9, 8];
  const heightIn = (size: number): number =>
    lines.reduce((sum, line, index) => sum + sheet.heightOf(line, lineWidth, { size, bold: index === 0 }), 0);
  const fits = sizes.find((size) => heightIn(size) <= space);
  // In the smallest size each line has its share of the place, so that the town is there whatever the name is.
  const limit = fits === undefined ? { height: space / lines.length } : {};
  const size = fits ?? sizes.at(-1)!;
  let lineY = y;
  for (const [index, line] of lines.entries()) {
    lineY += sheet.text(line, { x, y: lineY, width: lineWidth, ...limit }, { size, bold: index === 0 });
  }
}

function writeDetails(sheet: Sheet, papers: Papers, top: number): void {
  const qrSize = millimetres(32);
  const textWidth = contentWidth - qrSize - 4;
  const details: readonly (readonly [string, string | null])[] = [
    ['ORDER', papers.orderNumber],
    ['CARRIER', papers.carrier],
    ['TRACKING', papers.trackingNumber],
    ['BOX', [papers.boxSize, weight(papers)].filter(Boolean).join(', ') || null],
  ];
  let y = top;
  for (const [heading, value] of details) {
    if (value === null) continue;
    sheet.text(heading, { x: margin, y, width: textWidth }, { size: 6.5, grey: true });
    sheet.text(value, { x: margin, y: y + 8, width: textWidth, height: 13 }, { size: 11, bold: true });
    y += 24;
  }
  sheet.qrCode(papers.number, width - margin - qrSize, top - 2, qrSize);
}

function weight({ weightGrams }: Papers): string | null {
  return weightGrams === null ? null : `${(weightGrams / 1000).toFixed(2)} kg`;
}
