import { IsOptional, ValidateNested } from 'class-validator';
import {
  Args,
  ArgsType,
  Authorized,
  Ctx,
  Field,
  FieldResolver,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { Connection } from '../graphql/connection.ts';
import { PageArguments } from '../graphql/connection.type.ts';
import type { Payload, RequestContext } from '../graphql/context.ts';
import { Input } from '../graphql/mutation-input.ts';
import { DateTime } from '../graphql/scalars.ts';
import { VersionConflictError } from '../graphql/user-error.type.ts';
import { orderById } from '../orders/order.loaders.ts';
import { Order } from '../orders/order.type.ts';
import type { VersionConflictError as VersionConflict } from '../shared/errors.ts';
import { decodeCursor } from '../shared/page.ts';
import {
  createWebhookEndpoint,
  webhookPermissions,
  type EndpointResult,
} from './commands/create-webhook-endpoint.ts';
import { deleteWebhookEndpoint } from './commands/delete-webhook-endpoint.ts';
import { redeliverWebhook } from './commands/redeliver-webhook.ts';
import { updateWebhookEndpoint } from './commands/update-webhook-endpoint.ts';
import {
  countDeliveries,
  deliveriesOrder,
  searchDeliveries,
  type WebhookDeliveryRow,
} from './webhook-delivery.repository.ts';
import { listEndpoints } from './webhook-endpoint.repository.ts';
import { newSecret, secretDigest } from './webhook-secret.ts';
import {
  CreateWebhookEndpointInput,
  DeleteWebhookEndpointInput,
  RedeliverWebhookInput,
  UpdateWebhookEndpointInput,
  WebhookDeliveryFilter,
} from './webhook.input.ts';
import { webhookDeliveryById, webhookEndpointById } from './webhook.loaders.ts';
import {
  DeleteWebhookEndpointPayload,
  RedeliverWebhookPayload,
  WebhookDelivery,
  WebhookDeliveryConnection,
  WebhookEndpoint,
  WebhookEndpointPayload,
} from './webhook.type.ts';

@ArgsType()
class WebhookDeliveriesArguments extends PageArguments {
  @Field(() => WebhookDeliveryFilter, { nullable: true, description: 'Which ones; all when left out.' })
  @IsOptional()
  @ValidateNested()
  filter?: WebhookDeliveryFilter | null;
}

/** The secret, where this call is the one that has set it: a repeated call has made another, which nobody uses. */
function withSecret(payload: Payload<EndpointResult>, secret: string) {
  return { ...payload, secret: payload.secretDigest === secretDigest(secret) ? secret : null };
}

@Resolver()
export class WebhookResolver {
  @Query(() => [WebhookEndpoint], {
    description: 'The receivers of events, by address; at most 100. Permission: webhooks.manage.',
  })
  @Authorized('webhooks.manage')
  webhookEndpoints(@Ctx() context: RequestContext) {
    return listEndpoints(context.read);
  }

  @Query(() => WebhookDeliveryConnection, {
    description: 'What was and is to be sent, latest event first; of 30 days. Permission: webhooks.manage.',
  })
  @Authorized('webhooks.manage')
  async webhookDeliveries(
    @Args(() => WebhookDeliveriesArguments) { first, after, filter }: WebhookDeliveriesArguments,
    @Ctx() context: RequestContext,
  ): Promise<Connection<WebhookDeliveryRow>> {
    const { read } = context.services.database;
    const keyset = after === null ? null : decodeCursor(after, deliveriesOrder);
    const rows = await searchDeliveries(read, filter ?? {}, first + 1, keyset);
    const count = () => countDeliveries(read, filter ?? {});
    const keysetOf = ({ position, id }: WebhookDeliveryRow) => [position, id];
    return new Connection(rows, first, after !== null, deliveriesOrder, keysetOf, count);
  }

  @Mutation(() => WebhookEndpointPayload, {
    description:
      'Has events sent to a receiver from now on, signed with the secret in the answer, which is shown this once. Permission: webhooks.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...webhookPermissions)
  async createWebhookEndpoint(
    @Input(() => CreateWebhookEndpointInput) input: CreateWebhookEndpointInput,
    @Ctx() context: RequestContext,
  ) {
    const secret = newSecret();
    const command = createWebhookEndpoint(context.services.webhookPolicy);
    return withSecret(await context.run(command, Object.assign(input, { secret })), secret);
  }

  @Mutation(() => WebhookEndpointPayload, {
    description:
      'Changes an endpoint, enables or disables it, or gives it a new secret. Permission: webhooks.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...webhookPermissions)
  async updateWebhookEndpoint(
    @Input(() => UpdateWebhookEndpointInput) input: UpdateWebhookEndpointInput,
    @Ctx() context: RequestContext,
  ) {
    const secret = newSecret();
    const command = updateWebhookEndpoint(context.services.webhookPolicy);
    return withSecret(await context.run(command, Object.assign(input, { secret })), secret);
  }

  @Mutation(() => DeleteWebhookEndpointPayload, {
    description:
      'Deletes an endpoint with all that was and is to be sent to it. Permission: webhooks.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...webhookPermissions)
  deleteWebhookEndpoint(
    @Input(() => DeleteWebhookEndpointInput) input: DeleteWebhookEndpointInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(deleteWebhookEndpoint, input);
  }

  @Mutation(() => RedeliverWebhookPayload, {
    description:
      'Sends again, with all attempts anew: one delivery, or all that an endpoint did not take since a moment. An endpoint that is disabled gets it when it is enabled. Permission: webhooks.manage. Logs nothing: no order is concerned.',
  })
  @Authorized(...webhookPermissions)
  redeliverWebhook(
    @Input(() => RedeliverWebhookInput) input: RedeliverWebhookInput,
    @Ctx() context: RequestContext,
  ) {
    return context.run(redeliverWebhook, input);
  }
}

@Resolver(() => WebhookDelivery)
export class WebhookDeliveryResolver {
  @FieldResolver(() => WebhookEndpoint, { nullable: true, description: 'Whom it is for.' })
  endpoint(@Root() { endpointId }: WebhookDeliveryRow, @Ctx() context: RequestContext) {
    return context.loader(webhookEndpointById).load(endpointId);
  }

  @FieldResolver(() => Order, { nullable: true, description: 'The order that it tells of.' })
  order(@Root() { orderId }: WebhookDeliveryRow, @Ctx() context: RequestContext) {
    return context.loader(orderById).load(orderId);
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'When it is tried next, at the earliest; null when it is done.',
  })
  nextAttemptAt(@Root() { status, nextAttemptAt }: WebhookDeliveryRow): string | null {
    return status === 'pending' ? nextAttemptAt : null;
  }
}

@Resolver(() => WebhookEndpointPayload)
export class WebhookEndpointPayloadResolver {
  @FieldResolver(() => WebhookEndpoint, {
    nullable: true,
    description: 'The endpoint as it is now; null when refused.',
  })
  endpoint(@Root() { endpointId }: { endpointId?: string }, @Ctx() context: RequestContext) {
    return endpointId === undefined ? null : context.loader(webhookEndpointById).load(endpointId);
  }
}

@Resolver(() => RedeliverWebhookPayload)
export class RedeliverWebhookPayloadResolver {
  @FieldResolver(() => WebhookDelivery, {
    nullable: true,
    description: 'The delivery as it is now, where one was named; null when refused.',
  })
  delivery(@Root() { deliveryId }: { deliveryId?: string | null }, @Ctx() context: RequestContext) {
    return deliveryId ? context.loader(webhookDeliveryById).load(deliveryId) : null;
  }
}

@Resolver(() => VersionConflictError)
export class VersionConflictWebhookEndpointResolver {
  @FieldResolver(() => WebhookEndpoint, {
    nullable: true,
    description: 'The endpoint as it is now, where a webhook endpoint was meant.',
  })
  webhookEndpoint(@Root() error: VersionConflict, @Ctx() context: RequestContext) {
    return error.subject.kind === 'WebhookEndpoint'
      ? context.loader(webhookEndpointById).load(error.subject.id)
      : null;
  }
}
