import type { Role } from '../../src/db/tables/enumerations.ts';
import { roles } from '../setup/command-rules.ts';
import { answers, fieldAccess } from './field-access.ts';

export const words = (text: string): string[] => text.split(' ').filter(Boolean);

/** Whether a type is what a mutation or subscription answers with, whose fields are nobody's in particular. */
export const isAnswer = (type: string): boolean => type in answers || type.endsWith('Payload');

/** Who gets a value of a field such as `Order.total`, as it is written down. */
export function rolesOf(field: string): Role[] {
  const [type, name] = field.split('.') as [string, string];
  const entry = fieldAccess[type]?.fields.find(([, names]) => words(names).includes(name));
  return roles.filter((role) => entry?.[0].includes(role));
}
