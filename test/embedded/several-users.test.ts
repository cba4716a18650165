import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/db/embedded/postmaster-file.ts';
import { createTestDatabase } from '../setup/database.ts';
import { processesOf, query, runScript, startHolder, waitUntil } from './processes.ts';
import { buildProject, makeOpenFolder, type Project } from './project.ts';

describe('several processes on one data folder', () => {
  let project: Project;
  let folder: string;
  let dataDirectory: string;

  // One data folder for all; the first test makes the database in it, by three processes at once.
  beforeAll(async () => {
    project = await buildProject('linked');
    folder = await makeOpenFolder();
    dataDirectory = path.join(folder, 'data');
  });
  afterAll(async () => {
    await project.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('share one server when three start at once, and it lives as long as the last of them', async () => {
    const holders = await Promise.all([1, 2, 3].map(() => startHolder(project, dataDirectory)));
    const [first, second, third] = holders as [(typeof holders)[0], (typeof holders)[0], (typeof holders)[0]];
    expect(new Set(holders.map(({ url }) => url)).size).toBe(1);
    expect(new Set(holders.map(({ pid }) => pid)).size).toBe(1);
    await query(first.url, 'create table shared as select 1 as one');

    await first.stop();
    expect(await query(second.url, 'select one from shared')).toEqual([{ one: 1 }]);
    await second.kill();
    expect(await query(third.url, 'select one from shared')).toEqual([{ one: 1 }]);
    expect(isAlive(third.pid)).toBe(true);
    await third.stop();
    expect(processesOf(dataDirectory)).toEqual([]);
  });

  it('all come back on the same port when their PostgreSQL is killed', async () => {
    const durable = { durable: true };
    const holders = await Promise.all([1, 2].map(() => startHolder(project, dataDirectory, durable)));
    const { url, pid } = holders[0]!;
    await query(url, 'create table survivor as select 1 as one');
    process.kill(pid, 'SIGKILL');
    await waitUntil(async () => (await query(url, 'select one from survivor').catch(() => [])).length === 1);
    await holders[0]!.stop();
    expect(await query(url, 'select one from survivor')).toEqual([{ one: 1 }]);
    await holders[1]!.stop();
    // A guard that has adopted its server looks once a second whether that is still there.
    await waitUntil(() => processesOf(dataDirectory).length === 0, 5_000);
  });

  it('may come while another goes', async () => {
    const rounds = async (): Promise<void> => {
      for (let round = 0; round < 4; round += 1) {
        const holder = await startHolder(project, dataDirectory);
        expect(await query(holder.url, 'select 1 as one')).toEqual([{ one: 1 }]);
        if (round % 2) await holder.stop();
        else await holder.kill();
      }
    };
    await Promise.all([rounds(), rounds()]);
    await waitUntil(() => processesOf(dataDirectory).length === 0);
  });

  it('migrate one database at once, five of them', async () => {
    const database = await createTestDatabase({ empty: true });
    const codes = await Promise.all(
      [1, 2, 3, 4, 5].map(() => runScript(project, 'test/embedded/migrator.js', database.url)),
    );
    expect(codes).toEqual([0, 0, 0, 0, 0]);
    const [applied] = await query(
      database.url,
      'select count(*) = count(distinct hash) as once from drizzle.__drizzle_migrations',
    );
    expect(applied).toEqual({ once: true });
    await database.drop();
  });
});
