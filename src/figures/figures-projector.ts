import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/driver/database.ts';
import { projectNextEvents } from './project-figures.ts';

/** How long an event may wait to be counted. */
const intervalMs = 250;

export interface FiguresProjectorOptions {
  readonly database: Database;
  readonly log: { warn(details: object, message: string): void };
}

/** Keeps the figures up to date until it is stopped. Any number of workers do; they take turns. */
export function startFiguresProjector(options: FiguresProjectorOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const working = keepProjecting(options, stopping.signal);
  return {
    stop() {
      stopping.abort();
      return working;
    },
  };
}

async function keepProjecting(
  { database, log }: FiguresProjectorOptions,
  signal: AbortSignal,
): Promise<void> {
  let failed = false;
  while (!signal.aborted) {
    try {
      const events = await projectNextEvents(database);
      failed = false;
      if (events > 0) continue;
    } catch (error) {
      // Said once an outage: the database's absence is told by /readyz.
      if (!failed) {
        const reason = (error as { code?: string }).code ?? 'unknown';
        log.warn({ reason }, 'the figures cannot be brought up to date; it is tried again');
      }
      failed = true;
    }
    await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
