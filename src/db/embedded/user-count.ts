import { closeSync, constants, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataFolder } from './data-folder.ts';
import { runAs } from './server-user.ts';

/**
 * Counts the processes that use a server, by a named pipe: each of them holds its writing end open, the guard of the
 * server waits at the reading end, and the kernel tells it when the last writer is gone, however it went. Nothing is
 * written, and nothing can go stale.
 */
export class UserCount {
  readonly #pipe: string;
  #held: number | undefined;

  private constructor(pipe: string, held: number) {
    this.#pipe = pipe;
    this.#held = held;
  }

  static async join(folder: DataFolder): Promise<UserCount> {
    const pipe = path.join(folder.path, 'users.pipe');
    // Made as the server's user, so that it belongs to it; a pipe that is already there makes this fail, and is used.
    const { output } = await runAs(folder.user, 'mkfifo', ['-m', '600', pipe]);
    try {
      const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
      const held = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
      closeSync(reader);
      return new UserCount(pipe, held);
    } catch (cause) {
      throw new Error(`Could not make the pipe ${pipe}: ${output}`, { cause });
    }
  }

  /** The reading end that a new guard waits at; the caller closes its own copy. */
  openForGuard(): number {
    return openSync(this.#pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** Whether anybody waits at the reading end: opening for writing fails when nobody does. */
  isGuarded(): boolean {
    try {
      closeSync(openSync(this.#pipe, constants.O_WRONLY | constants.O_NONBLOCK));
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENXIO' || code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Stops counting this process; tells whether it was the last one. */
  async leave(): Promise<boolean> {
    const held = this.#held;
    if (held === undefined) return false;
    this.#held = undefined;
    let reader: number;
    try {
      reader = this.openForGuard();
    } catch {
      // The data folder was deleted under us, so there is nobody left to wait for.
      return false;
    } finally {
      closeSync(held);
    }
    try {
      // Another process holds its end for an instant when it asks whether there is a guard, hence more than one look.
      for (let look = 0; look < 5; look += 1) {
        if (hasNoWriter(reader)) return true;
        await sleep(10);
      }
      return false;
    } finally {
      closeSync(reader);
    }
  }
}

function hasNoWriter(reader: number): boolean {
  try {
    return readSync(reader, Buffer.alloc(1)) === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
    throw error;
  }
}
