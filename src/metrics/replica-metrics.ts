import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReplicaStatistics } from '../db/replicas/replicas.ts';
import { counterOf } from './read-at-scrape.ts';

/** Where queries are read from, and what the replicas are like, as this process sees it. */
export function watchReplicas(registry: Registry, statistics: () => ReplicaStatistics): void {
  registry.registerMetric(
    new Counter({
      name: 'orders_replica_queries_total',
      help: 'Queries by what they were read from, where there are replicas: one of them, or the primary because none of them could be.',
      labelNames: ['source'],
      registers: [],
      collect() {
        const { fromReplicas, fromPrimary } = statistics();
        this.reset();
        this.inc({ source: 'replica' }, fromReplicas);
        this.inc({ source: 'primary' }, fromPrimary);
      },
    }),
  );
  counterOf(
    registry,
    'orders_replica_repeated_reads_total',
    'Reads that failed at a replica and were repeated at the primary.',
    () => statistics().repeated,
  );
  counterOf(
    registry,
    'orders_replica_write_wait_seconds_total',
    'How long answers to mutations have waited until the replicas showed what was written.',
    () => statistics().waitedMs / 1_000,
  );
  replicaGauge('orders_replica_in_use', 'Whether the replica is read.', ({ isInUse }) => Number(isInUse));
  replicaGauge(
    'orders_replica_lag_seconds',
    'How long ago the replica surely showed everything; it grows when the replica does not answer.',
    ({ lagMs }) => lagMs / 1_000,
  );

  function replicaGauge(
    name: string,
    help: string,
    read: (state: ReplicaStatistics['replicas'][number]) => number,
  ): void {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['replica'],
        registers: [],
        collect() {
          this.reset();
          for (const state of statistics().replicas) this.set({ replica: state.name }, read(state));
        },
      }),
    );
  }
}
