import { sql } from 'drizzle-orm';
import { waitUntil } from '../setup/wait-until.ts';
import { pino } from 'pino';
import { startWebhookSender, type WebhookSender } from '../../src/webhooks/webhook-sender.ts';
import type { SendRequest } from '../../src/webhooks/webhook-request.ts';
import { mutate } from '../setup/fixtures.ts';
import { localReceivers, type TestServer } from '../setup/server.ts';

export const endpointFields = `id url actions channels locationCodes orderStatuses active disabledAt disabledReason
  previousSecretUntil version`;

export interface Endpoint {
  readonly id: string;
  readonly version: number;
  readonly secret: string;
}

/**
 * An endpoint hears of what is in the log after it. What has just happened may come into the log a moment later: while
 * some transaction runs that began before, also one in another test's database on the same server.
 */
async function isLogSettled({ database }: TestServer): Promise<boolean> {
  const [row] = await database.read.execute<{ settled: boolean }>(sql`
    select not exists (
      select from order_history where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())
    ) as settled`);
  return row!.settled;
}

export async function addEndpoint(server: TestServer, url: string, filter: object = {}): Promise<Endpoint> {
  await waitUntil(() => isLogSettled(server), 'the log has what has happened');
  const { endpoint, secret, userErrors } = await mutate(
    server.as.order_manager,
    'createWebhookEndpoint',
    { url, ...filter },
    `secret endpoint { ${endpointFields} }`,
  );
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return { id: endpoint.id, version: endpoint.version, secret };
}

export async function update(server: TestServer, input: object): Promise<any> {
  const selection = `secret endpoint { ${endpointFields} }`;
  const payload = await mutate(server.as.order_manager, 'updateWebhookEndpoint', input, selection);
  if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
  return payload;
}

export async function findEndpoint(server: TestServer, id: string): Promise<any> {
  const { data } = await server.as.order_manager(`{ webhookEndpoints { ${endpointFields} } }`);
  return data.webhookEndpoints.find((endpoint: { id: string }) => endpoint.id === id);
}

export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly status: string;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly lastStatusCode: number | null;
  readonly lastError: string | null;
  readonly lastResponse: string | null;
  readonly deliveredAt: string | null;
  readonly order: { readonly id: string };
}

/** As the API shows them, oldest first. */
export async function deliveries(server: TestServer, filter: object): Promise<Delivery[]> {
  const answer = await server.as.order_manager(
    `query ($filter: WebhookDeliveryFilter) { webhookDeliveries(first: 100, filter: $filter) { totalCount nodes {
      id eventId eventType status attempts nextAttemptAt lastStatusCode lastError lastResponse deliveredAt
      order { id } } } }`,
    { filter },
  );
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data.webhookDeliveries.nodes.toReversed();
}

/** Lets the time of waiting pass. */
export async function makeDue(server: TestServer, endpointId: string): Promise<void> {
  await server.database.transaction((transaction) =>
    transaction.execute(sql`
      update webhook_deliveries set next_attempt_at = now()
      where endpoint_id = ${endpointId}::uuid and status = 'pending'`),
  );
}

/** What the history holds of an order, in the order of the log. */
export async function eventsOf(server: TestServer, orderId: string): Promise<string[]> {
  const rows = await server.database.read.execute<{ id: string }>(sql`
    select id from order_history where order_id = ${orderId}::uuid order by transaction_id, position`);
  return rows.map(({ id }) => id);
}

export function startSender(server: TestServer, send?: SendRequest): WebhookSender {
  return startWebhookSender({
    database: server.database,
    log: pino({ level: 'silent' }),
    policy: localReceivers,
    ...(send && { send }),
  });
}
