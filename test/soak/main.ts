import { parseArgs } from 'node:util';
import { endProcesses } from '../operations/server-process.ts';
import buildServer from '../setup/build-server.ts';
import { formatReport } from './report.ts';
import { replayCommand, type SoakOptions } from './schedule.ts';
import { soak } from './soak.ts';

const help = `npm run soak -- [options]

  --seconds N      how long everybody works (300)
  --seed N         of the schedule (a new one)
  --servers N      server processes (3)
  --writers N      (12)
  --subscribers N  (48)`;

function readOptions(): SoakOptions | undefined {
  const text = { type: 'string' } as const;
  const options = { seconds: text, seed: text, servers: text, writers: text, subscribers: text };
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
  if (values.help) return undefined;
  const numberOf = (name: keyof typeof options, otherwise: number): number => {
    const number = Number(values[name] ?? otherwise);
    if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} takes a whole number.`);
    return number;
  };
  const startedAt = Date.now();
  return {
    lengthMs: numberOf('seconds', 300) * 1_000,
    seed: numberOf('seed', Math.floor(Math.random() * 2 ** 31)),
    servers: numberOf('servers', 3),
    writers: numberOf('writers', 12),
    subscribers: numberOf('subscribers', 48),
    log: (message) =>
      process.stdout.write(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${message}\n`),
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) {
    process.stdout.write(`${help}\n`);
    return;
  }
  process.stdout.write(`${replayCommand(options)}\n`);
  // Interrupted, it leaves no server behind; PostgreSQL's guard ends PostgreSQL.
  process.once('exit', () => void endProcesses());
  process.once('SIGINT', () => process.exit(130));
  buildServer();
  const report = await soak(options);
  for (const { name, told, connections } of report.bySubscriber)
    process.stdout.write(`${String(told).padStart(8)} events over ${connections} connections  ${name}\n`);
  process.stdout.write(`\n${formatReport(report)}\n`);
  if (report.faults.length === 0) return;
  process.stderr.write(`\n${report.faults.join('\n')}\n\nReplay it with: ${replayCommand(options)}\n`);
  process.exitCode = 1;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
