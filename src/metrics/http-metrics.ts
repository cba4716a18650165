import { Counter, type Registry } from 'prom-client';
import { gaugeOf } from './read-at-scrape.ts';

/** What the server counts by itself, looked up when somebody asks. */
export interface HttpSource {
  socketsOpen(): number;
  requestsInFlight(): number;
}

const nothing: HttpSource = { socketsOpen: () => 0, requestsInFlight: () => 0 };

export class HttpMetrics {
  private readonly responses: Counter;
  private source = nothing;

  constructor(registry: Registry) {
    this.responses = new Counter({
      name: 'orders_http_responses_total',
      help: 'HTTP responses by route (`none` for addresses that there are not) and status.',
      labelNames: ['route', 'status'],
      registers: [registry],
    });
    gaugeOf(registry, 'orders_sockets_open', 'WebSockets that are open on this server.', () =>
      this.source.socketsOpen(),
    );
    gaugeOf(
      registry,
      'orders_http_requests_in_flight',
      'HTTP requests that have no answer yet; sockets are none.',
      () => this.source.requestsInFlight(),
    );
  }

  watch(source: HttpSource): void {
    this.source = source;
  }

  answered(route: string | undefined, status: number): void {
    this.responses.inc({ route: route ?? 'none', status });
  }
}
