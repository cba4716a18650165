import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../setup/server.ts';

vi.setConfig({ testTimeout: 60_000 });

/** What CSRF prevention refuses: a GET that a page elsewhere could have sent without being asked. */
const withoutPreflight: Readonly<Record<string, string>> = {
  '5A70': 'notice: MAY accept application/x-www-form-urlencoded formatted GET requests',
  '6A70':
    'notice: MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
  D6D5: 'notice: MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
};

/** Recommendations that the server does not follow, by the id of the audit; docs/graphql-over-http.md says why. */
const explained: Readonly<Record<string, string>> = {
  '572B': 'warn: SHOULD use 200 status code on document parsing failure when accepting application/json',
  FDE2: 'warn: SHOULD use 200 status code on document validation failure when accepting application/json',
  '7B9B':
    'warn: SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
};

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test('the server does what the specification of GraphQL over HTTP asks', async () => {
  const results = await auditServer({ url: `${server.url}/graphql` });
  expect(results).toHaveLength(61);
  expect(notOk(results)).toEqual({ ...explained, ...withoutPreflight });
  expect(results.filter(({ status }) => status === 'ok')).toHaveLength(55);
});

test('with the header that CSRF prevention asks for, GET requests do as well', async () => {
  const fetchFn = (url: string, { headers, ...rest }: RequestInit = {}) =>
    fetch(url, { ...rest, headers: { ...(headers as object), 'apollo-require-preflight': 'true' } });
  expect(notOk(await auditServer({ url: `${server.url}/graphql`, fetchFn }))).toEqual(explained);
});

/** Names of the audits with what came of them; one that is an error would be no recommendation. */
function notOk(results: Awaited<ReturnType<typeof auditServer>>): Record<string, string> {
  const failed = results.filter(({ status }) => status !== 'ok');
  return Object.fromEntries(failed.map(({ id, name, status }) => [id, `${status}: ${name}`]));
}
