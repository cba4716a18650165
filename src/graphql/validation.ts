import { registerDecorator, validate, type ValidationError, type ValidatorOptions } from 'class-validator';
import { UserError } from '../shared/errors.ts';
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

/** What is wrong with a mutation's input, one error a field, with the path to it. */
export async function validateInput(input: object): Promise<UserError[]> {
  return flatten(await validate(input, validatorOptions), []);
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
