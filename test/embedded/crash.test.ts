import { spawn } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/db/embedded/postmaster-file.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';
import { asRoot, processesOf, query, startHolder, waitUntil } from './processes.ts';
import { buildProject, makeOpenFolder, type Project } from './project.ts';

describe('crashes', () => {
  let project: Project;
  let folder: string;
  let dataDirectory: string;

  // One data folder for all, because making a database is what takes most of the time here.
  beforeAll(async () => {
    project = await buildProject('linked');
    folder = await makeOpenFolder();
    dataDirectory = path.join(folder, 'data');
  });
  afterAll(async () => {
    await project.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('leaves no orphan and loses no acknowledged row when Node is killed', async () => {
    const holder = await startHolder(project, dataDirectory, { durable: true });
    await query(holder.url, 'create table numbers (value integer)');
    const acknowledged: number[] = [];
    const writer = writeNumbers(holder.url, 'numbers', acknowledged);
    await waitUntil(() => acknowledged.length > 200);
    await holder.kill();
    await writer;
    await waitUntil(() => !isAlive(holder.pid));
    expect(processesOf(dataDirectory)).toEqual([]);

    const server = await startEmbeddedPostgres({ dataDirectory });
    const rows = await query(server.url, 'select value from numbers order by value');
    expect(rows.map(({ value }) => value as number)).toEqual(expect.arrayContaining(acknowledged));
    await server.stop();
  });

  it('starts a killed PostgreSQL again on the same port, with every acknowledged row', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory });
    await query(server.url, 'create table more_numbers (value integer)');
    const killed = server.pid;
    const acknowledged: number[] = [];
    const writer = writeNumbers(server.url, 'more_numbers', acknowledged);
    await waitUntil(() => acknowledged.length > 200);
    process.kill(killed, 'SIGKILL');
    await writer;
    await waitUntil(() => server.pid !== killed);
    const rows = await query(server.url, 'select value from more_numbers order by value');
    expect(rows.map(({ value }) => value as number)).toEqual(expect.arrayContaining(acknowledged));
    await server.stop();
    await waitUntil(() => !isAlive(server.pid));
  });

  it('gives a server that has lost its guard a new one, without a pause', async () => {
    const server = await startEmbeddedPostgres({ dataDirectory });
    const first = server.pid;
    const client = postgres(server.url, { max: 1 });
    const [before] = await client`select pg_backend_pid() as backend`;
    const guards = processesOf(dataDirectory).filter(({ command }) =>
      command.includes('orders-database-guard'),
    );
    // What a service manager sends to everybody leaves the guard in place; what nobody survives does not.
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      for (const { pid } of guards) process.kill(pid, signal);
    }
    await sleep(100);
    expect(processesOf(dataDirectory)).toEqual(expect.arrayContaining(guards));
    for (const { pid } of guards) process.kill(pid, 'SIGKILL');
    await waitUntil(() =>
      processesOf(dataDirectory).some(
        ({ pid, command }) =>
          command.includes('orders-database-guard') && !guards.some((guard) => guard.pid === pid),
      ),
    );
    expect(await client`select pg_backend_pid() as backend`).toEqual([before]);
    await client.end();
    expect(server.pid).toBe(first);
    await server.stop();
    await waitUntil(() => processesOf(dataDirectory).length === 0);
  });

  it('starts although a leftover pid file names a living process of another kind', async () => {
    const first = await startEmbeddedPostgres({ dataDirectory });
    await query(first.url, 'create table kept as select 1 as one');
    await first.stop();
    // The same user as PostgreSQL's, because it ignores other people's processes by itself.
    const { uid, gid } = statSync(dataDirectory);
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore', ...(asRoot ? { uid, gid } : {}) });
    writeFileSync(
      path.join(dataDirectory, 'cluster/postmaster.pid'),
      leftoverPidFile(stranger.pid!, dataDirectory),
    );
    const second = await startEmbeddedPostgres({ dataDirectory });
    expect(await query(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
    expect(isAlive(stranger.pid!)).toBe(true);
    await second.stop();
    stranger.kill();
  });
});

async function writeNumbers(url: string, table: string, acknowledged: number[]): Promise<void> {
  const client = postgres(url, { max: 1, connect_timeout: 2, fetch_types: false });
  try {
    for (let value = 1; value <= 100_000; value += 1) {
      await client`insert into ${client(table)} values (${value})`;
      acknowledged.push(value);
    }
  } catch {
    // The connection broke, which is what the test is about; what was acknowledged until then has to be there.
  } finally {
    await client.end({ timeout: 1 });
  }
}

/** What PostgreSQL leaves when it is killed, with a process id that somebody else has by now. */
function leftoverPidFile(pid: number, dataDirectory: string): string {
  return `${pid}\n${path.join(dataDirectory, 'cluster')}\n1700000000\n50000\n\n127.0.0.1\n   131    77\nready   \n`;
}
