import { rm } from 'node:fs/promises';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/db/migrate.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';
import { templateName, urlOfDatabase } from './database-url.ts';
import { makeFastFolder } from './fast-folder.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    databaseServerUrl: string;
  }
}

/**
 * One server for each project of the run, without fsync, and one database migrated once that every test file clones. The
 * server's own database "orders" stays empty.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makeFastFolder();
  const server = await startEmbeddedPostgres({
    dataDirectory: folder,
    durable: false,
    maximumConnections: 300,
    log: (message) => console.log(message),
  });
  const teardown = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await makeTemplate(server.url);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('databaseServerUrl', server.url);
  return teardown;
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const client = postgres(serverUrl, { max: 1, fetch_types: false });
  try {
    await client.unsafe(`create database ${templateName} template template0`);
    await migrate(urlOfDatabase(serverUrl, templateName));
    // Nobody can be connected to a template that takes no connections, so cloning it cannot fail on that.
    await client.unsafe(`alter database ${templateName} with is_template true allow_connections false`);
  } finally {
    await client.end({ timeout: 5 });
  }
}
