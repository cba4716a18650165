import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SigningKey } from './token.ts';

/** Papers of a fulfillment, as they are named in addresses. */
export const documentKinds = ['packing-slip', 'pick-list', 'box-label'] as const;
export type DocumentKind = (typeof documentKinds)[number];

/** Long enough to open and print it, too short to be worth passing on. */
export const documentLinkLifetimeSeconds = 5 * 60;

/** What an address says, as it came: nothing of it is believed before the signature is checked. */
export interface ReceivedLink {
  readonly kind: string;
  readonly fulfillmentId: string;
  readonly expires: unknown;
  readonly key: unknown;
  readonly signature: unknown;
}

export type LinkVerdict = 'valid' | 'forged' | 'expired';

/**
 * Addresses under which a paper can be opened for some minutes by whoever has them: a browser that opens a new tab
 * sends no token. Who may have one is decided where it is made. Signed by keys that every server of the installation
 * derives from those of the tokens, so that they are rotated together.
 */
export class DocumentLinks {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly currentKeyId: string;

  constructor(signingKeys: readonly [SigningKey, ...SigningKey[]]) {
    this.keys = new Map(signingKeys.map(({ id, secret }) => [id, derivedKey(secret)] as const));
    this.currentKeyId = signingKeys[0].id;
  }

  /** The path and query of a paper, from now on and for `documentLinkLifetimeSeconds`. */
  make(kind: DocumentKind, fulfillmentId: string, now = Date.now()): string {
    const expires = String(Math.floor(now / 1000) + documentLinkLifetimeSeconds);
    const signature = sign(this.keys.get(this.currentKeyId)!, kind, fulfillmentId, expires);
    const query = new URLSearchParams({
      expires,
      key: this.currentKeyId,
      signature: signature.toString('base64url'),
    });
    return `/documents/${kind}/${fulfillmentId}?${query.toString()}`;
  }

  check({ kind, fulfillmentId, expires, key, signature }: ReceivedLink, now = Date.now()): LinkVerdict {
    // A parameter that is there twice comes as a list.
    if (typeof expires !== 'string' || typeof key !== 'string' || typeof signature !== 'string')
      return 'forged';
    const derived = this.keys.get(key);
    if (!derived) return 'forged';
    const expected = sign(derived, kind, fulfillmentId, expires);
    const received = Buffer.from(signature, 'base64url');
    if (received.length !== expected.length || !timingSafeEqual(received, expected)) return 'forged';
    return now / 1000 < Number(expires) ? 'valid' : 'expired';
  }
}

/** A key of its own, so that nothing that is signed for a link is ever good for a token. */
function derivedKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'order-management-api document links', 32));
}

function sign(key: Buffer, kind: string, fulfillmentId: string, expires: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([kind, fulfillmentId, expires]))
    .digest();
}
