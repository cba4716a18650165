import { hasLetter } from './fonts.ts';

/** Stands for what our font cannot show. */
export const missingMark = '¿';

const blank = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+/gu;
/** Hyphens that are only proposed, joiners, and marks for the direction of writing: nothing is lost without them. */
const invisible =
  /[\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}\p{Variation_Selector}]/gu;
/** pdfkit sets word after word from left to right: a sentence in these would be read in the wrong order. */
const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const plain = /^[ -~]*$/;

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text as it can be printed: each letter that cannot becomes one mark, so that the reader sees that it is missing. */
export function printable(text: string): string {
  const composed = text.normalize('NFC').replace(blank, ' ').trim();
  if (plain.test(composed)) return composed;
  return Array.from(letters.segment(composed), ({ segment }) => {
    const visible = segment.replace(invisible, '');
    return isShown(visible) ? visible : missingMark;
  }).join('');
}

function isShown(letter: string): boolean {
  return !rightToLeft.test(letter) && Array.from(letter).every((part) => hasLetter(part.codePointAt(0)!));
}
