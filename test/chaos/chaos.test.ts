import { afterAll, expect, test } from 'vitest';
import { endProcesses } from '../operations/server-process.ts';
import { formatReport } from '../soak/report.ts';
import { chaos, everything, killsOf, replayCommand, type ChaosOptions } from './chaos.ts';

afterAll(endProcesses);

/** The short version of `npm run chaos`; docs/chaos.md says what is proved. */
test(
  'whatever fails while people work, all that was acknowledged is there, and nothing else',
  { timeout: 480_000 },
  async () => {
    const options: ChaosOptions = {
      seed: Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 2 ** 31)),
      lengthMs: 4_000,
      servers: 1,
      writers: 4,
      subscribers: 4,
      // A server takes long to start; test/soak kills those.
      plan: {
        ...everything,
        first: ['backend -15', 'disk full', 'clock jump', 'postgres -9', 'backend -9'],
        kinds: ['backend -15'],
        fewest: 5,
        shortestPauseMs: 300,
        longestPauseMs: 900,
      },
      log: () => {},
    };
    const message = `replay it with CHAOS_SEED=${options.seed}, or at length with: ${replayCommand(options)}`;
    const report = await chaos(options).catch((error: Error) => {
      throw new Error(`${message}\n${error.message}`, { cause: error });
    });
    expect(report.faults, `${message}\n${formatReport(report)}`).toEqual([]);
    expect(killsOf(report), message).toBeGreaterThanOrEqual(3);
    expect(report.calls.calls, message).toBeGreaterThan(20);
    expect(report.deliveries, message).toBeGreaterThan(0);
  },
);
