import type { WebhookPolicy } from '../shared/webhook-policy.ts';

/** Says what is wrong with an address to send to; undefined when nothing is. Where its name leads is seen at each sending. */
export function urlProblem(text: string, policy: WebhookPolicy): string | undefined {
  if (!URL.canParse(text)) return 'The address is not a URL such as https://receiver.example/orders.';
  const { protocol, username, password, hash } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'The address must begin with https://.';
  if (protocol === 'http:' && !policy.allowHttp) {
    return 'The address must begin with https://: plain HTTP can be read on the way.';
  }
  if (username || password) return 'The address must not have a user or a password in it.';
  if (hash) return 'The address must not have a fragment.';
  return undefined;
}
