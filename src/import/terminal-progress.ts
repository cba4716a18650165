import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from './import-units.ts';

const silent: Progress = { start: () => {}, advance: () => {}, stop: () => {} };

/** A bar on standard error, and nothing at all where nobody is watching. */
export function terminalProgress(): Progress {
  if (!process.stderr.isTTY) return silent;
  const format = '{label} [{bar}] {value}/{total} in {duration_formatted}';
  const bar = new SingleBar({ format, hideCursor: true }, Presets.legacy);
  return {
    start: (label, total) => bar.start(total, 0, { label }),
    advance: (by) => bar.increment(by),
    stop: () => bar.stop(),
  };
}
