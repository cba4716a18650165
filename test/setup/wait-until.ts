import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition, and fails when it does not come true. The limit is long, because machines are busy. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  limitMs = 20_000,
): Promise<void> {
  const startedAt = Date.now();
  while (!(await condition())) {
    if (Date.now() - startedAt > limitMs)
      throw new Error(`Not within ${limitMs} ms: ${typeof what === 'string' ? what : what()}`);
    await sleep(10);
  }
}
