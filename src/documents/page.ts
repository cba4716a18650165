import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Papers } from './document.repository.ts';
import { millimetres, Sheet, type TextStyle } from './sheet.ts';
import { lettersMissingNote, stopNotice } from './wording.ts';

const margin = millimetres(15);
const pageWidth = millimetres(210);
const pageHeight = millimetres(297);
const left = margin;
const contentWidth = pageWidth - 2 * margin;
/** Below it is the foot of the page. */
const contentEnd = pageHeight - millimetres(18);
const small: TextStyle = { size: 8, grey: true };
const cellStyle: TextStyle = { size: 9 };
const rowPadding = 3;
/** Of a cell; a longer name is cut, so that no line is higher than a page. */
const maximumCellHeight = 4 * 11;

export interface Column {
  readonly title: string;
  /** Parts of the page's width, of all the columns' together. */
  readonly share: number;
  readonly align?: 'left' | 'right';
  readonly bold?: boolean;
}

/** A cell is a text, or a square to tick. */
export type Cell = string | typeof tick;
export const tick = Symbol('tick');

/** An A4 paper about one fulfillment: a head with its codes, facts, a table over as many pages as it needs. */
export class Page {
  private readonly sheet: Sheet;
  private y = margin;

  constructor(
    private readonly title: string,
    private readonly papers: Papers,
  ) {
    this.sheet = new Sheet(pageWidth, pageHeight, `${title} ${papers.number}`);
    this.head();
  }

  /** What is to be known beforehand, in columns of lines under a heading. */
  facts(blocks: readonly { readonly heading: string; readonly lines: readonly string[] }[]): void {
    const width = contentWidth / blocks.length - 8;
    let lowest = this.y;
    for (const [index, { heading, lines }] of blocks.entries()) {
      const x = left + index * (width + 8);
      let y = this.y + this.sheet.text(heading, { x, y: this.y, width }, small) + 1;
      for (const line of lines) y += this.sheet.text(line, { x, y, width, height: 36 }, { size: 10 }) + 1;
      lowest = Math.max(lowest, y);
    }
    this.y = lowest + 12;
  }

  async table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Promise<void> {
    const places = this.placesOf(columns);
    this.tableHead(places);
    for (const row of rows) {
      const height = Math.max(...row.map((cell, index) => this.cellHeight(cell, places[index]!)));
      if (this.y + height + 2 * rowPadding > contentEnd) {
        this.continueOnNextPage();
        this.tableHead(places);
        // Hundreds of lines take a while: other requests have their turn after each page.
        await nextTurn();
      }
      for (const [index, cell] of row.entries()) this.cell(cell, places[index]!);
      this.y += height + 2 * rowPadding;
      this.sheet.rule(left, this.y, contentWidth, 0.25);
    }
    this.y += 8;
  }

  /** A sentence under the table. */
  remark(text: string): void {
    if (this.y + 24 > contentEnd) this.continueOnNextPage();
    this.y += this.sheet.text(text, { x: left, y: this.y, width: contentWidth }, { size: 9 }) + 4;
  }

  async finish(): Promise<Buffer> {
    const { sheet } = this;
    const y = contentEnd + 8;
    const width = contentWidth / 2;
    sheet.onEveryPage((page, of) => {
      const note = sheet.isLackingLetters ? lettersMissingNote : '';
      sheet.rule(left, contentEnd + 4, contentWidth);
      sheet.text(`${this.title} ${this.papers.number}`, { x: left, y, width }, small);
      sheet.text(`Page ${page} of ${of}`, { x: left + width, y, width }, { ...small, align: 'right' });
      sheet.text(note, { x: left, y: y + 11, width: contentWidth }, small);
    });
    return sheet.finish();
  }

  private head(): void {
    const { sheet, papers } = this;
    const codes = { qr: millimetres(26), bars: millimetres(70) };
    const qrX = left + contentWidth - codes.qr;
    const barsX = qrX - codes.bars;
    sheet.text(this.title, { x: left, y: margin, width: barsX - left }, { size: 20, bold: true });
    sheet.text(papers.number, { x: left, y: margin + 26, width: barsX - left }, { size: 12, bold: true });
    sheet.text(`Order ${papers.orderNumber}`, { x: left, y: margin + 43, width: barsX - left }, { size: 11 });
    sheet.code128(papers.number, { x: barsX, y: margin + 6, width: codes.bars, height: millimetres(15) });
    const caption = { x: barsX, y: margin + 9 + millimetres(15), width: codes.bars };
    sheet.text(papers.number, caption, { size: 9, align: 'center' });
    sheet.qrCode(papers.number, qrX, margin - 4, codes.qr);
    this.y = margin + millimetres(27);
    this.stop();
  }

  private continueOnNextPage(): void {
    this.sheet.addPage();
    this.y = margin;
    this.stop();
  }

  private stop(): void {
    const notice = stopNotice(this.papers);
    if (notice) this.y += this.sheet.notice(notice, { x: left, y: this.y, width: contentWidth }) + 10;
  }

  private placesOf(columns: readonly Column[]): Place[] {
    const all = columns.reduce((sum, { share }) => sum + share, 0);
    let x = left;
    return columns.map((column) => {
      const width = (contentWidth * column.share) / all;
      const place = { ...column, x: x + 2, width: width - 6 };
      x += width;
      return place;
    });
  }

  private tableHead(places: readonly Place[]): void {
    for (const { title, x, width, align = 'left' } of places) {
      this.sheet.text(title, { x, y: this.y, width }, { ...small, bold: true, align });
    }
    this.y += 13;
    this.sheet.rule(left, this.y, contentWidth, 1);
    this.y += 1;
  }

  private cellHeight(cell: Cell, { width, bold = false }: Place): number {
    if (cell === tick) return cellStyle.size + 2;
    return Math.min(maximumCellHeight, this.sheet.heightOf(cell, width, { ...cellStyle, bold }));
  }

  private cell(cell: Cell, { x, width, align = 'left', bold = false }: Place): void {
    const y = this.y + rowPadding;
    if (cell === tick) this.sheet.tickBox(x, y, cellStyle.size);
    else this.sheet.text(cell, { x, y, width, height: maximumCellHeight }, { ...cellStyle, align, bold });
  }
}

interface Place extends Column {
  readonly x: number;
  readonly width: number;
}
