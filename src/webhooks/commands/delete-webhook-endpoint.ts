import type { CommandInput, FreeCommand } from '../../write/command.ts';
import { requireVersion } from '../../write/expected-version.ts';
import { deleteEndpoint, lockEndpoint } from '../webhook-endpoint.repository.ts';
import { webhookPermissions } from './create-webhook-endpoint.ts';

export interface DeleteWebhookEndpointInput extends CommandInput {
  endpointId: string;
}

/** With it go its secret, its deliveries and what waits for it. */
export const deleteWebhookEndpoint: FreeCommand<DeleteWebhookEndpointInput, { deletedEndpointId: string }> = {
  name: 'deleteWebhookEndpoint',
  permissions: webhookPermissions,
  async execute({ transaction }, input) {
    const endpoint = await lockEndpoint(transaction, input.endpointId);
    requireVersion('WebhookEndpoint', endpoint, input);
    await deleteEndpoint(transaction, endpoint.id);
    return { result: { deletedEndpointId: endpoint.id }, history: [] };
  },
};
