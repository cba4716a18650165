import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DatabaseStatistics } from '../db/driver/database.ts';
import type { DatabaseObserver } from '../db/driver/observer.ts';
import { postgresFailure } from '../db/pg-errors.ts';
import { counterOf, gaugeOf } from './read-at-scrape.ts';

const statementBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15];
const waitBuckets = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
/** What the table of stock levels holds against overselling, whatever the code does. */
const neverOversold = 'stock_levels_never_oversold';

/** How long statements take; never which, as their texts would make a series each. */
export class DatabaseMetrics implements DatabaseObserver {
  private readonly statements: Histogram;
  private readonly statementErrors: Counter;
  private readonly transactions: Histogram;
  private readonly waits: Histogram;
  private readonly oversellIncidents: Counter;

  constructor(private readonly registry: Registry) {
    const registers = [registry];
    this.statements = new Histogram({
      name: 'orders_sql_statement_duration_seconds',
      help: 'Time of one SQL statement, from when it was sent until it was answered.',
      buckets: statementBuckets,
      registers,
    });
    this.statementErrors = new Counter({
      name: 'orders_sql_errors_total',
      help: 'SQL statements that failed, by SQLSTATE; `none` where no answer came.',
      labelNames: ['sqlstate'],
      registers,
    });
    this.transactions = new Histogram({
      name: 'orders_sql_transaction_duration_seconds',
      help: 'Time of one transaction with its wait for a connection and its repetitions; a refused command is rolled back.',
      labelNames: ['outcome'],
      buckets: statementBuckets,
      registers,
    });
    this.waits = new Histogram({
      name: 'orders_database_pool_wait_seconds',
      help: 'How long units of work waited for a connection of the pool.',
      buckets: waitBuckets,
      registers,
    });
    this.oversellIncidents = new Counter({
      name: 'orders_oversell_incidents_total',
      help: 'Statements that would have oversold and were stopped by nothing but the constraint of the table. Must be 0: a command has a fault.',
      registers,
    });
  }

  statement(durationMs: number, error?: unknown): void {
    this.statements.observe(durationMs / 1_000);
    if (error === undefined) return;
    const failure = postgresFailure(error);
    this.statementErrors.inc({ sqlstate: failure?.code ?? 'none' });
    if (failure?.constraint === neverOversold) this.oversellIncidents.inc();
  }

  transaction(durationMs: number, isCommitted: boolean): void {
    this.transactions.observe({ outcome: isCommitted ? 'committed' : 'rolled_back' }, durationMs / 1_000);
  }

  connectionWait(durationMs: number): void {
    this.waits.observe(durationMs / 1_000);
  }

  watchPool(statistics: () => DatabaseStatistics): void {
    const { registry } = this;
    registry.registerMetric(
      new Gauge({
        name: 'orders_database_pool_connections',
        help: 'Connections of the pool by state; those that are opened now are none yet.',
        labelNames: ['state'],
        registers: [],
        collect() {
          const { idle, inUse, opening } = statistics();
          this.set({ state: 'idle' }, idle);
          this.set({ state: 'in_use' }, inUse);
          this.set({ state: 'opening' }, opening);
        },
      }),
    );
    gaugeOf(
      registry,
      'orders_database_pool_size',
      'Connections that the pool may have at most.',
      () => statistics().size,
    );
    gaugeOf(
      registry,
      'orders_database_pool_waiting',
      'Units of work that wait for a connection.',
      () => statistics().waiting,
    );
    const counters = {
      opened: 'Connections that were opened.',
      lost: 'Connections that broke.',
      retired: 'Connections that were closed because of their age.',
      workTimedOut: 'Units of work that were cut off at their limit of time.',
      acquireTimedOut: 'Units of work that no connection became free for in time.',
      repeatedTransactions: 'Transactions that were run once more, after a deadlock or the like.',
    } as const;
    for (const [key, help] of Object.entries(counters) as [keyof typeof counters, string][]) {
      counterOf(registry, counterNames[key], help, () => statistics()[key]);
    }
  }
}

const counterNames = {
  opened: 'orders_database_connections_opened_total',
  lost: 'orders_database_connections_lost_total',
  retired: 'orders_database_connections_retired_total',
  workTimedOut: 'orders_database_work_timeouts_total',
  acquireTimedOut: 'orders_database_pool_timeouts_total',
  repeatedTransactions: 'orders_database_transactions_repeated_total',
} as const;
