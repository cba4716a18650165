import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { BenchError } from './arguments.ts';

interface ProcessTimes {
  readonly parent: number;
  /** Of the process with all of its threads, in clock ticks. */
  readonly own: number;
  /** Of its children that have ended and been waited for. */
  readonly endedChildren: number;
}

let ticksPerSecond = 0;

function toMilliseconds(ticks: number): number {
  ticksPerSecond ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return (ticks * 1000) / ticksPerSecond;
}

/** Undefined when the process has ended. Fields as in proc(5); the second may hold spaces and brackets. */
function readTimes(pid: number): ProcessTimes | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return { parent: fields[1]!, own: fields[11]! + fields[12]!, endedChildren: fields[13]! + fields[14]! };
}

/** Processor time that a process has used so far, in milliseconds, with all of its threads. */
export function processorMs(pid: number): number {
  const times = readTimes(pid);
  if (!times) throw new BenchError(`Process ${pid} has ended in the middle of the measurement.`);
  return toMilliseconds(times.own);
}

/**
 * Processor time of PostgreSQL so far, in milliseconds: of the postmaster and of all its children, those that have
 * ended included, so that a parallel worker which lives for one statement counts too.
 */
export function postgresProcessorMs(postmaster: number): number {
  const main = readTimes(postmaster);
  if (!main) throw new BenchError('PostgreSQL has ended in the middle of the measurement.');
  const living = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readTimes(Number(name)))
    .filter((times) => times?.parent === postmaster)
    .reduce((sum, times) => sum + times!.own, 0);
  return toMilliseconds(main.own + main.endedChildren + living);
}

/** The postmaster's process, by one of its backends; both have to be on this machine. */
export function postmasterOf(backend: number): number {
  if (process.platform !== 'linux') {
    throw new BenchError('The bench reads processor times from /proc, so it runs on Linux only.');
  }
  const times = readTimes(backend);
  const name = times && readFileSync(`/proc/${backend}/comm`, 'utf8').trim();
  if (!times || !name?.startsWith('postgres')) {
    throw new BenchError('PostgreSQL does not run on this machine, so its processor time cannot be read.');
  }
  return times.parent;
}
