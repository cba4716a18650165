export interface Difference {
  readonly path: string;
  readonly first: unknown;
  readonly second: unknown;
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/;

/**
 * The first difference between two answers as JSON values; the order of keys does not matter. A moment is the same
 * with Z, as the API writes it, and with +00:00, as PostgreSQL's JSON does. A cursor is each side's own business.
 */
export function firstDifference(first: unknown, second: unknown, path = '$'): Difference | undefined {
  if (isObject(first) && isObject(second) && Array.isArray(first) === Array.isArray(second)) {
    for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
      const difference = firstDifference(first[key], second[key], `${path}.${key}`);
      if (difference) return difference;
    }
    return undefined;
  }
  if (path.endsWith('.endCursor') && typeof first === typeof second) return undefined;
  return normal(first) === normal(second) ? undefined : { path, first, second };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function normal(value: unknown): unknown {
  return typeof value === 'string' && moment.test(value) ? value.replace('+00:00', 'Z') : value;
}
