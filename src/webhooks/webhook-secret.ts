import { createHash, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

const secretBytes = 32;

/** A secret as Standard Webhooks writes it: `whsec_` and Base64. */
export function newSecret(): string {
  return `whsec_${randomBytes(secretBytes).toString('base64')}`;
}

/** What tells a secret from another one without saying it: of so many random bytes nobody guesses them. */
export function secretDigest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export interface WebhookHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** The headers of one attempt. With several secrets there is a signature of each: the receiver knows one of them. */
export function signedHeaders(
  message: { readonly id: string; readonly payload: string; readonly sentAtSeconds: number },
  secrets: readonly string[],
): WebhookHeaders {
  const { id, payload, sentAtSeconds } = message;
  const sentAt = new Date(sentAtSeconds * 1_000);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(sentAtSeconds),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, sentAt, payload)).join(' '),
  };
}

/** What a receiver says back is kept; what it echoes of a secret or a signature is not. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/whsec_[\w+/=-]+/g, 'whsec_…').replaceAll(/v1,[\w+/=]{20,}/g, 'v1,…');
}
