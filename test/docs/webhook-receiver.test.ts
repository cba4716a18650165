import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebhookSender } from '../../src/webhooks/webhook-sender.ts';
import { confirmedOrder, mutate, stockedVariant } from '../setup/fixtures.ts';
import { startTestServer, type TestServer } from '../setup/server.ts';
import { waitUntil } from '../setup/wait-until.ts';
import { addEndpoint, deliveries, eventsOf, makeDue, startSender } from '../webhooks/arrange.ts';
import { receiveEvents, type OrderEvent } from './webhook-receiver.ts';

let server: TestServer;
let sender: WebhookSender;
beforeAll(async () => {
  server = await startTestServer();
  sender = startSender(server);
});
afterAll(async () => {
  await sender.stop();
  await server.stop();
});

test('the receiver of the guide: each event once, in order, what fails again, and nothing that is forged', async () => {
  const handled: OrderEvent[] = [];
  let failures = 1;
  // The secret is known once the endpoint is there, and the address before.
  let receiver = receiveEvents('whsec_eA==', async () => {});
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const { id: endpointId, secret } = await addEndpoint(server, url);
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  receiver = receiveEvents(secret, async (event) => {
    if (failures-- > 0) throw new Error('The first one fails.');
    handled.push(event);
  });
  receiver.listen(port, '127.0.0.1');
  await once(receiver, 'listening');

  const { sku } = await stockedVariant(server, { LONDON: 10 });
  const order = await confirmedOrder(server, [{ sku, quantity: 1 }]);
  const events = await eventsOf(server, order.id);
  await waitUntil(async () => {
    await makeDue(server, endpointId);
    return (await deliveries(server, { endpointId, statuses: ['DELIVERED'] })).length === events.length;
  }, 'all are delivered');
  const [last] = (await deliveries(server, { endpointId })).slice(-1);
  await mutate(server.as.order_manager, 'redeliverWebhook', { deliveryId: last!.id }, 'redelivered');
  await waitUntil(
    async () => (await deliveries(server, { endpointId, statuses: ['PENDING'] })).length === 0,
    'it is delivered again',
  );
  expect(handled.map(({ data }) => data.eventId)).toEqual(events);

  const forged = await fetch(url, {
    method: 'POST',
    headers: {
      'webhook-id': 'x',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': 'v1,AAAA',
    },
    body: JSON.stringify(handled[0]),
  });
  expect(forged.status).toBe(401);
  expect(handled).toHaveLength(events.length);
  receiver.closeAllConnections();
  receiver.close();

  // The example of the guide has the fields of a real event, and no others.
  const guide = readFileSync(new URL('../../docs/guides/webhooks.md', import.meta.url), 'utf8');
  const example = JSON.parse(/```jsonc\n([\s\S]*?)```/.exec(guide)![1]!) as OrderEvent;
  expect(Object.keys(example)).toEqual(Object.keys(handled[0]!));
  expect(Object.keys(example.data)).toEqual(Object.keys(handled[0]!.data));
  expect(example.version).toBe(handled[0]!.version);
});
