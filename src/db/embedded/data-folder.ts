import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { chooseServerUser, holds, type ServerUser } from './server-user.ts';

export interface DataFolder {
  /** Absolute and free of symbolic links, because PostgreSQL's process is recognised by it. */
  readonly path: string;
  readonly user: ServerUser;
}

/** The folder inside the data folder that PostgreSQL calls its data directory. */
export function clusterFolder(dataDirectory: string): string {
  return path.join(dataDirectory, 'cluster');
}

/**
 * Makes the data folder usable for the server's user, or finds another place for it. A folder that holds data is
 * never passed over in silence: starting empty beside it would look like losing everything.
 */
export async function prepareDataFolder(
  requested: string,
  log: (message: string) => void,
): Promise<DataFolder> {
  const wanted = path.resolve(requested);
  const user = await chooseServerUser(await dataOwner(wanted));
  const fallbacks = fallbackFolders(wanted);
  if (await exists(clusterFolder(wanted))) {
    if (await usable(wanted, user)) return { path: await realpath(wanted), user };
    throw new Error(
      `${wanted} seems to hold a database, but the user "${user.name}" that PostgreSQL runs as cannot reach it. ` +
        `Give that user access to the folder and to every folder on the way, start as the user that owns it, ` +
        `or choose another data folder.`,
    );
  }
  for (const fallback of fallbacks) {
    if (await exists(clusterFolder(fallback))) return moved(wanted, fallback, user, log);
  }
  if (await claim(wanted, user)) return { path: await realpath(wanted), user };
  for (const fallback of fallbacks) {
    if (await claim(fallback, user)) return moved(wanted, fallback, user, log);
  }
  throw new Error(
    `No folder for the database: the user "${user.name}" can use neither ${[wanted, ...fallbacks].join(' nor ')}. ` +
      `Choose a data folder that it can write, or set DATABASE_URL.`,
  );
}

async function moved(
  wanted: string,
  fallback: string,
  user: ServerUser,
  log: (message: string) => void,
): Promise<DataFolder> {
  // The names of the fallbacks can be guessed, so one that somebody else has made is refused.
  const found = await lstat(fallback);
  if (!found.isDirectory() || found.uid !== user.uid) {
    throw new Error(`${fallback} should hold the database but does not belong to the user "${user.name}".`);
  }
  log(`The user "${user.name}" cannot use ${wanted}; the database is kept in ${fallback} instead.`);
  return { path: await realpath(fallback), user };
}

/** Outside the project, one for each requested folder, so that two projects never share a database by accident. */
function fallbackFolders(wanted: string): string[] {
  const name = `orders-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`;
  const uid = process.getuid!();
  // Root gives folders away and so stays out of those in which others could lay a trap.
  if (uid === 0) return [path.join('/var/lib/order-management', name)];
  return [
    path.join(homedir(), '.local/state/order-management', name),
    path.join('/var/tmp', `order-management-${uid}`, name),
  ];
}

async function dataOwner(folder: string): Promise<number | undefined> {
  for (const candidate of [clusterFolder(folder), folder]) {
    try {
      return (await stat(candidate)).uid;
    } catch {
      // Not there yet, or not for us to see: the next candidate decides, and at the end the default does.
    }
  }
  return undefined;
}

async function exists(folder: string): Promise<boolean> {
  try {
    await stat(folder);
    return true;
  } catch (error) {
    // Only a certain absence counts: what we may not look at could hold the data.
    return !['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

async function claim(folder: string, user: ServerUser): Promise<boolean> {
  try {
    const made = await mkdir(path.dirname(folder), { recursive: true });
    // Root's umask is often so strict that the server's user could not pass through what was just made.
    if (made && user.identity) await chmod(path.dirname(folder), 0o711);
    await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting);
    if (user.identity && (await isForTheTaking(folder))) await chown(folder, user.uid, user.gid);
  } catch {
    return false;
  }
  return usable(folder, user);
}

/** An empty folder of root's is a new volume; one with files in it could be anything, /etc included. */
async function isForTheTaking(folder: string): Promise<boolean> {
  if ((await stat(folder)).uid !== 0) return false;
  const names = await readdir(folder);
  return names.every((name) => name === 'lost+found' || name.startsWith('.git'));
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

function usable(folder: string, user: ServerUser): Promise<boolean> {
  return holds(user, 'cd "$1" && test -r . && test -w . && test -x .', folder);
}
