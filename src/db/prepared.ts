import type { Executor } from './driver/database.ts';

interface PreparedStatement {
  execute(parameters?: Record<string, unknown>): Promise<unknown>;
}

const statements = new WeakMap<Executor, Map<string, PreparedStatement>>();

/**
 * The statement of this name on this executor, built by Drizzle once and then only executed. Everything that
 * shapes its text (the viewer's role, whether there is a cursor) belongs in the name.
 */
export function prepared<Statement extends PreparedStatement>(
  executor: Executor,
  name: string,
  build: (executor: Executor) => Statement,
): Statement {
  let named = statements.get(executor);
  if (!named) statements.set(executor, (named = new Map()));
  let statement = named.get(name);
  if (!statement) named.set(name, (statement = build(executor)));
  return statement as Statement;
}

const uuidForm = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/**
 * UUIDs as one array parameter, so that a statement's text does not depend on how many there are. What is no
 * UUID names nothing, and is left out: an id comes from outside.
 */
export function uuidArray(ids: readonly string[]): string {
  return `{${ids.filter((id) => uuidForm.test(id)).join(',')}}`;
}
