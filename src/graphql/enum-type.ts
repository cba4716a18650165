import { registerEnumType } from 'type-graphql';

/** The words of a database enumeration as a GraphQL enum: the same words in UPPER_CASE. */
export function enumType<const Word extends string>(
  name: string,
  description: string,
  words: Readonly<Record<Word, string>>,
): Readonly<Record<string, Word>> {
  const values = (Object.keys(words) as Word[]).map((word) => [word.toUpperCase(), word] as const);
  const enumeration = Object.fromEntries(values);
  const valuesConfig = Object.fromEntries(
    values.map(([key, word]) => [key, { description: words[word] }] as const),
  );
  registerEnumType(enumeration, { name, description, valuesConfig });
  return enumeration;
}
