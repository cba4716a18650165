import { loaderByKey } from '../graphql/loading.ts';
import { findDeliveries, type WebhookDeliveryRow } from './webhook-delivery.repository.ts';
import { findEndpoints, type WebhookEndpointRow } from './webhook-endpoint.repository.ts';

export const webhookEndpointById = loaderByKey<WebhookEndpointRow>(findEndpoints, ({ id }) => id);
export const webhookDeliveryById = loaderByKey<WebhookDeliveryRow>(findDeliveries, ({ id }) => id);
