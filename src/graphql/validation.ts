import {
  isUUID,
  registerDecorator,
  validate,
  type ValidationError,
  type ValidatorOptions,
} from 'class-validator';
import { UserError } from '../shared/errors.ts';
import { isCountryCode } from '../shared/country.ts';
import { isCurrency } from '../shared/money.ts';

/** Neither the object nor the refused value goes into an error: they may hold personal data. */
export const validatorOptions: ValidatorOptions = {
  forbidUnknownValues: true,
  validationError: { target: false, value: false },
};

export function IsCurrency() {
  return (target: object, propertyName: string): void =>
    registerDecorator({
      name: 'isCurrency',
      target: target.constructor,
      propertyName,
      options: { message: `${propertyName} must be an ISO 4217 currency code such as GBP` },
      validator: { validate: (value: unknown) => typeof value === 'string' && isCurrency(value) },
    });
}

export function IsCountryOrAny() {
  return (target: object, propertyName: string): void =>
    registerDecorator({
      name: 'isCountryOrAny',
      target: target.constructor,
      propertyName,
      options: { message: `${propertyName} must be an ISO 3166 code of two letters such as GB, or *` },
      validator: {
        validate: (value: unknown) => value === '*' || (typeof value === 'string' && isCountryCode(value)),
      },
    });
}

/** Counts code points, as PostgreSQL does. class-validator's own counts what is shown together as one. */
export function MaxCharacters(maximum: number) {
  return (target: object, propertyName: string): void =>
    registerDecorator({
      name: 'maxCharacters',
      target: target.constructor,
      propertyName,
      options: { message: `${propertyName} must not have more than ${maximum} characters` },
      validator: {
        validate: (value: unknown) => typeof value === 'string' && Array.from(value).length <= maximum,
      },
    });
}

/** The end of a window of moments: one that ends where it begins, or before, holds nothing that anybody looks for. */
export const IsLaterThan = (beginning: string) =>
  beside('isLaterThan', beginning, 'later than', (end, start) => withoutZone(end) > withoutZone(start));

export const IsNoLessThan = (least: string) =>
  beside('isNoLessThan', least, 'no less than', (most, atLeast) => Number(most) >= Number(atLeast));

/** Both are in UTC, and a moment without a fraction is the beginning of those with one. */
const withoutZone = (moment: unknown): string => String(moment).replace('Z', '');

/** What a value has to be beside another one of the same input, where that is given. */
function beside(
  name: string,
  otherName: string,
  words: string,
  holds: (value: unknown, other: unknown) => boolean,
) {
  return (target: object, propertyName: string): void =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName,
      options: { message: `${propertyName} must be ${words} ${otherName}` },
      validator: {
        validate(value: unknown, given) {
          const other = (given!.object as Record<string, unknown>)[otherName] ?? null;
          return other === null || holds(value, other);
        },
      },
    });
}

/** What is wrong with a mutation's input, one error a field, with the path to it. */
export async function validateInput(input: object): Promise<UserError[]> {
  // First and alone: of half a surrogate pair the check of an e-mail address makes a fault.
  const unstorable = unstorableTexts(input, []);
  return unstorable.length > 0 ? unstorable : flatten(await validate(input, validatorOptions), []);
}

/** What is wrong with a list of ids that are to be different, with the place of each. */
export function invalidIds(ids: readonly string[], field: string): UserError[] {
  const firstPlaces = new Map<string, number>();
  return ids.flatMap((id, index) => {
    const path = [field, String(index)];
    if (!isUUID(id)) return [new UserError('VALIDATION', `${field}[${index}] must be a UUID.`, path)];
    const earlier = firstPlaces.get(id.toLowerCase());
    if (earlier === undefined) firstPlaces.set(id.toLowerCase(), index);
    else return [new UserError('VALIDATION', `${field}[${index}] is ${field}[${earlier}] again.`, path)];
    return [];
  });
}

// oxlint-disable-next-line no-control-regex -- It is what is looked for.
const unstorableCharacter = /[\0\p{Surrogate}]/u;

/** PostgreSQL keeps every text but one with the character U+0000 or with half of a surrogate pair. */
function unstorableTexts(value: unknown, path: readonly string[]): UserError[] {
  if (typeof value === 'string') {
    if (!unstorableCharacter.test(value)) return [];
    const message = `${path.at(-1)} must not contain the character U+0000 or half of a surrogate pair.`;
    return [new UserError('VALIDATION', message, path)];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => unstorableTexts(item, [...path, name]));
}

export function flatten(errors: readonly ValidationError[], path: readonly string[]): UserError[] {
  return errors.flatMap((error) => {
    const here = [...path, error.property];
    const own = Object.values(error.constraints ?? {}).map(
      (message) => new UserError('VALIDATION', `${message}.`, here),
    );
    return [...own, ...flatten(error.children ?? [], here)];
  });
}
