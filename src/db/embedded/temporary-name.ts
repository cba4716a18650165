import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isAlive } from './postmaster-file.ts';

const pattern = /^unfinished-[a-z]+-(\d+)-[0-9a-f]+$/;

/** A name for work in progress that tells who does it, so that what a crash left can be told from work under way. */
export function temporaryName(purpose: string): string {
  return `unfinished-${purpose}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Removes the unfinished work of processes that are gone. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const maker = pattern.exec(name)?.[1];
    if (maker && !isAlive(Number(maker))) await rm(path.join(folder, name), { recursive: true, force: true });
  }
}
