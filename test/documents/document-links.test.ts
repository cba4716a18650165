import { expect, test } from 'vitest';
import {
  DocumentLinks,
  documentLinkLifetimeSeconds,
  type ReceivedLink,
} from '../../src/auth/document-links.ts';
import type { SigningKey } from '../../src/auth/token.ts';

const older: SigningKey = { id: 'older', secret: 'an-older-secret-that-is-long-enough-to-be-one' };
const newer: SigningKey = { id: 'newer', secret: 'a-newer-secret-that-is-long-enough-to-be-one' };
const fulfillmentId = '0193a1b2-0000-7000-8000-000000000001';
const now = Date.UTC(2026, 10, 23, 12);

function received(path: string): ReceivedLink {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  const [, , kind, id] = pathname.split('/');
  return { kind: kind!, fulfillmentId: id!, ...Object.fromEntries(searchParams) } as ReceivedLink;
}

const links = new DocumentLinks([older]);
const link = received(links.make('packing-slip', fulfillmentId, now));

test('a link is good until it expires, and not a second longer', () => {
  const lifetime = documentLinkLifetimeSeconds * 1000;
  expect(links.check(link, now)).toBe('valid');
  expect(links.check(link, now + lifetime - 1)).toBe('valid');
  expect(links.check(link, now + lifetime)).toBe('expired');
});

test.each<[string, Partial<ReceivedLink>]>([
  ['another kind', { kind: 'box-label' }],
  ['another fulfillment', { fulfillmentId: '0193a1b2-0000-7000-8000-000000000002' }],
  ['a later end', { expires: String(Number(link.expires) + 3600) }],
  ['an end that is no number', { expires: 'never' }],
  ['no end', { expires: undefined }],
  ['a key that nobody has', { key: 'nobody' }],
  ['two keys', { key: ['older', 'older'] }],
  ['no signature', { signature: '' }],
  ['a part of the signature', { signature: String(link.signature).slice(0, 20) }],
  ['a signature of zeros', { signature: Buffer.alloc(32).toString('base64url') }],
])('a link with %s is forged, also when it is past its end', (_what, change) => {
  expect(links.check({ ...link, ...change }, now)).toBe('forged');
  expect(links.check({ ...link, ...change }, now + 86_400_000)).toBe('forged');
});

test('any server with the keys can check it, and after a rotation it is still good', () => {
  expect(new DocumentLinks([older]).check(link, now)).toBe('valid');
  const rotated = new DocumentLinks([newer, older]);
  expect(rotated.check(link, now)).toBe('valid');
  const made = received(rotated.make('pick-list', fulfillmentId, now));
  expect(made.key).toBe('newer');
  expect(rotated.check(made, now)).toBe('valid');
  expect(links.check(made, now)).toBe('forged');
});

test('the key under another secret is another key', () => {
  expect(new DocumentLinks([{ ...newer, id: older.id }]).check(link, now)).toBe('forged');
});
