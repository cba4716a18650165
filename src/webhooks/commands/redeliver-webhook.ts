import { invalid, notFound } from '../../shared/errors.ts';
import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { deliveryExists, sendAgain, type Redelivered } from '../webhook-delivery.repository.ts';
import { lockEndpoint } from '../webhook-endpoint.repository.ts';
import { webhookPermissions } from './create-webhook-endpoint.ts';

export interface RedeliverWebhookInput extends CommandInput {
  deliveryId?: string | null;
  endpointId?: string | null;
  failedSince?: string | null;
}

/** What a disabled endpoint is to have again waits until it is enabled. */
export const redeliverWebhook: FreeCommand<
  RedeliverWebhookInput,
  { deliveryId: string | null; redelivered: number }
> = {
  name: 'redeliverWebhook',
  permissions: webhookPermissions,
  async execute({ transaction }, input) {
    const which = whichOf(input);
    if ('endpointId' in which) await lockEndpoint(transaction, which.endpointId);
    else if (!(await deliveryExists(transaction, which.deliveryId))) {
      throw notFound(`Webhook delivery ${which.deliveryId}`, ['deliveryId']);
    }
    const redelivered = await sendAgain(transaction, which);
    return { result: { deliveryId: input.deliveryId ?? null, redelivered }, history: [] };
  },
};

function whichOf({ deliveryId, endpointId, failedSince }: RedeliverWebhookInput): Redelivered {
  if (deliveryId) {
    if (endpointId || failedSince) {
      throw invalid('Give either deliveryId, or endpointId with failedSince.', ['deliveryId']);
    }
    return { deliveryId };
  }
  if (!endpointId) throw invalid('Give either deliveryId, or endpointId with failedSince.', ['deliveryId']);
  if (!failedSince) throw invalid('Say since when: failedSince goes with endpointId.', ['failedSince']);
  return { endpointId, failedSince };
}
