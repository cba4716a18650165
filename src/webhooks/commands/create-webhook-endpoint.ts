import type { Channel, OrderHistoryAction, OrderStatus } from '../../db/tables/enumerations.ts';
import { webhookEndpoints } from '../../db/tables/webhooks.ts';
import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import {
  countEndpoints,
  endpointsAtMost,
  requireLocations,
  startAtEndOfLog,
} from '../webhook-endpoint.repository.ts';
import type { WebhookPolicy } from '../../shared/webhook-policy.ts';
import { urlProblem } from '../webhook-url.ts';
import { secretDigest } from '../webhook-secret.ts';

export interface WebhookFilterInput {
  actions?: readonly OrderHistoryAction[] | null;
  channels?: readonly Channel[] | null;
  locationCodes?: readonly string[] | null;
  orderStatuses?: readonly OrderStatus[] | null;
}

export interface CreateWebhookEndpointInput extends CommandInput, WebhookFilterInput {
  url: string;
  /** Made by the resolver, which shows it once. */
  secret: string;
}

/** What is kept with an idempotency key says which secret it was, and not the secret. */
export type EndpointResult = { endpointId: string; secretDigest: string | null };

export const webhookPermissions = ['webhooks.manage'] as const;

export const createWebhookEndpoint = (
  policy: WebhookPolicy,
): FreeCommand<CreateWebhookEndpointInput, EndpointResult> => ({
  name: 'createWebhookEndpoint',
  permissions: webhookPermissions,
  secrets: ['secret'],
  async execute({ transaction }, { url, secret, actions, channels, locationCodes, orderStatuses }) {
    const problem = urlProblem(url, policy);
    if (problem) throw invalid(problem, ['url']);
    if (locationCodes) await requireLocations(transaction, locationCodes);
    if ((await countEndpoints(transaction)) >= endpointsAtMost) {
      throw invalid(`There are ${endpointsAtMost} endpoints already. Delete one first.`, ['url']);
    }
    const [endpoint] = await transaction
      .insert(webhookEndpoints)
      .values({
        url,
        secret,
        actions: actions ? [...actions] : null,
        channels: channels ? [...channels] : null,
        locationCodes: locationCodes ? [...locationCodes] : null,
        orderStatuses: orderStatuses ? [...orderStatuses] : null,
      })
      .returning({ id: webhookEndpoints.id });
    await startAtEndOfLog(transaction, endpoint!.id);
    return { result: { endpointId: endpoint!.id, secretDigest: secretDigest(secret) }, history: [] };
  },
});
