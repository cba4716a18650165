const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.';
/** Longer ones are no identifiers that anybody types, and would have too many neighbours. */
const longest = 40;

/**
 * The texts that become this one by one change: a letter left out, put in or mistaken, or two swapped. As it was
 * written and in capitals, since identifiers are mostly in capitals and people mostly are not.
 */
export function nearlyEqualTexts(text: string): string[] {
  const trimmed = text.trim();
  if (trimmed.length > longest) return [trimmed];
  const written = new Set([trimmed, trimmed.toUpperCase()]);
  return [...new Set([...written].flatMap(neighboursOf))];
}

function neighboursOf(text: string): string[] {
  const letters = /[a-z]/.test(text) ? alphabet + alphabet.slice(0, 26).toLowerCase() : alphabet;
  const places = Array.from(
    { length: text.length + 1 },
    (_, index) => [text.slice(0, index), text.slice(index)] as const,
  );
  return places.flatMap(([before, after]) => [
    before + after,
    ...(after === '' ? [] : [before + after.slice(1)]),
    ...(after.length < 2 ? [] : [before + after[1] + after[0] + after.slice(2)]),
    ...Array.from(letters, (letter) => before + letter + after),
    ...(after === '' ? [] : Array.from(letters, (letter) => before + letter + after.slice(1))),
  ]);
}
