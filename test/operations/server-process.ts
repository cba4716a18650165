import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { testSigningKeys } from '../setup/server.ts';

const root = path.resolve(import.meta.dirname, '../..');
const startLimitMs = 90_000;

export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Everything that it has written so far. */
  output: () => string;
  /** Sends the signal and waits for the end; the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

const running = new Set<ChildProcess>();

/** Ends what a failed test has left behind. */
export async function endProcesses(): Promise<void> {
  const ends = [...running].map((child) => once(child, 'exit'));
  for (const child of running) child.kill('SIGKILL');
  await Promise.all(ends);
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  output: () => string;
}

/**
 * Runs the server as an operator does, with nothing in its environment but this, and these words behind its name. It
 * has to be built (test/setup/build-server.ts).
 */
export function launch(environment: Record<string, string>, words: readonly string[] = []): Started {
  const child = spawn(process.execPath, ['dist/main.js', ...words], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      SAMPLE_DATA: 'false',
      JWT_KEYS: `${testSigningKeys[0].id}:${testSigningKeys[0].secret}`,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const chunks: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal);
    });
  });
  return { child, ended, output: () => chunks.join('') };
}

/** Runs the server and waits until its greeting says where it is. */
export async function startProcess(
  environment: Record<string, string>,
  words: readonly string[] = [],
): Promise<ServerProcess> {
  const started = launch(environment, words);
  const [, url] = await greeted(started, /GraphQL\s+(http\S+)\/graphql/);
  return { ...endable(started), url: url! };
}

/** A process that only works on jobs. */
export type WorkerProcess = Omit<ServerProcess, 'url'>;

/** Runs a worker and waits until it greets. */
export async function startWorkerProcess(environment: Record<string, string>): Promise<WorkerProcess> {
  const started = launch(environment, ['--role', 'worker']);
  await greeted(started, /Order management worker[^]*Database/);
  return endable(started);
}

const endable = (started: Started): WorkerProcess => ({
  ...started,
  end(signal) {
    started.child.kill(signal);
    return started.ended;
  },
});

function greeted({ child, ended, output }: Started, greeting: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      // Left alone it might still start, and hold the port of the one that is started in its place.
      child.kill('SIGKILL');
      reject(new Error(`It did not start:\n${output()}`));
    }, startLimitMs);
    const look = (): void => {
      const found = greeting.exec(output());
      if (!found) return;
      clearTimeout(limit);
      resolve(found);
    };
    child.stdout!.on('data', look);
    void ended.then((code) => {
      clearTimeout(limit);
      reject(new Error(`It ended with ${code}:\n${output()}`));
    });
  });
}
