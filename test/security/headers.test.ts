import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, startTestServer, type TestServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ metricsToken: 'a-token-of-the-tests-that-is-long-enough' });
});
afterAll(() => server?.stop());

const policyOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    headers
      .get('content-security-policy')!
      .split(';')
      .map((directive) => [directive.split(' ')[0]!, directive.split(' ').slice(1).join(' ')]),
  );

const post = (body: string) =>
  fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

describe.each<[string, () => Promise<Response>, number]>([
  ['an answer', () => post('{"query": "{ __typename }"}'), 200],
  ['a malformed request', () => post('{'), 400],
  ['a page that is not there', () => fetch(`${server.url}/nowhere`), 404],
  ['what a page of the console asks first', () => fetch(`${server.url}/console/settings.json`), 200],
  ['a probe', () => fetch(`${server.url}/healthz`), 200],
  ['metrics without the token', () => fetch(`${server.url}/metrics`), 401],
  ['the front page', () => fetch(server.url), 200],
])('%s', (_name, send, status) => {
  test('has the headers that keep a browser from doing what was not meant', async () => {
    const response = await send();
    await response.text();
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      'origin-agent-cluster': '?1',
      'x-permitted-cross-domain-policies': 'none',
    });
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(policyOf(response.headers)).toMatchObject({
      'default-src': "'none'",
      'script-src-attr': "'none'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
  });
});

test('everything but the front page may load from this server alone', async () => {
  const { headers } = await fetch(`${server.url}/console/`);
  const { 'img-src': images, ...rest } = policyOf(headers);
  expect(images).toBe("'self' data:");
  expect(new Set(Object.values(rest))).toEqual(new Set(["'none'", "'self'"]));
});

test('the front page runs what is written into it, and Apollo’s script and frame, and nothing else', async () => {
  const response = await fetch(server.url);
  const html = await response.text();
  const policy = policyOf(response.headers);
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [script, ...more] = html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g);
  expect(more).toEqual([]);
  const cdn = 'https://embeddable-sandbox.cdn.apollographql.com';
  expect(policy['script-src']).toBe(`'self' ${hash(script![1]!)} ${cdn}`);
  expect(policy['style-src']).toBe(`'self' ${hash(/<style>([\s\S]*?)<\/style>/.exec(html)![1]!)} ${cdn}`);
  expect(policy['frame-src']).toBe('https://sandbox.embed.apollographql.com');
  expect(JSON.stringify(policy)).not.toMatch(/unsafe|\*/);
  // Neither of them is let in by a hash.
  expect(html).not.toMatch(/ on[a-z]+=| style=/);
});

test('browsers are told to come by TLS from then on in production, and not on a developer’s machine', async () => {
  expect((await fetch(server.url)).headers.get('strict-transport-security')).toBeNull();
  const production = await serve(server.databaseUrl, 0, { production: true });
  const { headers } = await fetch(production.url);
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  await production.stop();
});
