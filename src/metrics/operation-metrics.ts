import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import { getOperationAST, type DocumentNode, type GraphQLFormattedError } from 'graphql';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { OperationObserver, WatchedOperation } from '../graphql/operation-observer.ts';
import type { RequestContext } from '../graphql/context.ts';
import { errorCatalogue } from '../shared/error-catalogue.ts';
import { rootOf, type RootOperation } from './root-operation.ts';

/** Whatever else a plugin or a library may send: nobody outside chooses the label of a series. */
const otherCode = 'OTHER';
const knownCodes: ReadonlySet<unknown> = new Set([
  ...Object.keys(errorCatalogue),
  ...Object.values(ApolloServerErrorCode),
]);
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A request that was refused before it was known what it asks for. */
const unknown: RootOperation = { type: 'none', field: 'none', fieldOf: () => 'none' };

/** Requests and errors by operation, the same over HTTP and over sockets. */
export class OperationMetrics implements OperationObserver {
  readonly requests: Counter;
  readonly errors: Counter;
  readonly duration: Histogram;
  readonly subscriptions: Gauge;
  readonly eventsSent: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.requests = new Counter({
      name: 'orders_graphql_requests_total',
      help: 'GraphQL requests over HTTP and sockets, by operation type and root field (`several` where there are more, `none` where the request is not valid); a subscription counts when it begins.',
      labelNames: ['type', 'field', 'outcome'],
      registers,
    });
    this.errors = new Counter({
      name: 'orders_graphql_errors_total',
      help: 'Errors in `errors` of GraphQL answers, by root field and code of docs/errors.md.',
      labelNames: ['type', 'field', 'code'],
      registers,
    });
    this.duration = new Histogram({
      name: 'orders_graphql_request_duration_seconds',
      help: 'Time from the request to its answer; of a subscription until it has begun.',
      labelNames: ['type', 'field'],
      buckets: durationBuckets,
      registers,
    });
    this.subscriptions = new Gauge({
      name: 'orders_subscriptions_active',
      help: 'Subscriptions that are open on this server.',
      labelNames: ['field'],
      registers,
    });
    this.eventsSent = new Counter({
      name: 'orders_subscription_events_sent_total',
      help: 'Events that were sent to subscribers.',
      labelNames: ['field'],
      registers,
    });
  }

  begin(): WatchedOperation {
    return new OperationWatch(this);
  }

  countErrors(root: RootOperation, errors: readonly GraphQLFormattedError[]): void {
    for (const { path, extensions } of errors) {
      const code = extensions?.['code'];
      this.errors.inc({
        type: root.type,
        field: root.fieldOf(path?.[0]),
        code: knownCodes.has(code) ? String(code) : otherCode,
      });
    }
  }
}

class OperationWatch implements WatchedOperation {
  private readonly startedAt = performance.now();
  private root = unknown;
  private isSubscribed = false;

  constructor(private readonly metrics: OperationMetrics) {}

  asked(document: DocumentNode, operationName: string | null | undefined): void {
    const operation = getOperationAST(document, operationName);
    if (operation) this.root = rootOf(document, operation);
  }

  subscribed(): void {
    this.isSubscribed = true;
    this.count('ok');
    this.metrics.subscriptions.inc({ field: this.root.field });
  }

  answered(errors: readonly GraphQLFormattedError[] = []): void {
    if (this.isSubscribed) this.metrics.eventsSent.inc({ field: this.root.field });
    else this.count(errors.length > 0 ? 'error' : 'ok');
    this.metrics.countErrors(this.root, errors);
  }

  ended(): void {
    if (!this.isSubscribed) return;
    this.isSubscribed = false;
    this.metrics.subscriptions.dec({ field: this.root.field });
  }

  private count(outcome: 'ok' | 'error'): void {
    const { type, field } = this.root;
    this.metrics.requests.inc({ type, field, outcome });
    this.metrics.duration.observe({ type, field }, (performance.now() - this.startedAt) / 1_000);
  }
}

/** Watches requests over HTTP. With hooks for resolvers Apollo would wrap every field of the schema. */
export function operationPlugin(observer: OperationObserver): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const watched = observer.begin();
      return {
        // Asked only of an operation that nothing has refused: what is not valid would name series as it likes.
        async responseForOperation({ document, operationName }) {
          watched.asked(document, operationName);
          return null;
        },
        async willSendResponse({ response }) {
          const { body } = response;
          watched.answered(body.kind === 'single' ? body.singleResult.errors : body.initialResult.errors);
        },
      };
    },
  };
}
