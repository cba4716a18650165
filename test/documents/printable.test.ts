import { expect, test } from 'vitest';
import { printable } from '../../src/documents/printable.ts';

test.each([
  ['Western European letters stay', 'Zoë Müller-Ørsted, Königsstraße', 'Zoë Müller-Ørsted, Königsstraße'],
  ['so do the quotes, dashes and the euro of Windows-1252', '“Œuvre” – 5 €', '“Œuvre” – 5 €'],
  ['letters and accents that come apart are put together', 'Zoe\u0308', 'Zoë'],
  ['Polish stays', 'Łódź, Święty Marcin', 'Łódź, Święty Marcin'],
  ['Greek stays', 'Αθήνα, Ερμού', 'Αθήνα, Ερμού'],
  ['Cyrillic stays', 'Київ, Хрещатик', 'Київ, Хрещатик'],
  ['Vietnamese stays, also when its accents come apart', 'Đường Lê Lợi'.normalize('NFD'), 'Đường Lê Lợi'],
  ['an accent that has no letter of its own stays with its letter', 'q\u0308y', 'q\u0308y'],
  ['signs of money stay', '₴ ₫ ₺ ₹', '₴ ₫ ₺ ₹'],
  ['what only the regular face has is marked, wherever it stands', 'a𝖥b', 'a¿b'],
  ['what would be set in the wrong order is marked', 'של مب', '¿¿ ¿¿'],
  ['a family of four is one mark', 'a👨‍👩‍👧‍👦b', 'a¿b'],
  ['what the font lacks is marked, letter by letter', 'a東京b', 'a¿¿b'],
  ['breaks and unusual spaces become one space', 'a\r\n\tb\u00a0\u2003c', 'a b c'],
  ['how an emoji is to be drawn is nothing to print', '☎\ufe0f', '☎'],
  ['what nobody sees is left out', 'a\u00adb\u200bc\u202ed\ufeff', 'abcd'],
  ['what is not a letter at all is marked', 'a\ud800b', 'a¿b'],
])('%s', (_what, text, shown) => {
  expect(printable(text)).toBe(shown);
});
