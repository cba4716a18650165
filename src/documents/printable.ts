/** Stands for what the fonts that every PDF reader has cannot show. */
export const missingMark = '¿';

/** What Windows-1252 has beside Latin-1, which is what these fonts are limited to. */
const beyondLatin1 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const unprintable = /[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+/gu;
/** Hyphens that are only proposed, joiners, and marks for the direction of writing: nothing is lost without them. */
const invisible = /[\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{2069}\u{feff}]/gu;

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text as it can be printed: each letter that cannot becomes one mark, so that the reader sees that it is missing. */
export function printable(text: string): string {
  const composed = text.normalize('NFC').replace(unprintable, ' ').trim();
  if (isShown(composed)) return composed;
  return Array.from(letters.segment(composed), ({ segment }) => {
    const visible = segment.replace(invisible, '');
    return isShown(visible) ? visible : missingMark;
  }).join('');
}

function isShown(text: string): boolean {
  return Array.from(text).every((letter) => {
    const code = letter.codePointAt(0)!;
    return (code >= 0x20 && code <= 0x7e) || (code >= 0xa1 && code <= 0xff) || beyondLatin1.includes(letter);
  });
}
