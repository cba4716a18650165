import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../db/driver/database.ts';
import type { WebhookDisabledReason } from '../db/tables/enumerations.ts';
import { jobRequests } from '../db/tables/job-requests.ts';
import type { AttemptOutcome } from './webhook-request.ts';
import { pauseBeforeNext } from './webhook-schedule.ts';

/** Requests to one endpoint at once, over all workers: one that never answers fills its own places only. */
export const requestsPerEndpoint = 8;
/** Longer than a request may take, by far. After it the sender is taken to be dead. */
const leaseSeconds = 60;
const gone = 410;

/** A delivery that is this sender's until its lease ends. */
export interface TakenDelivery {
  readonly id: string;
  readonly endpointId: string;
  readonly orderId: string;
  readonly eventId: string;
  readonly payload: string;
  readonly url: string;
  readonly secret: string;
  readonly previousSecret: string | null;
  /** Attempts before this one. */
  readonly attempts: number;
  /** The end of the lease, which is also its name. */
  readonly lockedUntil: string;
  readonly sentAtSeconds: number;
}

/** The endpoints that have something due. Only reads, as `findHungryEndpoints` does. */
export async function findDueEndpoints(read: Executor): Promise<string[]> {
  const rows = await read.execute<{ id: string }>(sql`
    select id from webhook_endpoints as endpoint
    where active and exists (
      select from webhook_deliveries as delivery
      where delivery.endpoint_id = endpoint.id and delivery.status = 'pending' and delivery.next_attempt_at <= now()
        and (delivery.locked_until is null or delivery.locked_until <= now()))
    order by id`);
  return rows.map(({ id }) => id);
}

/**
 * Takes what is due of an endpoint: of each order only the oldest that is not done, so that the endpoint hears of an
 * order in the order of its log, and no more than there are places left. One worker at a time takes for an endpoint,
 * since two would each count the places as free. What somebody has locked at this moment is left for the next time.
 *
 * The oldest is looked up row by row, along the index of what is due, and so the search ends with the last free place;
 * a join would go through all that waits.
 *
 * No command: see `feedEndpoint`.
 */
export function takeDue(database: Database, endpointId: string): Promise<readonly TakenDelivery[]> {
  return database.transaction(async (transaction) => {
    const [places] = await transaction.execute<{ free: number }>(sql`
      select case when pg_try_advisory_xact_lock(hashtextextended('webhooks.take', 0) # hashtextextended(${endpointId}, 0))
        then ${requestsPerEndpoint}::integer else 0 end as free`);
    if (places!.free === 0) return [];
    return transaction.execute<TakenDelivery & Record<string, unknown>>(sql`
      with due as (
        select candidate.id from webhook_deliveries as candidate
        where candidate.endpoint_id = ${endpointId}::uuid and candidate.status = 'pending'
          and candidate.next_attempt_at <= now()
          and (candidate.locked_until is null or candidate.locked_until <= now())
          and candidate.id = (
            select oldest.id from webhook_deliveries as oldest
            where oldest.endpoint_id = candidate.endpoint_id and oldest.order_id = candidate.order_id
              and oldest.status = 'pending'
            order by oldest.transaction_id, oldest.position limit 1)
        order by candidate.next_attempt_at, candidate.transaction_id, candidate.position
        limit (
          select greatest(${requestsPerEndpoint}::integer - count(*), 0) from webhook_deliveries as sent
          where sent.endpoint_id = ${endpointId}::uuid and sent.locked_until > now())
        for update skip locked
      )
      update webhook_deliveries as delivery
      set locked_until = now() + make_interval(secs => ${leaseSeconds})
      from due, webhook_endpoints as endpoint
      where delivery.id = due.id and endpoint.id = delivery.endpoint_id and endpoint.active
      returning delivery.id, delivery.endpoint_id as "endpointId", delivery.order_id as "orderId",
        delivery.event_id as "eventId", delivery.payload, endpoint.url, endpoint.secret,
        case when endpoint.previous_secret_until > now() then endpoint.previous_secret end as "previousSecret",
        delivery.attempts, delivery.locked_until::text as "lockedUntil",
        extract(epoch from now())::integer as "sentAtSeconds"`);
  });
}

/** Gives back what was taken and not sent, or not to its end. */
export async function giveBack(database: Database, { id, lockedUntil }: TakenDelivery): Promise<void> {
  await database.transaction((transaction) =>
    transaction.execute(sql`
      update webhook_deliveries set locked_until = null
      where id = ${id}::uuid and locked_until = ${lockedUntil}::timestamptz`),
  );
}

export type Recorded = 'delivered' | 'retried' | 'failed' | 'disabled' | 'lost';

/**
 * Writes down how an attempt has ended, and when the next one is due. After the last one, or when the receiver says
 * that it is gone, the delivery has failed and the endpoint is disabled. `lost`: the lease had ended, and somebody
 * else has the delivery, or it is deleted.
 *
 * The endpoint is locked before the delivery, as by whoever deletes it.
 */
export function recordAttempt(
  database: Database,
  delivery: TakenDelivery,
  outcome: AttemptOutcome,
): Promise<Recorded> {
  const pause = outcome.delivered ? null : pauseBeforeNext(delivery.attempts + 1);
  const reason = reasonToDisable(outcome, pause);
  return database
    .transaction(async (transaction) => {
      const disabled = reason !== null && (await disable(transaction, delivery.endpointId, reason));
      const status = outcome.delivered ? 'delivered' : reason === null ? 'pending' : 'failed';
      const changed = await transaction.execute(sql`
      update webhook_deliveries
      set status = ${status}::webhook_delivery_status, locked_until = null, attempts = attempts + 1,
        next_attempt_at = case when ${status} = 'pending'
          then now() + make_interval(secs => ${pause ?? 0}::double precision) else next_attempt_at end,
        delivered_at = case when ${status} = 'delivered' then now() else delivered_at end,
        last_attempt_at = now(), last_status_code = ${outcome.statusCode}::integer,
        last_duration_ms = ${outcome.durationMs}::integer, last_error = ${outcome.error}::text,
        last_response = ${outcome.response}::text
      where id = ${delivery.id}::uuid and locked_until = ${delivery.lockedUntil}::timestamptz
      returning id`);
      if (changed.length === 0) throw new LeaseEndedError();
      await moveFollowers(transaction, delivery, status === 'pending' ? pause : null);
      if (disabled) return 'disabled';
      return status === 'pending' ? 'retried' : status;
    })
    .catch((error: unknown) => {
      if (error instanceof LeaseEndedError) return 'lost';
      throw error;
    });
}

/**
 * What waits for this delivery is due no earlier than it, so that nobody looks at it in vain each time; and at once when
 * the delivery is done.
 */
async function moveFollowers(
  transaction: Executor,
  { endpointId, orderId }: TakenDelivery,
  pause: number | null,
): Promise<void> {
  const moment = sql`now() + make_interval(secs => ${pause ?? 0}::double precision)`;
  const isToMove = pause === null ? sql`next_attempt_at > now()` : sql`next_attempt_at < ${moment}`;
  await transaction.execute(sql`
    update webhook_deliveries set next_attempt_at = ${moment}
    where endpoint_id = ${endpointId}::uuid and order_id = ${orderId}::uuid and status = 'pending' and ${isToMove}`);
}

/** Rolls back what was done before it was found that the delivery is somebody else's. */
class LeaseEndedError extends Error {}

function reasonToDisable(outcome: AttemptOutcome, pause: number | null): WebhookDisabledReason | null {
  if (outcome.statusCode === gone) return 'gone';
  return outcome.delivered || pause !== null ? null : 'attempts_exhausted';
}

/** Disables it, and asks for an e-mail to every active manager; false when it was disabled already. */
async function disable(
  transaction: Executor,
  endpointId: string,
  reason: WebhookDisabledReason,
): Promise<boolean> {
  const [endpoint] = await transaction.execute<{ version: number }>(sql`
    update webhook_endpoints
    set active = false, disabled_at = now(), disabled_reason = ${reason}::webhook_disabled_reason,
      version = version + 1
    where id = ${endpointId}::uuid and active returning version`);
  if (!endpoint) return false;
  const managers = await transaction.execute<{ id: string }>(
    sql`select id from users where active and role = 'order_manager' order by id`,
  );
  // One job a manager: an address that is refused keeps nobody else's message back.
  const requests = managers.map(({ id: userId }) => ({
    task: 'sendWebhookMail',
    payload: { endpointId, version: endpoint.version, userId },
    jobKey: `webhookMail/${endpointId}/${endpoint.version}/${userId}`,
  }));
  if (requests.length > 0) await transaction.insert(jobRequests).values(requests);
  return true;
}

export interface PendingDeliveries {
  readonly pending: number;
  /** How long the oldest of them has waited, of endpoints that are not disabled; 0 when none has. */
  readonly oldestPendingSeconds: number;
}

export async function countPending(read: Executor): Promise<PendingDeliveries> {
  const [row] = await read.execute<{ pending: number; oldestPendingSeconds: number }>(sql`
    select count(*)::integer as pending,
      coalesce(extract(epoch from now() - min(delivery.created_at)), 0)::double precision as "oldestPendingSeconds"
    from webhook_deliveries as delivery join webhook_endpoints as endpoint on endpoint.id = delivery.endpoint_id
    where delivery.status = 'pending' and endpoint.active`);
  return row!;
}
