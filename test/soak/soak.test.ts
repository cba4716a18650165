import { afterAll, expect, test } from 'vitest';
import { endProcesses } from '../operations/server-process.ts';
import { formatReport } from './report.ts';
import { replayCommand, type SoakOptions } from './schedule.ts';
import { soak } from './soak.ts';

afterAll(endProcesses);

/** The short version of `npm run soak`; docs/soak.md says what is proved. */
test(
  'every subscriber ends with what the database holds for it, whoever is killed meanwhile',
  { timeout: 480_000 },
  async () => {
    const options: SoakOptions = {
      seed: Number(process.env['SOAK_SEED'] ?? Math.floor(Math.random() * 2 ** 31)),
      lengthMs: 15_000,
      servers: 2,
      writers: 6,
      subscribers: 16,
      log: () => {},
    };
    const message = `replay it with SOAK_SEED=${options.seed}, or at length with: ${replayCommand(options)}`;
    const report = await soak(options).catch((error: Error) => {
      throw new Error(`${message}\n${error.message}`, { cause: error });
    });
    expect(report.faults, `${message}\n${formatReport(report)}`).toEqual([]);
    // It was a soak, and not a quiet afternoon.
    expect(report.kills['server -9'], message).toBeGreaterThan(1);
    expect(report.kills['postgres -9'], message).toBeGreaterThan(0);
    expect(report.deliveries, message).toBeGreaterThan(options.subscribers);
    expect(report.reconnects, message).toBeGreaterThan(options.subscribers);
  },
);
