const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
/** Codes that were withdrawn have a successor: DD is DE, and UK is GB. */
const present = (code: string): string => new Intl.Locale(`und-${code}`).region ?? code;
const nameByCode = new Map(
  letters
    .flatMap((first) => letters.map((second) => first + second))
    .flatMap((code): [string, string][] => {
      const name = names.of(code);
      return name === undefined || code === 'ZZ' ? [] : [[code, name.toLowerCase()]];
    }),
);
const codeByName = new Map(Array.from(nameByCode, ([code, name]) => [name, present(code)]));

/** Whether it is a country's ISO 3166 code of two letters, in use. */
export function isCountryCode(text: string): boolean {
  return nameByCode.has(text) && present(text) === text;
}

/** The ISO 3166 code of a country, given as a code or by its English name; undefined when it is neither. */
export function countryCode(text: string): string | undefined {
  const upper = text.trim().toUpperCase();
  return nameByCode.has(upper) ? present(upper) : codeByName.get(upper.toLowerCase());
}
