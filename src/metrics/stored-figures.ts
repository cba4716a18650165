import { Gauge } from 'prom-client';
import type { EventLog } from '../history/event-log.ts';
import { readRequestFigures, readTaskFigures } from '../jobs/job-figures.repository.ts';
import type { StoredFigures } from './stored-metrics.ts';

const unregistered = { registers: [] };

/** The queue of jobs. It is one for all servers, so each of them tells the same. */
export function jobFigures(): StoredFigures {
  const jobs = new Gauge({
    name: 'orders_jobs',
    help: 'Jobs in the queue by task and state: `queued` (due), `scheduled` (for later), `retrying` (failed, tried again later), `running`, `exhausted` (failed for good). The queue is one for all servers.',
    labelNames: ['task', 'state'],
    ...unregistered,
  });
  const oldestJob = new Gauge({
    name: 'orders_jobs_oldest_age_seconds',
    help: 'How long the oldest job of a task has been due without being taken.',
    labelNames: ['task'],
    ...unregistered,
  });
  const requests = new Gauge({
    name: 'orders_job_requests',
    help: 'Jobs that commands have asked for and no worker has moved into the queue yet.',
    ...unregistered,
  });
  const oldestRequest = new Gauge({
    name: 'orders_job_requests_oldest_age_seconds',
    help: 'How long the oldest of `orders_job_requests` has waited; more than some seconds means that no worker runs.',
    ...unregistered,
  });
  return {
    gauges: [jobs, oldestJob, requests, oldestRequest],
    async refresh(read) {
      const tasks = await readTaskFigures(read);
      const waiting = await readRequestFigures(read);
      jobs.reset();
      oldestJob.reset();
      for (const { task, oldestSeconds, queued, scheduled, retrying, running, exhausted } of tasks) {
        const states = { queued, scheduled, retrying, running, exhausted };
        for (const [state, count] of Object.entries(states)) jobs.set({ task, state }, count);
        oldestJob.set({ task }, oldestSeconds);
      }
      requests.set(waiting.count);
      oldestRequest.set(waiting.oldestSeconds);
    },
  };
}

/** How far this process is behind the database. */
export function logFigures(eventLog: Pick<EventLog, 'lag'>): StoredFigures {
  const events = new Gauge({
    name: 'orders_event_log_lag_events',
    help: 'Events that are committed and that the reader of this process has not read yet; 10,000 stands for more.',
    ...unregistered,
  });
  const seconds = new Gauge({
    name: 'orders_event_log_lag_seconds',
    help: 'Age of the oldest event that is committed and not read yet; 0 without any.',
    ...unregistered,
  });
  return {
    gauges: [events, seconds],
    async refresh() {
      const lag = await eventLog.lag();
      events.set(lag.events);
      seconds.set(lag.seconds);
    },
  };
}
