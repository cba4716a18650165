import { Agent, request as httpRequest } from 'node:http';
import { BenchError } from './arguments.ts';

export interface BenchRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const requestTimeoutMs = 30_000;

/** Sends one request over a kept connection, and reads the whole answer. */
export function send(agent: Agent, { url, method, headers, body }: BenchRequest): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { agent, method, headers, timeout: requestTimeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200) resolve(answer);
        else
          reject(
            new BenchError(`${url} answered ${response.statusCode}: ${answer.toString().slice(0, 500)}`),
          );
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new BenchError(`${url} did not answer in time.`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Sends so many requests, a fixed number at a time, in turn from the list. Returns each one's milliseconds. */
export function sendMany(
  requests: readonly BenchRequest[],
  count: number,
  concurrency: number,
): Promise<number[]> {
  const walks = Array.from({ length: count }, (_, index) => [requests[index % requests.length]!]);
  return sendWalks(walks, concurrency, () => {});
}

/**
 * Sends requests that follow on one another, so many walks at a time. Returns each request's milliseconds; an answer
 * that does not pass ends it.
 */
export async function sendWalks(
  walks: readonly (readonly BenchRequest[])[],
  concurrency: number,
  check: (answer: Buffer) => void,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies: number[] = [];
  const left = walks.values();
  const work = async (): Promise<void> => {
    for (const walk of left) {
      for (const request of walk) {
        const startedAt = performance.now();
        check(await send(agent, request));
        latencies.push(performance.now() - startedAt);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
    return latencies;
  } finally {
    agent.destroy();
  }
}
