import { expect, test } from 'vitest';
import { printable } from '../../src/documents/printable.ts';

test.each([
  ['Western European letters stay', 'Zoë Müller-Ørsted, Königsstraße', 'Zoë Müller-Ørsted, Königsstraße'],
  ['so do the quotes, dashes and the euro of Windows-1252', '“Œuvre” – 5 €', '“Œuvre” – 5 €'],
  ['letters and accents that come apart are put together', 'Zoe\u0308', 'Zoë'],
  ['what the font lacks is marked, letter by letter', 'Łódź', '¿ód¿'],
  ['an accent that has no letter of its own is one mark with its letter', 'x\u0308y', '¿y'],
  ['a family of four is one mark', 'a👨‍👩‍👧‍👦b', 'a¿b'],
  ['other scripts are marked', '東京', '¿¿'],
  ['breaks and unusual spaces become one space', 'a\r\n\tb\u00a0\u2003c', 'a b c'],
  ['what nobody sees is left out', 'a\u00adb\u200bc\u202ed\ufeff', 'abcd'],
  ['what is not a letter at all is marked', 'a\ud800b', 'a¿b'],
])('%s', (_what, text, shown) => {
  expect(printable(text)).toBe(shown);
});
