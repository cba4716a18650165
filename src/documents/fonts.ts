import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Pdf from 'pdfkit';

/** A font as pdfkit has parsed it, by fontkit. Documents share it: each makes a subset of its own. */
interface ParsedFont {
  hasGlyphForCodePoint(codePoint: number): boolean;
}

export interface Faces {
  readonly regular: ParsedFont;
  readonly bold: ParsedFont;
}

const { resolve } = createRequire(import.meta.url);
let loaded: Faces | undefined;

/** DejaVu Sans Condensed: Latin with every accent, Greek, Cyrillic and more. Read and parsed once, with the first paper. */
export function faces(): Faces {
  loaded ??= { regular: parse('DejaVuSansCondensed.ttf'), bold: parse('DejaVuSansCondensed-Bold.ttf') };
  return loaded;
}

/** Makes a document write with it from now on. */
export function useFace(pdf: PDFKit.PDFDocument, face: keyof Faces): void {
  // pdfkit takes a parsed font as well as its bytes, which its types do not say. The name makes it one font of the file.
  pdf.font(faces()[face] as unknown as Buffer, face);
}

/** Whether both faces have the letter, so that a text does not lose it by being set in bold. */
export function hasLetter(codePoint: number): boolean {
  const { regular, bold } = faces();
  return regular.hasGlyphForCodePoint(codePoint) && bold.hasGlyphForCodePoint(codePoint);
}

/** By pdfkit itself, whose parser is the only one that is installed: it shows what it has parsed in no other way. */
function parse(file: string): ParsedFont {
  const pdf = new Pdf({ autoFirstPage: false });
  pdf.font(readFileSync(resolve(`dejavu-fonts-ttf/ttf/${file}`)));
  const { _font: written } = pdf as unknown as { readonly _font: { readonly font: ParsedFont } };
  return written.font;
}
