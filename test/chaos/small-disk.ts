import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder that can be filled to the last byte without harm to anybody else. */
export interface SmallDisk {
  readonly folder: string;
  /** Why it cannot be filled, where it cannot: then it is a folder like any other. */
  readonly whyNot: string | undefined;
  fill(): Promise<void>;
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** A tmpfs, which only root may mount. It outlives every process of PostgreSQL, as a disk does. */
export async function openSmallDisk(sizeMegabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(path.join(tmpdir(), 'orders-chaos-'));
  const whyNot = await run('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${sizeMegabytes}m,mode=0711`,
    'tmpfs',
    folder,
  ]).then(
    () => undefined,
    (error: Error) => `a tmpfs cannot be mounted here (${error.message.trim().split('\n').at(-1)})`,
  );
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    whyNot,
    async fill() {
      const { bavail, bsize } = await statfs(folder);
      // PostgreSQL may take some of it meanwhile: as much as is left is taken, and that it is too little is no failure.
      await run('fallocate', ['--length', String(bavail * bsize), ballast]).catch(() => undefined);
      await run('dd', ['if=/dev/zero', `of=${ballast}`, 'oflag=append', 'conv=notrunc', 'bs=4k']).catch(
        () => undefined,
      );
    },
    empty: () => rm(ballast, { force: true }),
    async close() {
      // PostgreSQL's guard may be there a moment longer than PostgreSQL.
      if (whyNot === undefined) await run('umount', ['--lazy', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
