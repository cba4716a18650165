import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CsvError, parse } from 'csv-parse/sync';
import { parseMillionths, type Millionths } from './exact-amount.ts';

/** Something in a source file is not as it must be. Nothing was written when this is thrown. */
export class SourceError extends Error {
  constructor(file: string, line: number, problem: string) {
    super(`${file}, line ${line}: ${problem}`);
  }
}

/** One record of a source file, which names its line in every complaint. */
export class SourceRow {
  constructor(
    readonly file: string,
    readonly line: number,
    private readonly fields: readonly string[],
    private readonly places: ReadonlyMap<string, number>,
  ) {}

  text(column: string): string {
    const place = this.places.get(column);
    return place === undefined ? '' : this.fields[place]!.trim();
  }

  required(column: string): string {
    return this.text(column) || this.refuse(`${column} is missing`);
  }

  integer(column: string): number {
    const text = this.required(column);
    return /^-?\d{1,9}$/.test(text) ? Number(text) : this.refuse(`${column} "${text}" is not a whole number`);
  }

  amount(column: string): Millionths {
    const text = this.required(column);
    return parseMillionths(text) ?? this.refuse(`${column} "${text}" is not a decimal number`);
  }

  /** The sources name no time zone: their times are taken as UTC. A day alone is its midnight. */
  instant(column: string): string {
    const text = this.required(column);
    const match = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d))?$/.exec(text);
    const instant = match ? `${match[1]}T${match[2] ?? '00:00:00'}.000Z` : '';
    const date = new Date(instant);
    // 2010-02-30 is a date to JavaScript, but not the one that was written.
    const exists = !Number.isNaN(date.getTime()) && date.toISOString() === instant;
    return exists ? instant : this.refuse(`${column} "${text}" is not a date such as 2010-12-01 08:26:00`);
  }

  refuse(problem: string): never {
    throw new SourceError(this.file, this.line, problem);
  }
}

/** Reads a CSV file, plain or gzipped, and checks that it has the columns. */
export function readSourceFile(file: string, columns: readonly string[]): SourceRow[] {
  const content = readContent(file);
  let places: ReadonlyMap<string, number> = new Map();
  const rows: SourceRow[] = [];
  const takeRecord = (record: string[], line: number): void => {
    if (line === 1) places = placesOf(file, record, columns);
    else rows.push(new SourceRow(file, line, record, places));
  };
  try {
    parse(content, {
      bom: true,
      skip_empty_lines: true,
      on_record: (record: string[], context) => {
        takeRecord(record, context.lines);
        return null;
      },
    });
  } catch (error) {
    if (error instanceof CsvError) throw new SourceError(file, Number(error['lines'] ?? 1), error.message);
    throw error;
  }
  if (rows.length === 0) throw new SourceError(file, 1, 'the file has no records');
  return rows;
}

function readContent(file: string): Buffer {
  try {
    const bytes = readFileSync(file);
    return path.extname(file) === '.gz' ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw new SourceError(file, 1, `cannot be read (${(error as Error).message})`);
  }
}

function placesOf(file: string, names: string[], columns: readonly string[]): Map<string, number> {
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) throw new SourceError(file, 1, `the header lacks ${missing.join(', ')}`);
  return new Map(names.map((name, place) => [name, place]));
}
