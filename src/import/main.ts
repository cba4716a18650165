import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { openDatabase, type Database } from '../db/driver/database.ts';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { migrate } from '../db/migrate.ts';
import { addsUp, renderSummary, type ImportSummary, type LeftOut } from './account.ts';
import type { Progress } from './import-units.ts';
import { importNorthwind } from './northwind/import-northwind.ts';
import { importOnlineRetail } from './online-retail/import-online-retail.ts';
import { SourceError } from './source-file.ts';
import { terminalProgress } from './terminal-progress.ts';

type Importer = (database: Database, source: string, progress: Progress) => Promise<ImportSummary>;

const importers: Readonly<Record<string, Importer>> = {
  'online-retail': importOnlineRetail,
  northwind: importNorthwind,
};
const usage = `Usage:
  npm run import -- online-retail FILE    one file of invoice lines, .csv or .csv.gz
  npm run import -- northwind FOLDER      the folder with Northwind's tables
Options:
  --report FILE    write every line that was left out, with its reason, to a CSV file`;
const examplesShown = 5;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { report: { type: 'string' } },
  });
  const [name = '', source] = positionals;
  const importer = Object.hasOwn(importers, name) ? importers[name] : undefined;
  if (!importer || !source || positionals.length > 2) throw new UsageError(usage);
  const startedAt = performance.now();
  const summary = await withDatabase((database) => importer(database, source, terminalProgress()));
  console.log(renderSummary(summary));
  reportLeftOut(summary.leftOut, values.report);
  console.log(`Done in ${((performance.now() - startedAt) / 1000).toFixed(1)} seconds.`);
  if (!addsUp(summary)) throw new Error('The summary does not add up to the source; please report this.');
}

class UsageError extends Error {}

/** The database of DATABASE_URL, or the embedded one, which another process may have running already. */
async function withDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const config = readConfig(process.env);
  const log = (message: string) => console.error(message);
  const embedded = config.databaseUrl
    ? undefined
    : await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log });
  try {
    const url = config.databaseDirectUrl ?? config.databaseUrl ?? embedded!.url;
    await migrate(url);
    const database = openDatabase({ url, poolSize: 2, applicationName: 'orders-import' });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  } finally {
    await embedded?.stop();
  }
}

function reportLeftOut(leftOut: readonly LeftOut[], file: string | undefined): void {
  if (leftOut.length === 0) return;
  if (file) {
    const rows = leftOut.map(({ line, text, reason }) => `${line},"${text}","${reason}"\n`);
    writeFileSync(file, `line,what,reason\n${rows.join('')}`);
    console.log(`${leftOut.length} lines of which something was left out are listed in ${file}.`);
    return;
  }
  console.log(`${leftOut.length} lines of which something was left out, the first of each reason:`);
  const shown = new Map<string, LeftOut[]>();
  for (const each of leftOut) shown.set(each.reason, [...(shown.get(each.reason) ?? []), each]);
  for (const [reason, all] of shown) {
    const examples = all.slice(0, examplesShown).map(({ line, text }) => `line ${line}: ${text}`);
    console.log(`  ${reason} (${all.length})\n    ${examples.join('\n    ')}`);
  }
  console.log('All of them: --report FILE');
}

main().catch((error: unknown) => {
  const expected = error instanceof SourceError || error instanceof UsageError;
  console.error(expected ? error.message : error);
  process.exitCode = 1;
});
