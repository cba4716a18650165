import { Column, is, SQL, type DriverValueDecoder } from 'drizzle-orm';
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
  if (!statement) named.set(name, (statement = withRowReader(build(executor))));
  return statement as Statement;
}

type Decoder = DriverValueDecoder<unknown, unknown>;
type Row = Record<string, unknown>;

/** What Drizzle's prepared statement has inside, as of the version that is pinned. */
interface StatementParts {
  fields?: readonly { readonly path: readonly string[]; readonly field: unknown }[];
  customResultMapper?: (rows: unknown[][]) => Row[];
}

/**
 * Drizzle finds out anew for every value of every row how to read it. Here that is done once a statement. Only for
 * flat rows; whatever else there may be stays with Drizzle.
 */
export function withRowReader<Statement>(statement: Statement): Statement {
  const parts = statement as StatementParts;
  const decoders = parts.fields?.map(({ path, field }) => (path.length === 1 ? decoderOf(field) : undefined));
  if (!decoders || decoders.includes(undefined) || parts.customResultMapper) return statement;
  const names = parts.fields!.map(({ path }) => path[0]!);
  const read = rowReader(names, decoders as Decoder[]);
  parts.customResultMapper = (rows) => rows.map(read);
  return statement;
}

function decoderOf(field: unknown): Decoder | undefined {
  if (is(field, Column)) return field;
  if (is(field, SQL)) return (field as unknown as { decoder: Decoder }).decoder;
  return undefined;
}

type RowReader = (values: readonly unknown[]) => Row;
const readers = new Map<string, (decoders: readonly Decoder[]) => RowReader>();

/**
 * A function that is one object literal: V8 then knows the form of the rows beforehand, and reads a value that needs
 * no decoding without a call. The names are those of our own selections, and go in as quoted text all the same.
 */
function rowReader(names: readonly string[], decoders: readonly Decoder[]): RowReader {
  const members = names.map((name, index) => {
    const value = `values[${index}]`;
    const decoded = isPlain(decoders[index]!)
      ? value
      : `${value} === null ? null : decoders[${index}].mapFromDriverValue(${value})`;
    return `${JSON.stringify(name)}: ${decoded}`;
  });
  const source = `return (values) => ({ ${members.join(', ')} });`;
  let make = readers.get(source);
  if (!make) {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- There is no other way to write a literal.
    make = new Function('decoders', source) as (given: readonly Decoder[]) => RowReader;
    readers.set(source, make);
  }
  return make(decoders);
}

/** Columns that hand on what the driver gives. */
function isPlain(decoder: Decoder): boolean {
  return decoder.mapFromDriverValue === Column.prototype.mapFromDriverValue;
}

const uuidForm = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/**
 * UUIDs as one array parameter, so that a statement's text does not depend on how many there are. What is no
 * UUID names nothing, and is left out: an id comes from outside.
 */
export function uuidArray(ids: readonly string[]): string {
  return `{${ids.filter((id) => uuidForm.test(id)).join(',')}}`;
}
