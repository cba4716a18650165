import { Counter, Histogram, type Registry } from 'prom-client';
import type { JobObserver } from '../jobs/job-services.ts';

const durationBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300];

/** The runs of jobs in this process. What waits in the queue is the same for all of them: see stored-metrics.ts. */
export class JobMetrics implements JobObserver {
  private readonly runs: Counter;
  private readonly durations: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.runs = new Counter({
      name: 'orders_job_runs_total',
      help: 'Attempts at jobs in this process, by task and outcome: `succeeded` or `failed`.',
      labelNames: ['task', 'outcome'],
      registers,
    });
    this.durations = new Histogram({
      name: 'orders_job_duration_seconds',
      help: 'Time of one attempt at a job.',
      labelNames: ['task'],
      buckets: durationBuckets,
      registers,
    });
  }

  jobEnded(task: string, durationMs: number, isSuccess: boolean): void {
    this.runs.inc({ task, outcome: isSuccess ? 'succeeded' : 'failed' });
    this.durations.observe({ task }, durationMs / 1_000);
  }
}
