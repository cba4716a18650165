import Pdf from 'pdfkit';
import { code128, qrCode, quietModules, type Barcode } from './barcodes.ts';
import { useFace } from './fonts.ts';
import { missingMark, printable } from './printable.ts';

const pointsPerMillimetre = 72 / 25.4;
export const millimetres = (length: number): number => length * pointsPerMillimetre;

export interface TextStyle {
  readonly size: number;
  readonly bold?: boolean;
  readonly grey?: boolean;
  readonly align?: 'left' | 'right' | 'center';
}

/** A place on the sheet, in points from its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** What does not fit is cut with an ellipsis. */
  readonly height?: number;
}

/** A PDF to which everything is put by its place; it begins new pages only when it is told to. */
export class Sheet {
  private readonly pdf: PDFKit.PDFDocument;
  private lettersMissing = false;

  constructor(
    readonly width: number,
    readonly height: number,
    title: string,
  ) {
    this.pdf = new Pdf({
      size: [width, height],
      // A margin would begin pages by itself.
      margin: 0,
      bufferPages: true,
      // No font before the first text: only ours are in the file.
      font: '',
      lang: 'en',
      displayTitle: true,
      info: { Title: printable(title), Creator: 'order-management-api' },
    });
  }

  addPage(): void {
    this.pdf.addPage();
  }

  /** Writes a text and gives how high it came out. */
  text(text: string, { x, y, width, height }: Box, style: TextStyle): number {
    const shown = this.printable(text);
    if (shown === '') return 0;
    const needed = this.measure(shown, width, style);
    const cut = height !== undefined && needed > height;
    this.pdf.fillColor(style.grey ? '#555555' : '#000000');
    this.pdf.text(shown, x, y, {
      width,
      align: style.align ?? 'left',
      ...(cut && { height, ellipsis: true }),
    });
    return cut ? height : needed;
  }

  /** Writes a text in the largest of the sizes in which it fits, or cut in the smallest. */
  fittedText(
    text: string,
    box: Required<Box>,
    sizes: readonly number[],
    style: Omit<TextStyle, 'size'>,
  ): number {
    const shown = this.printable(text);
    const fits = sizes.find((size) => this.measure(shown, box.width, { ...style, size }) <= box.height);
    return this.text(text, box, { ...style, size: fits ?? sizes.at(-1)! });
  }

  heightOf(text: string, width: number, style: TextStyle): number {
    return this.measure(this.printable(text), width, style);
  }

  rule(x: number, y: number, width: number, thickness = 0.5): void {
    this.pdf.rect(x, y, width, thickness).fill('#000000');
  }

  /** A square to tick by hand. */
  tickBox(x: number, y: number, size: number): void {
    this.pdf.lineWidth(0.8).strokeColor('#000000').rect(x, y, size, size).stroke();
  }

  /** White on black, for what nobody may overlook. */
  notice(text: string, { x, y, width }: Box): number {
    const height = 22;
    this.pdf.rect(x, y, width, height).fill('#000000');
    useFace(this.pdf, 'bold');
    this.pdf.fillColor('#ffffff').fontSize(12);
    this.pdf.text(printable(text), x, y + 6, { width, align: 'center', lineBreak: false });
    return height;
  }

  /** Bars across a box, with the white at both sides that a reader needs inside of it. */
  code128(text: string, { x, y, width, height }: Required<Box>): void {
    const symbol = code128(text);
    const module = width / (symbol.width + 2 * quietModules.code128);
    this.draw(symbol, x + quietModules.code128 * module, y, module, height);
  }

  /** A square with its white border inside of it. */
  qrCode(text: string, x: number, y: number, size: number): void {
    const symbol = qrCode(text);
    const module = size / (symbol.width + 2 * quietModules.qr);
    const border = quietModules.qr * module;
    this.draw(symbol, x + border, y + border, module, module);
  }

  /** Whether something of what was written is not to be seen on it. */
  get isLackingLetters(): boolean {
    return this.lettersMissing;
  }

  /** Puts something on every page, when it is known how many there are. */
  onEveryPage(write: (page: number, of: number) => void): void {
    const { start, count } = this.pdf.bufferedPageRange();
    for (let index = 0; index < count; index += 1) {
      this.pdf.switchToPage(start + index);
      write(index + 1, count);
    }
  }

  /** The finished file. */
  async finish(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    this.pdf.end();
    for await (const chunk of this.pdf) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  private printable(text: string): string {
    const shown = printable(text);
    if (shown.includes(missingMark)) this.lettersMissing = true;
    return shown;
  }

  private measure(shown: string, width: number, { size, bold }: TextStyle): number {
    useFace(this.pdf, bold ? 'bold' : 'regular');
    this.pdf.fontSize(size);
    return this.pdf.heightOfString(shown, { width });
  }

  private draw(symbol: Barcode, x: number, y: number, module: number, rowHeight: number): void {
    for (const run of symbol.runs) {
      this.pdf.rect(x + run.x * module, y + run.y * rowHeight, run.width * module, rowHeight);
    }
    // All as one shape, so that no hairline shows between what touches.
    this.pdf.fill('#000000');
  }
}
