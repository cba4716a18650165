import { postgresProcessorMs, processorMs } from './processor-time.ts';

/** One of the two that are measured in turns. */
export interface Side {
  readonly name: string;
  readonly pid: number;
  /** Makes what so many requests need, outside of the measurement. */
  prepare?(count: number, concurrency: number): Promise<void>;
  /** Sends about so many requests, so many at a time; returns the milliseconds of each one that was sent. */
  run(count: number, concurrency: number): Promise<number[]>;
}

export interface Measurement {
  readonly requests: number;
  /** Processor milliseconds a request. */
  readonly serverMs: number;
  readonly postgresMs: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly requestsPerSecond: number;
}

interface Turn {
  readonly serverMs: number;
  readonly postgresMs: number;
  readonly wallMs: number;
  readonly latencies: readonly number[];
}

export interface MeasureOptions {
  readonly concurrency: number;
  readonly rounds: number;
  /** How long one turn is to take, about. */
  readonly turnMs: number;
  readonly postmaster: number;
  /** Of each side before the first turn; four seconds if left out. */
  readonly warmUpMs: number;
}

/** Long enough for the compiler to be done with the code and for PostgreSQL to keep its general plans. */
const leastRequests = 20;
const mostRequests = 50_000;

/** Measures the sides in turns, A B, B A and so on, so that what else the machine does meets all of them alike. */
export async function measureInTurns(
  sides: readonly Side[],
  options: MeasureOptions,
): Promise<Measurement[]> {
  const counts: number[] = [];
  for (const side of sides) counts.push(await warmUp(side, options));
  const turns: Turn[][] = sides.map(() => []);
  for (let round = 0; round < options.rounds; round += 1) {
    const order = sides.map((_, index) => (round % 2 === 0 ? index : sides.length - 1 - index));
    for (const index of order) {
      turns[index]!.push(await takeTurn(sides[index]!, counts[index]!, options));
    }
  }
  return turns.map(summarise);
}

/** Warms a side up, and finds out how many requests make a turn. */
async function warmUp(side: Side, { concurrency, turnMs, warmUpMs }: MeasureOptions): Promise<number> {
  const startedAt = performance.now();
  let count = leastRequests;
  let requestMs = 0;
  for (let attempt = 0; attempt < 1_000 && performance.now() - startedAt < warmUpMs; attempt += 1) {
    await side.prepare?.(count, concurrency);
    const attemptedAt = performance.now();
    const sent = await side.run(count, concurrency);
    requestMs = (performance.now() - attemptedAt) / sent.length;
    count = clamp(500 / requestMs);
  }
  return clamp(turnMs / requestMs);
}

function clamp(count: number): number {
  return Math.min(Math.max(Math.round(count), leastRequests), mostRequests);
}

async function takeTurn(
  side: Side,
  count: number,
  { concurrency, postmaster }: MeasureOptions,
): Promise<Turn> {
  const { pid } = side;
  await side.prepare?.(count, concurrency);
  const [server, database, startedAt] = [
    processorMs(pid),
    postgresProcessorMs(postmaster),
    performance.now(),
  ];
  const latencies = await side.run(count, concurrency);
  return {
    wallMs: performance.now() - startedAt,
    serverMs: processorMs(pid) - server,
    postgresMs: postgresProcessorMs(postmaster) - database,
    latencies,
  };
}

function summarise(turns: readonly Turn[]): Measurement {
  const latencies = turns.flatMap((turn) => turn.latencies).sort((one, other) => one - other);
  const requests = latencies.length;
  const sum = (value: (turn: Turn) => number): number =>
    turns.reduce((total, turn) => total + value(turn), 0);
  const percentile = (share: number): number => latencies[Math.floor((requests - 1) * share)]!;
  return {
    requests,
    serverMs: sum((turn) => turn.serverMs) / requests,
    postgresMs: sum((turn) => turn.postgresMs) / requests,
    latencyP50Ms: percentile(0.5),
    latencyP99Ms: percentile(0.99),
    requestsPerSecond: (requests * 1000) / sum((turn) => turn.wallMs),
  };
}
