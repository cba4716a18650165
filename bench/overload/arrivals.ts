import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from '../arguments.ts';
import type { BenchRequest } from '../load.ts';

/** What came of the requests of some seconds. */
export interface Phase {
  /** Milliseconds of those that were done, from the moment that they should have been sent. */
  readonly accepted: number[];
  /** Of those that were refused with 503 and Retry-After. */
  readonly refused: number[];
  readonly seconds: number;
  /** Those of the accepted that placed an order. */
  readonly writes: number;
}

const answerTimeoutMs = 30_000;

/** So many clients, each of which sends its next request when it has its answer. */
export async function inTurn(
  requests: readonly BenchRequest[],
  clients: number,
  seconds: number,
): Promise<Phase> {
  const load = new Load(requests);
  const endsAt = performance.now() + seconds * 1_000;
  const work = async (): Promise<void> => {
    while (performance.now() < endsAt) await load.one(performance.now());
  };
  await Promise.all(Array.from({ length: clients }, work));
  return load.end(seconds);
}

/** Requests that come at random moments, whether those before are answered or not. */
export async function openLoop(
  requests: readonly BenchRequest[],
  perSecond: number,
  seconds: number,
): Promise<Phase> {
  const load = new Load(requests);
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let failure: unknown;
  let dueMs = startedAt;
  for (;;) {
    // Gaps of independent arrivals.
    dueMs += (-Math.log(1 - Math.random()) * 1_000) / perSecond;
    if (dueMs - startedAt > seconds * 1_000) break;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    if (failure) throw failure;
    const one = load.one(dueMs).catch((error: unknown) => {
      failure = error;
    });
    underWay.add(one);
    void one.then(() => underWay.delete(one));
  }
  await Promise.all(underWay);
  if (failure) throw failure;
  return load.end(seconds);
}

let sent = 0;

class Load {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly accepted: number[] = [];
  private readonly refused: number[] = [];
  private writes = 0;

  constructor(private readonly requests: readonly BenchRequest[]) {}

  async one(dueMs: number): Promise<void> {
    const request = this.requests[(sent += 1) % this.requests.length]!;
    const { status, retryAfter, body } = await answerTo(this.agent, request);
    const tookMs = performance.now() - dueMs;
    if (status === 503 && Number(retryAfter) > 0) this.refused.push(tookMs);
    else if (status === 200 && !body.includes('"errors":') && !body.includes('"userErrors":[{')) {
      this.accepted.push(tookMs);
      if (body.includes('"createOrder":{"order":{')) this.writes += 1;
    } else throw new BenchError(`${status}: ${body.toString().slice(0, 500)}`);
  }

  end(seconds: number): Phase {
    this.agent.destroy();
    const { accepted, refused, writes } = this;
    return { accepted, refused, writes, seconds };
  }
}

interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

function answerTo(agent: Agent, { url, method, headers, body }: BenchRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { agent, method, headers, timeout: answerTimeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          retryAfter: response.headers['retry-after'],
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new BenchError(`${url} did not answer in time.`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
