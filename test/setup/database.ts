import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { inject } from 'vitest';
import { templateName, urlOfDatabase } from './database-url.ts';

export interface TestDatabase {
  readonly url: string;
  /** Removes the database, and ends whatever is still connected to it. */
  drop(): Promise<void>;
}

const cloneAttempts = 50;
const objectInUse = '55006';

/** A database of its own for a test file: a clone of the migrated template, or one without any table. */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const serverUrl = inject('databaseServerUrl');
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = options.empty ? 'template0' : templateName;
  await onServer(serverUrl, (client) => cloneDatabase(client, name, template));
  return {
    url: urlOfDatabase(serverUrl, name),
    drop: () =>
      onServer(serverUrl, async (client) => {
        await client.unsafe(`drop database if exists ${name} with (force)`);
      }),
  };
}

async function cloneDatabase(client: postgres.Sql, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.unsafe(`create database ${name} template ${template}`);
      return;
    } catch (error) {
      // PostgreSQL's autovacuum connects to a template now and then, even to one that takes no connections.
      if ((error as { code?: string }).code !== objectInUse || attempt === cloneAttempts) throw error;
      await sleep(100);
    }
  }
}

async function onServer(serverUrl: string, work: (client: postgres.Sql) => Promise<void>): Promise<void> {
  const client = postgres(serverUrl, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    await work(client);
  } finally {
    await client.end({ timeout: 5 });
  }
}
