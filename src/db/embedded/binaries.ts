import { chown, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { DataFolder } from './data-folder.ts';
import type { PlatformPackage } from './platform-package.ts';
import { holds, runAs, type ServerUser } from './server-user.ts';
import { temporaryName } from './temporary-name.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Returns binaries that the server's user can run: those of the package where they are, or else one copy of them in
 * the data folder (the project may be closed to that user, or be read-only and without its symbolic links).
 */
export async function prepareBinaries(
  { nativeFolder, version }: PlatformPackage,
  folder: DataFolder,
  log: (message: string) => void,
): Promise<Binaries> {
  await makeLinks(nativeFolder).catch(() => undefined);
  if (await complete(nativeFolder, folder.user)) return checked(nativeFolder, folder.user);
  const copy = path.join(folder.path, `binaries-${version}`);
  if (!(await complete(copy, folder.user))) {
    log(`The user "${folder.user.name}" cannot use ${nativeFolder}; the binaries are copied to ${copy}.`);
    await copyBinaries(nativeFolder, copy, folder);
  }
  return checked(copy, folder.user);
}

/** What the package's install script would do, which npm no longer runs: archives of npm cannot hold links. */
async function makeLinks(nativeFolder: string): Promise<void> {
  const list = await readFile(path.join(nativeFolder, 'pg-symlinks.json'), 'utf8');
  const root = path.dirname(nativeFolder);
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    const there = await lstat(link).catch(() => undefined);
    if (there) continue;
    await symlink(path.relative(path.dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      // Another process that starts at the same moment makes the same links.
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

function complete(nativeFolder: string, user: ServerUser): Promise<boolean> {
  const needed = ['bin/postgres', 'bin/initdb', 'lib/libicuuc.so.60', 'share/postgresql/postgres.bki'];
  const paths = needed
    .filter((name) => process.platform === 'linux' || !name.startsWith('lib/'))
    .map((name) => path.join(nativeFolder, name));
  return holds(user, 'for file; do test -r "$file" || exit 1; done; test -x "$1" && test -x "$2"', ...paths);
}

async function checked(nativeFolder: string, user: ServerUser): Promise<Binaries> {
  const postgres = path.join(nativeFolder, 'bin/postgres');
  const { code, output } = await runAs(user, postgres, ['--version']);
  if (code !== 0) {
    throw new Error(
      `The embedded PostgreSQL does not run on this system (${output || `exit code ${code}`}); its binaries need ` +
        `glibc, so Alpine is one where they do not. Set DATABASE_URL to a PostgreSQL 18 server of your own.`,
    );
  }
  return { postgres, initdb: path.join(nativeFolder, 'bin/initdb') };
}

async function copyBinaries(nativeFolder: string, copy: string, folder: DataFolder): Promise<void> {
  const unfinished = path.join(folder.path, temporaryName('binaries'));
  await mkdir(unfinished, { mode: 0o700 });
  await cp(nativeFolder, path.join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await makeLinks(path.join(unfinished, 'native'));
  if (folder.user.identity) await giveAway(unfinished, folder.user);
  await rename(path.join(unfinished, 'native'), copy).catch(async (error: NodeJS.ErrnoException) => {
    // Somebody who started at the same moment was faster; theirs is as good.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  await rm(unfinished, { recursive: true, force: true });
}

async function giveAway(root: string, user: ServerUser): Promise<void> {
  await chown(root, user.uid, user.gid);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chown(path.join(entry.parentPath, entry.name), user.uid, user.gid);
  }
}
