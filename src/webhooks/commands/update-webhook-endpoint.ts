import { eq, sql } from 'drizzle-orm';
import { webhookEndpoints } from '../../db/tables/webhooks.ts';
import { invalid } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';
import { lockEndpoint, requireLocations, startPendingAnew } from '../webhook-endpoint.repository.ts';
import type { WebhookPolicy } from '../../shared/webhook-policy.ts';
import { urlProblem } from '../webhook-url.ts';
import { secretDigest } from '../webhook-secret.ts';
import {
  webhookPermissions,
  type EndpointResult,
  type WebhookFilterInput,
} from './create-webhook-endpoint.ts';

export interface UpdateWebhookEndpointInput extends CommandInput, WebhookFilterInput {
  endpointId: string;
  url?: string | null;
  active?: boolean | null;
  rotateSecret?: boolean | null;
  /** Made by the resolver, which shows it once; used where the secret is rotated. */
  secret: string;
}

type Endpoint = Awaited<ReturnType<typeof lockEndpoint>>;
type Changes = Partial<typeof webhookEndpoints.$inferInsert>;

/** For so long after a rotation there is a signature of the secret before, too. */
const oldSecretSigns = sql`now() + interval '24 hours'`;

/** What is left out stays as it is; a filter that is null wants all. */
export const updateWebhookEndpoint = (
  policy: WebhookPolicy,
): FreeCommand<UpdateWebhookEndpointInput, EndpointResult> => ({
  name: 'updateWebhookEndpoint',
  permissions: webhookPermissions,
  secrets: ['secret'],
  async execute({ transaction, now }, input) {
    for (const field of ['url', 'active'] as const) {
      if (input[field] === null) throw invalid(`An endpoint needs ${field}.`, [field]);
    }
    const endpoint = await lockEndpoint(transaction, input.endpointId);
    requireVersion('WebhookEndpoint', endpoint, input);
    const problem = input.url ? urlProblem(input.url, policy) : undefined;
    if (problem) throw invalid(problem, ['url']);
    if (input.locationCodes) await requireLocations(transaction, input.locationCodes);
    const isRotated = input.rotateSecret === true;
    await transaction
      .update(webhookEndpoints)
      .set({
        url: input.url ?? undefined,
        ...filterOf(input),
        ...standingOf(endpoint, input.active ?? endpoint.active, now),
        ...(isRotated && { secret: input.secret, previousSecret: endpoint.secret }),
        ...(isRotated && { previousSecretUntil: oldSecretSigns }),
        version: sql`${webhookEndpoints.version} + 1`,
      })
      .where(eq(webhookEndpoints.id, endpoint.id));
    if (input.active === true && !endpoint.active) await startPendingAnew(transaction, endpoint.id);
    const digest = isRotated ? secretDigest(input.secret) : null;
    return { result: { endpointId: endpoint.id, secretDigest: digest }, history: [] };
  },
});

function filterOf({ actions, channels, locationCodes, orderStatuses }: WebhookFilterInput): Changes {
  return {
    actions: actions && [...actions],
    channels: channels && [...channels],
    locationCodes: locationCodes && [...locationCodes],
    orderStatuses: orderStatuses && [...orderStatuses],
  };
}

function standingOf(endpoint: Endpoint, active: boolean, now: string): Changes {
  if (active === endpoint.active) return {};
  return active
    ? { active, disabledAt: null, disabledReason: null }
    : { active, disabledAt: now, disabledReason: 'by_manager' };
}
