import { Counter, type Registry } from 'prom-client';
import { gaugeOf } from './read-at-scrape.ts';

/** What the admission of operations counts by itself. */
interface AdmissionSource {
  readonly refused: Readonly<Record<string, number>>;
  readonly gauges: { readonly inFlight: number; readonly waiting: number };
}

const nothing: AdmissionSource = { refused: {}, gauges: { inFlight: 0, waiting: 0 } };

export class AdmissionMetrics {
  private source = nothing;

  constructor(registry: Registry) {
    const current = (): AdmissionSource => this.source;
    registry.registerMetric(
      new Counter({
        name: 'orders_operations_refused_total',
        help: 'Operations that were refused with OVERLOADED, by transport (`http` or `socket`).',
        labelNames: ['transport'],
        registers: [],
        collect() {
          this.reset();
          for (const [transport, count] of Object.entries(current().refused)) this.inc({ transport }, count);
        },
      }),
    );
    gaugeOf(
      registry,
      'orders_operations_in_flight',
      'Queries and mutations that the server is working on, over HTTP and sockets.',
      () => this.source.gauges.inFlight,
    );
    gaugeOf(
      registry,
      'orders_operations_waiting',
      'Queries and mutations that wait until the server can begin with them.',
      () => this.source.gauges.waiting,
    );
  }

  watch(source: AdmissionSource): void {
    this.source = source;
  }
}
