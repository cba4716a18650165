import { rename, rm } from 'node:fs/promises';
import { readConfig } from '../src/config.ts';
import { endWith, runPostgresProgram } from './postgres-program.ts';

/** A consistent copy of the database in one file, while the servers run: see docs/operators-guide.md. */
async function backUp(file: string | undefined): Promise<void> {
  const { databaseDirectUrl, databaseUrl } = readConfig(process.env);
  const url = databaseDirectUrl ?? databaseUrl;
  if (file === undefined || url === undefined) {
    throw new Error('Set DATABASE_URL, and name the file: npm run backup -- orders.dump');
  }
  const unfinished = `${file}.unfinished`;
  try {
    // Counts of wrong passwords live for minutes, in a table that is not logged.
    const words = ['--format=custom', '--no-owner', '--no-privileges', '--no-unlogged-table-data'];
    await runPostgresProgram('pg_dump', url, [...words, `--file=${unfinished}`]);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  process.stdout.write(`${file} is the backup. Restore it somewhere, or nobody knows whether it is one.\n`);
}

await backUp(process.argv[2]).catch(endWith);
