import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import { clusterFolder, type DataFolder } from './data-folder.ts';
import { runAs } from './server-user.ts';
import { temporaryName } from './temporary-name.ts';

export interface Cluster {
  readonly folder: string;
  readonly password: string;
}

/** The one role of the embedded server; everything belongs to it. */
export const ownerName = 'orders';
const majorVersion = '18';

/** Returns the cluster of the data folder, and makes one first when there is none. */
export async function prepareCluster(
  folder: DataFolder,
  binaries: Binaries,
  durable: boolean,
): Promise<Cluster> {
  const cluster = clusterFolder(folder.path);
  const version = await readIfThere(path.join(cluster, 'PG_VERSION'));
  if (version === undefined) await createCluster(cluster, folder, binaries, durable);
  else if (version !== majorVersion) {
    throw new Error(
      `The database in ${cluster} was made by PostgreSQL ${version} and this version of the project brings ` +
        `${majorVersion}. Dump it with the old version and load it into a new data folder.`,
    );
  }
  const password = await readIfThere(passwordFile(cluster));
  if (!password)
    throw new Error(`${passwordFile(cluster)} is missing, so nobody can log in to this database.`);
  return { folder: cluster, password };
}

/**
 * Everything happens under a temporary name, the password included, and the rename at the end is the moment at which
 * the cluster exists. A crash half-way leaves nothing that could be taken for a database, and of two processes that
 * start at once one wins and the other uses the winner's.
 */
async function createCluster(
  cluster: string,
  folder: DataFolder,
  binaries: Binaries,
  durable: boolean,
): Promise<void> {
  const workFolder = path.join(folder.path, temporaryName('cluster'));
  const unfinished = path.join(workFolder, 'cluster');
  const passwordSource = path.join(workFolder, 'password');
  await mkdir(workFolder, { mode: 0o700 });
  await writeFile(passwordSource, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
  if (folder.user.identity) {
    await chown(workFolder, folder.user.uid, folder.user.gid);
    await chown(passwordSource, folder.user.uid, folder.user.gid);
  }
  try {
    await runInitdb(binaries, unfinished, passwordSource, folder, durable);
    await rename(passwordSource, passwordFile(unfinished));
    await rename(unfinished, cluster).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function runInitdb(
  binaries: Binaries,
  unfinished: string,
  passwordSource: string,
  folder: DataFolder,
  durable: boolean,
): Promise<void> {
  const { code, output } = await runAs(folder.user, binaries.initdb, [
    `--pgdata=${unfinished}`,
    `--username=${ownerName}`,
    `--pwfile=${passwordSource}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    // Words are told from punctuation by the system's own character types, and macOS has no C.UTF-8 for them.
    `--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ]);
  if (code !== 0)
    throw new Error(`Could not create the database in ${folder.path}: ${output || `exit code ${code}`}`);
}

function passwordFile(cluster: string): string {
  return path.join(cluster, 'orders-password');
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
