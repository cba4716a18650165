import 'reflect-metadata'; // type-graphql's decorators look for it, so it comes before every resolver
import type { GraphQLSchema } from 'graphql';
import type { NonEmptyArray } from 'type-graphql';
import type { Logger } from 'pino';
import type { Viewer } from './auth/actor.ts';
import { SessionService } from './auth/session-service.ts';
import { createTokenSigner, type SigningKey } from './auth/token.ts';
import {
  ProductPayloadResolver,
  ProductResolver,
  OrderItemVariantResolver,
  ProductVariantResolver,
} from './catalog/catalog.resolver.ts';
import { CustomerResolver } from './customers/customer.resolver.ts';
import type { Database } from './db/driver/database.ts';
import { fulfillmentStatus, orderStatus, returnStatus } from './db/tables/enumerations.ts';
import * as fulfillmentFields from './fulfillments/fulfillment-fields.resolver.ts';
import * as fulfillmentHandling from './fulfillments/fulfillment-handling.resolver.ts';
import { FulfillmentResolver } from './fulfillments/fulfillment.resolver.ts';
import { FulfillmentSubscriptionResolver } from './fulfillments/fulfillment.subscription.ts';
import { fulfillmentWorkflow } from './fulfillments/fulfillment.workflow.ts';
import { buildSchema } from './graphql/build-schema.ts';
import type { Services } from './graphql/context.ts';
import { EventLog } from './history/event-log.ts';
import {
  NotePayloadResolver,
  NoteResolver,
  OrderNotesResolver,
  VersionConflictNoteResolver,
} from './notes/note.resolver.ts';
import * as orderFields from './orders/order-fields.resolver.ts';
import { OrderResolver } from './orders/order.resolver.ts';
import { OrderStepsResolver } from './orders/order-steps.resolver.ts';
import { orderFollowsFulfillments, orderWorkflow } from './orders/order.workflow.ts';
import * as pricing from './pricing/pricing.resolver.ts';
import * as reservationHandling from './reservations/reservation-handling.resolver.ts';
import { OrderReservationsResolver, ReservationResolver } from './reservations/reservation.resolver.ts';
import * as stockLedger from './stock/stock-ledger.resolver.ts';
import * as returnResolvers from './returns/return.resolver.ts';
import { orderFollowsReturn, returnWorkflow } from './returns/return.workflow.ts';
import { StockLevelsPayloadResolver, StockResolver } from './stock/stock.resolver.ts';
import { SessionResolver, UserResolver } from './users/user.resolver.ts';
import { unreachableStatuses } from './write/workflow.ts';

/** Every resolver; whatever is not here is not in the API. */
export const resolvers: NonEmptyArray<Function> = [
  OrderResolver,
  OrderStepsResolver,
  ...Object.values(orderFields),
  FulfillmentResolver,
  fulfillmentHandling.FulfillmentHandlingResolver,
  fulfillmentHandling.ReportShortPickPayloadResolver,
  fulfillmentHandling.CreateFulfillmentPayloadResolver,
  ...Object.values(fulfillmentFields),
  FulfillmentSubscriptionResolver,
  ReservationResolver,
  OrderReservationsResolver,
  reservationHandling.ReservationHandlingResolver,
  reservationHandling.ReservationPayloadResolver,
  reservationHandling.OrderReservationsPayloadResolver,
  NoteResolver,
  OrderNotesResolver,
  NotePayloadResolver,
  VersionConflictNoteResolver,
  ...Object.values(returnResolvers),
  StockResolver,
  StockLevelsPayloadResolver,
  ...Object.values(stockLedger),
  ProductResolver,
  ProductVariantResolver,
  OrderItemVariantResolver,
  ProductPayloadResolver,
  CustomerResolver,
  ...Object.values(pricing),
  UserResolver,
  SessionResolver,
];

export interface App {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly log: Logger;
  verifyToken(token: string): Viewer | null;
  close(): Promise<void>;
}

/** Puts the parts together over an open, migrated database. */
export async function createApp(options: {
  database: Database;
  signingKeys: readonly [SigningKey, ...SigningKey[]];
  log: Logger;
}): Promise<App> {
  checkWorkflows();
  const { database, log } = options;
  const signer = createTokenSigner(options.signingKeys);
  const eventLog = await EventLog.open(database, log);
  const services: Services = {
    database,
    eventLog,
    sessions: new SessionService(database, signer),
    wakeListeners: () => eventLog.wakeListeners(),
  };
  return {
    schema: buildSchema(resolvers),
    services,
    log,
    verifyToken: (token) => signer.verify(token),
    async close() {
      await eventLog.close();
      await database.close();
    },
  };
}

/** A status that nothing leads to is a mistake in a table, found here and not by a customer. */
function checkWorkflows(): void {
  // What refunds lead to comes with their command.
  const later = ['refunded'];
  const orderSteps = [
    ...Object.values(orderWorkflow).flat(),
    ...orderFollowsFulfillments,
    ...Object.values(orderFollowsReturn),
  ];
  const unreachable = [
    ...unreachableStatuses(orderSteps, 'pending', orderStatus.enumValues).filter(
      (status) => !later.includes(status),
    ),
    ...unreachableStatuses(
      Object.values(fulfillmentWorkflow).flat(),
      'pending',
      fulfillmentStatus.enumValues,
    ),
    ...unreachableStatuses(Object.values(returnWorkflow).flat(), 'requested', returnStatus.enumValues).filter(
      (status) => !later.includes(status),
    ),
  ];
  if (unreachable.length > 0) throw new Error(`No transition leads to: ${unreachable.join(', ')}.`);
}
