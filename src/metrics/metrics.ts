import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Database } from '../db/driver/database.ts';
import { noReplicas, type Replicas } from '../db/replicas/replicas.ts';
import type { EventLog } from '../history/event-log.ts';
import { AdmissionMetrics } from './admission-metrics.ts';
import { CommandMetrics } from './command-metrics.ts';
import { DatabaseMetrics } from './database-metrics.ts';
import { watchEventLog } from './event-log-metrics.ts';
import { HttpMetrics } from './http-metrics.ts';
import { JobMetrics } from './job-metrics.ts';
import { OperationMetrics } from './operation-metrics.ts';
import { watchReplicas } from './replica-metrics.ts';
import { jobFigures, logFigures, webhookFigures } from './stored-figures.ts';
import { StoredMetrics } from './stored-metrics.ts';

/**
 * The metrics of one process. Layers below know nothing of them: they tell an observer, or have statistics that are
 * looked up when somebody asks.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly contentType = this.registry.contentType;
  readonly operations = new OperationMetrics(this.registry);
  readonly commands = new CommandMetrics(this.registry);
  readonly database = new DatabaseMetrics(this.registry);
  readonly http = new HttpMetrics(this.registry);
  readonly admission = new AdmissionMetrics(this.registry);
  readonly jobs = new JobMetrics(this.registry);
  private stored: StoredMetrics | undefined;

  /** What the database and its log are like; a process that only works on jobs reads no log. */
  watch(database: Database, eventLog?: EventLog, replicas?: Replicas<unknown>): void {
    this.database.watchPool(() => database.statistics());
    if (eventLog) watchReplicas(this.registry, () => replicas?.statistics() ?? noReplicas);
    if (eventLog) watchEventLog(this.registry, () => eventLog.statistics());
    const figures = [jobFigures(), webhookFigures(), ...(eventLog ? [logFigures(eventLog)] : [])];
    this.stored = new StoredMetrics(this.registry, database.read, figures);
  }

  /** What Node tells of the process, and which version runs. Once a process. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
    const labels = { version: packageVersion(), node: process.version };
    const build = new Gauge({
      name: 'orders_build_info',
      help: 'Always 1; its labels say which version runs, and on which Node.',
      labelNames: Object.keys(labels),
      registers: [this.registry],
    });
    build.set(labels, 1);
  }

  /** The metrics as Prometheus reads them. */
  async text(): Promise<string> {
    await this.stored?.refresh();
    return this.registry.metrics();
  }
}

/** The file lies two folders up, of the source as of the build. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
