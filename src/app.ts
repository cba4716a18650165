import 'reflect-metadata'; // type-graphql's decorators look for it, so it comes before every resolver
import type { GraphQLSchema } from 'graphql';
import type { NonEmptyArray } from 'type-graphql';
import type { Logger } from 'pino';
import { Authentication } from './auth/authentication.ts';
import type { IdentityProviderOptions } from './auth/identity-provider.ts';
import { DocumentLinks } from './auth/document-links.ts';
import { SessionService } from './auth/session-service.ts';
import { standingReadLimitMs, Standings } from './auth/standings.ts';
import { createTokenSigner, type SigningKey } from './auth/token.ts';
import {
  ProductPayloadResolver,
  ProductResolver,
  OrderItemVariantResolver,
  ProductVariantResolver,
} from './catalog/catalog.resolver.ts';
import * as catalogEditing from './catalog/catalog-editing.resolver.ts';
import * as customerAdministration from './customers/customer-administration.resolver.ts';
import { CustomerResolver } from './customers/customer.resolver.ts';
import { readHandle, type Database } from './db/driver/database.ts';
import { Replicas, type ReplicasOptions } from './db/replicas/replicas.ts';
import { BulkFulfillmentsResolver } from './fulfillments/bulk-fulfillments.resolver.ts';
import { fulfillmentStatus, orderStatus, returnStatus } from './db/tables/enumerations.ts';
import { FailedJobResolver } from './failed-jobs/failed-job.resolver.ts';
import { FulfillmentDocumentsResolver } from './fulfillments/fulfillment-documents.resolver.ts';
import * as fulfillmentFields from './fulfillments/fulfillment-fields.resolver.ts';
import * as fulfillmentHandling from './fulfillments/fulfillment-handling.resolver.ts';
import { ScanResolver } from './fulfillments/scan.resolver.ts';
import { FulfillmentResolver } from './fulfillments/fulfillment.resolver.ts';
import { FulfillmentSubscriptionResolver } from './fulfillments/fulfillment.subscription.ts';
import { fulfillmentWorkflow } from './fulfillments/fulfillment.workflow.ts';
import * as figuresResolvers from './figures/figures.resolver.ts';
import { DashboardSubscriptionResolver } from './figures/figures.subscription.ts';
import { buildSchema } from './graphql/build-schema.ts';
import { logFault } from './graphql/format-error.ts';
import type { Services } from './graphql/context.ts';
import { EventLog } from './history/event-log.ts';
import type { LogMark } from './history/log-place.ts';
import { wakeUpsOfDatabase } from './history/wake-ups.ts';
import {
  NotePayloadResolver,
  NoteResolver,
  OrderNotesResolver,
  VersionConflictNoteResolver,
} from './notes/note.resolver.ts';
import * as orderFields from './orders/order-fields.resolver.ts';
import { BulkOrderResultResolver, BulkOrdersResolver } from './orders/bulk-orders.resolver.ts';
import { OrderHistoryResolver } from './orders/order-history.resolver.ts';
import { OrderResolver } from './orders/order.resolver.ts';
import { OrderSubscriptionResolver } from './orders/order.subscription.ts';
import { OrderStepsResolver } from './orders/order-steps.resolver.ts';
import * as timeline from './orders/timeline.resolver.ts';
import { orderFollowsFulfillments, orderWorkflow, tillSale } from './orders/order.workflow.ts';
import * as pricing from './pricing/pricing.resolver.ts';
import { createPaymentParts } from './payments/payment-parts.ts';
import * as paymentResolvers from './payments/payment.resolver.ts';
import type { StripeOptions } from './payments/providers/stripe-provider.ts';
import type { StripeWebhook } from './payments/stripe-webhook.ts';
import type { RedisLink } from './redis/redis-link.ts';
import { wakeUpsOfRedis } from './redis/redis-wake-ups.ts';
import * as expiredReservations from './reservations/expired-reservations.resolver.ts';
import * as quoteResolvers from './quotes/quote.resolver.ts';
import * as reservationHandling from './reservations/reservation-handling.resolver.ts';
import { OrderReservationsResolver, ReservationResolver } from './reservations/reservation.resolver.ts';
import * as stockLocation from './stock/location.resolver.ts';
import * as stockLedger from './stock/stock-ledger.resolver.ts';
import * as returnResolvers from './returns/return.resolver.ts';
import { orderFollowsReturn, returnFollowsRefund, returnWorkflow } from './returns/return.workflow.ts';
import { StockLevelsPayloadResolver, StockResolver } from './stock/stock.resolver.ts';
import * as userAdministration from './users/user-administration.resolver.ts';
import { strictWebhookPolicy, type WebhookPolicy } from './shared/webhook-policy.ts';
import { SessionResolver, UserResolver } from './users/user.resolver.ts';
import { Metrics } from './metrics/metrics.ts';
import * as webhookResolvers from './webhooks/webhook.resolver.ts';
import type { WriteServices } from './write/run-command.ts';
import { unreachableStatuses } from './write/workflow.ts';

/** Every resolver; whatever is not here is not in the API. */
export const resolvers: NonEmptyArray<Function> = [
  OrderResolver,
  OrderStepsResolver,
  BulkOrdersResolver,
  BulkOrderResultResolver,
  OrderHistoryResolver,
  OrderSubscriptionResolver,
  ...Object.values(orderFields),
  ...Object.values(timeline),
  FulfillmentResolver,
  fulfillmentHandling.FulfillmentHandlingResolver,
  fulfillmentHandling.ReportShortPickPayloadResolver,
  fulfillmentHandling.CreateFulfillmentPayloadResolver,
  ...Object.values(fulfillmentFields),
  FulfillmentDocumentsResolver,
  BulkFulfillmentsResolver,
  FulfillmentSubscriptionResolver,
  ScanResolver,
  ReservationResolver,
  OrderReservationsResolver,
  reservationHandling.ReservationHandlingResolver,
  reservationHandling.ReservationPayloadResolver,
  reservationHandling.OrderReservationsPayloadResolver,
  ...Object.values(expiredReservations),
  NoteResolver,
  OrderNotesResolver,
  NotePayloadResolver,
  VersionConflictNoteResolver,
  ...Object.values(returnResolvers),
  StockResolver,
  StockLevelsPayloadResolver,
  ...Object.values(stockLedger),
  ...Object.values(stockLocation),
  ...Object.values(paymentResolvers),
  ProductResolver,
  ProductVariantResolver,
  OrderItemVariantResolver,
  ProductPayloadResolver,
  ...Object.values(catalogEditing),
  CustomerResolver,
  ...Object.values(pricing),
  ...Object.values(quoteResolvers),
  ...Object.values(customerAdministration),
  ...Object.values(figuresResolvers),
  DashboardSubscriptionResolver,
  UserResolver,
  ...Object.values(userAdministration),
  SessionResolver,
  FailedJobResolver,
  ...Object.values(webhookResolvers),
];

export interface App {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Undefined where Stripe is not configured. */
  readonly stripeWebhook: StripeWebhook | undefined;
  /** What servers share, where there is a Redis. */
  readonly redis: RedisLink | undefined;
  readonly authentication: Authentication;
  close(): Promise<void>;
}

/** Which replicas there are, and how old what they show may be. */
export type ReplicaSettings = Omit<ReplicasOptions<LogMark>, 'primary' | 'log' | 'mark'>;

/** Puts the parts together over an open, migrated database. */
export async function createApp(options: {
  database: Database;
  signingKeys: readonly [SigningKey, ...SigningKey[]];
  /** Whose tokens are accepted beside our own. */
  identityProvider?: IdentityProviderOptions | undefined;
  log: Logger;
  stripe?: StripeOptions | undefined;
  /** What several servers tell each other through, beside the database; closed with the app. */
  redis?: RedisLink | undefined;
  /** Those that the database tells of its statements; left out, new ones. */
  metrics?: Metrics;
  webhooks?: WebhookPolicy;
  /** Servers that reads of queries may go to; closed with the app. */
  replicas?: ReplicaSettings | undefined;
}): Promise<App> {
  checkWorkflows();
  const { database, log, redis, metrics = new Metrics() } = options;
  const signer = createTokenSigner(options.signingKeys);
  const standings = await Standings.open(
    readHandle((text, parameters, shape) => database.run(text, parameters, shape, standingReadLimitMs)),
  );
  const authentication = new Authentication(signer, standings, {
    read: database.read,
    log,
    identityProvider: options.identityProvider,
  });
  const throughDatabase = wakeUpsOfDatabase(database);
  const openWakeUps = redis ? wakeUpsOfRedis(redis, throughDatabase) : throughDatabase;
  const eventLog = await EventLog.open(database, log, openWakeUps);
  const replicas =
    options.replicas &&
    (await Replicas.open({ ...options.replicas, primary: database, log, mark: () => eventLog.end }));
  metrics.watch(database, eventLog, replicas);
  const writing: WriteServices = {
    database,
    wakeListeners: () => eventLog.wakeListeners(),
    reportFault: (error) => logFault(log, error, 'a part of a bulk mutation failed'),
    commandEnded: metrics.commands.commandEnded,
  };
  const { paymentProviders, stripeWebhook } = createPaymentParts(options.stripe, writing, log);
  const services: Services = {
    ...writing,
    eventLog,
    replicas,
    sessions: new SessionService(database, signer, standings),
    standings,
    documentLinks: new DocumentLinks(options.signingKeys),
    paymentProviders,
    webhookPolicy: options.webhooks ?? strictWebhookPolicy,
  };
  return {
    schema: buildSchema(resolvers),
    services,
    log,
    metrics,
    stripeWebhook,
    redis,
    authentication,
    async close() {
      authentication.close();
      await eventLog.close();
      redis?.close();
      await replicas?.close();
      await database.close();
    },
  };
}

/** A status that nothing leads to is a mistake in a table, found here and not by a customer. */
function checkWorkflows(): void {
  const orderSteps = [
    ...Object.values(orderWorkflow).flat(),
    tillSale,
    ...orderFollowsFulfillments,
    ...Object.values(orderFollowsReturn),
  ];
  const unreachable = [
    ...unreachableStatuses(orderSteps, 'pending', orderStatus.enumValues),
    ...unreachableStatuses(
      Object.values(fulfillmentWorkflow).flat(),
      'pending',
      fulfillmentStatus.enumValues,
    ),
    ...unreachableStatuses(
      [...Object.values(returnWorkflow).flat(), returnFollowsRefund],
      'requested',
      returnStatus.enumValues,
    ),
  ];
  if (unreachable.length > 0) throw new Error(`No transition leads to: ${unreachable.join(', ')}.`);
}
