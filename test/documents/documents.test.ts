import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DocumentLinks, documentLinkLifetimeSeconds } from '../../src/auth/document-links.ts';
import type { RunningServer } from '../../src/server.ts';
import { confirmedOrder, stockedVariant, work, type ConfirmedOrder } from '../setup/fixtures.ts';
import { startTestServer, testSigningKeys, type Ask, type TestServer } from '../setup/server.ts';
import { describeWithPdfTools, textOf } from './read-pdf.ts';

let server: TestServer;
let another: RunningServer;
let order: ConfirmedOrder;
let fulfillment: ConfirmedOrder['fulfillments'][number];
let sku: string;

beforeAll(async () => {
  server = await startTestServer();
  another = await server.startAnother();
  ({ sku } = await stockedVariant(server, { LONDON: 10 }, 31_337));
  const shippingAddress = { name: 'Ada Buyer', line1: '1 High St', city: 'York', country: 'GB' };
  order = await confirmedOrder(server, [{ sku, quantity: 3 }], { shippingAddress });
  fulfillment = order.fulfillments[0]!;
});
afterAll(async () => {
  await another?.stop();
  await server?.stop();
});

interface Urls {
  packingSlipUrl: string | null;
  pickListUrl: string | null;
  boxLabelUrl: string | null;
}

async function urlsFor(ask: Ask): Promise<Urls> {
  const { data, errors } = await ask(
    'query ($id: ID!) { fulfillment(id: $id) { packingSlipUrl pickListUrl boxLabelUrl } }',
    { id: fulfillment.id },
  );
  expect(errors).toBeUndefined();
  return data.fulfillment;
}

const open = (path: string, at: { url: string } = server) => fetch(new URL(path, at.url));

/** The path with another value of a parameter, or without it. */
function changed(path: string, name: string, value: string | null): string {
  const url = new URL(path, server.url);
  if (value === null) url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  return url.pathname + url.search;
}

const none = { packingSlipUrl: null, pickListUrl: null, boxLabelUrl: null };

test.each(['order_manager', 'warehouse_staff'] as const)(
  '%s gets links that open without a token',
  async (role) => {
    const urls = await urlsFor(server.as[role]);
    for (const [kind, path] of [
      ['packing-slip', urls.packingSlipUrl],
      ['pick-list', urls.pickListUrl],
      ['box-label', urls.boxLabelUrl],
    ] as const) {
      expect(path).toMatch(new RegExp(`^/documents/${kind}/${fulfillment.id}\\?`));
      const answer = await open(path!);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/pdf');
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
      expect(answer.headers.get('content-disposition')).toBe(
        `inline; filename="${fulfillment.number}-${kind}.pdf"`,
      );
      expect(
        Buffer.from(await answer.arrayBuffer())
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
    }
  },
);

test.each(['customer_service', 'customer'] as const)(
  '%s sees the fulfillment and gets no link',
  async (role) => {
    expect(await urlsFor(server.as[role])).toEqual(none);
  },
);

test('nobody gets none', async () => {
  const answer = await server.anonymous(
    'query ($id: ID!) { fulfillment(id: $id) { packingSlipUrl pickListUrl boxLabelUrl } }',
    { id: fulfillment.id },
  );
  expect(answer.data?.fulfillment ?? null).toBeNull();
  expect(answer.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
});

test('another server of the installation opens the same link', async () => {
  const { boxLabelUrl } = await urlsFor(server.as.warehouse_staff);
  expect((await open(boxLabelUrl!, another)).status).toBe(200);
});

test('a link that was changed is answered with 403', async () => {
  const { packingSlipUrl } = await urlsFor(server.as.warehouse_staff);
  const path = packingSlipUrl!;
  const forgeries = [
    path.replace('packing-slip', 'pick-list'),
    path.replace('packing-slip', 'invoice'),
    path.replace(fulfillment.id, randomUUID()),
    path.replace(fulfillment.id, "'; drop table orders"),
    changed(path, 'expires', '99999999999'),
    changed(path, 'key', 'another'),
    changed(path, 'signature', 'AAAA'),
    changed(path, 'signature', null),
    `${path}&signature=AAAA`,
    path.split('?')[0]!,
  ];
  for (const forgery of forgeries) {
    const answer = await open(forgery);
    expect([forgery, answer.status]).toEqual([forgery, 403]);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).toContain('not one of ours');
  }
});

test('a link that is past its end is answered with 410', async () => {
  const links = new DocumentLinks(testSigningKeys);
  const longAgo = Date.now() - (documentLinkLifetimeSeconds + 60) * 1000;
  const answer = await open(links.make('packing-slip', fulfillment.id, longAgo));
  expect(answer.status).toBe(410);
  expect(await answer.text()).toContain('expired');
});

test('a fulfillment that is not there is answered with 404', async () => {
  const answer = await open(new DocumentLinks(testSigningKeys).make('packing-slip', randomUUID()));
  expect(answer.status).toBe(404);
});

test('parameters that others add do no harm', async () => {
  const { pickListUrl } = await urlsFor(server.as.warehouse_staff);
  expect((await open(`${pickListUrl}&utm_source=mail`)).status).toBe(200);
});

describeWithPdfTools('what they say', () => {
  const read = async (path: string) => textOf(Buffer.from(await (await open(path)).arrayBuffer())).join('');

  test('is read when they are opened, and holds neither prices nor contact data', async () => {
    const { packingSlipUrl, pickListUrl, boxLabelUrl } = await urlsFor(server.as.warehouse_staff);
    const before = await read(packingSlipUrl!);
    expect(before).toMatch(new RegExp(`${sku} +Product ${sku} +3 +3\\n`));
    expect(before).toContain('Ada Buyer');
    expect(before).not.toContain('Tracking');
    await work(server, fulfillment.id, 'shipFulfillment');
    const after = await read(packingSlipUrl!);
    expect(after).toContain('Tracking T-1');
    for (const text of [after, await read(pickListUrl!), await read(boxLabelUrl!)]) {
      expect(text).toContain(fulfillment.number);
      expect(text).toContain(order.number);
      expect(text).not.toMatch(/313\.37|31337|940\.11|@/);
    }
  });
});
