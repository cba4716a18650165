import { mkdir, readFile, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeAbandoned, temporaryName } from '../../src/db/embedded/temporary-name.ts';

const memoryFolder = '/dev/shm';
const memoryNeededBytes = 4 * 1024 ** 3;

/**
 * A new folder, in memory where there is plenty, because a database is more than a thousand small files, which takes
 * some disks half a second. What a killed run left there would stay in memory, so the next run removes it.
 */
export async function makeFastFolder(): Promise<string> {
  const base = (await isMemoryUsable()) ? memoryFolder : tmpdir();
  await removeAbandoned(base).catch(() => undefined);
  const folder = path.join(base, temporaryName('tests'));
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Containers often forbid programs there, and the launcher may have to copy PostgreSQL into its data folder. */
async function isMemoryUsable(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(memoryFolder);
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n');
    const options = mounts.find((line) => line.split(' ')[1] === memoryFolder)?.split(' ')[3];
    return bavail * bsize > memoryNeededBytes && options !== undefined && !options.includes('noexec');
  } catch {
    return false;
  }
}
