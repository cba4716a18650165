/** What the operator lets webhooks reach. */
export interface WebhookPolicy {
  /** Loopback, private, link-local and other addresses that are not of the public internet. */
  readonly allowPrivateAddresses: boolean;
  /** Plain HTTP, which everybody on the way can read. */
  readonly allowHttp: boolean;
}

/** Where nobody has said otherwise. */
export const strictWebhookPolicy: WebhookPolicy = { allowPrivateAddresses: false, allowHttp: false };
