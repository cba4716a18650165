/** A process that uses an embedded server until its standard input says "stop". Speaks JSON, one line a message. */
import { createInterface } from 'node:readline';
import { startEmbeddedPostgres } from '../../src/db/embedded/start.ts';

function say(message: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

try {
  const server = await startEmbeddedPostgres({
    dataDirectory: process.argv[2]!,
    durable: process.argv[3] === 'durable',
    log: (message) => say({ log: message }),
  });
  say({
    ready: { url: server.url, port: server.port, pid: server.pid, dataDirectory: server.dataDirectory },
  });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line !== 'stop') continue;
    await server.stop();
    say({ stopped: true });
    break;
  }
  process.exit();
} catch (error) {
  say({ failed: (error as Error).message });
  process.exit(1);
}
