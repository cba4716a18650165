import { readConfig } from '../src/config.ts';
import { endWith } from './postgres-program.ts';
import { verifyDatabase } from './verify-database.ts';

/** `npm run verify-database`: see docs/operators-guide.md. */
async function verify(): Promise<void> {
  const { databaseDirectUrl, databaseUrl } = readConfig(process.env);
  const url = databaseDirectUrl ?? databaseUrl;
  if (url === undefined) throw new Error('Set DATABASE_URL to the database to verify.');
  const { orders, historyEntries, rules } = await verifyDatabase(url);
  process.stdout.write(
    `${orders} orders with ${historyEntries} entries of history: every chain is whole, and ${rules} rules hold.\n`,
  );
}

await verify().catch(endWith);
