import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, type Registry } from 'prom-client';
import type { Executor } from '../db/driver/database.ts';

/** Whoever asks more often is shown the same again. */
const keptMs = 1_000;
/** A scrape answers within its own limit of time, also with the database away. */
const answerTimeoutMs = 2_000;

/** Gauges whose values are in the database, and how they are read from there. */
export interface StoredFigures {
  readonly gauges: readonly Gauge[];
  refresh(read: Executor): Promise<void>;
}

/**
 * What only the database knows, read when somebody asks for the metrics. With the database away these gauges are
 * left out, rather than shown as they were, and `orders_database_up` is 0.
 */
export class StoredMetrics {
  private readonly up: Gauge;
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(
    registry: Registry,
    private readonly read: Executor,
    private readonly figures: readonly StoredFigures[],
  ) {
    this.up = new Gauge({
      name: 'orders_database_up',
      help: 'Whether the database answered this process within two seconds when the metrics were read.',
      registers: [registry],
    });
    for (const gauge of this.gauges()) registry.registerMetric(gauge);
  }

  /** Never fails, and returns in time. */
  async refresh(): Promise<void> {
    if (performance.now() - this.readAt < keptMs) return;
    // One at a time: where the database is slow, asking twice makes it slower.
    this.reading ??= this.readAll().finally(() => (this.reading = undefined));
    const isRead = await succeedsWithin(this.reading, answerTimeoutMs);
    if (isRead) return;
    this.up.set(0);
    for (const gauge of this.gauges()) forget(gauge);
  }

  private async readAll(): Promise<void> {
    for (const each of this.figures) await each.refresh(this.read);
    this.readAt = performance.now();
    this.up.set(1);
  }

  private gauges(): readonly Gauge[] {
    return this.figures.flatMap(({ gauges }) => gauges);
  }
}

async function succeedsWithin(work: Promise<void>, limitMs: number): Promise<boolean> {
  const limit = new AbortController();
  const late = sleep(limitMs, false, { ref: false, signal: limit.signal }).catch(() => false);
  const inTime = await Promise.race([work.then(() => true).catch(() => false), late]);
  limit.abort();
  return inTime;
}

/** Resetting a gauge without labels would show 0, which is not the same as not knowing. */
function forget(gauge: Gauge): void {
  gauge.reset();
  gauge.remove({});
}
