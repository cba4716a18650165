import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../db/driver/database.ts';
import { feedEndpoint, findHungryEndpoints } from './webhook-feed.repository.ts';
import type { WebhookPolicy } from '../shared/webhook-policy.ts';
import { makeSendRequest, type SendRequest } from './webhook-request.ts';
import { signedHeaders } from './webhook-secret.ts';
import {
  countPending,
  findDueEndpoints,
  giveBack,
  recordAttempt,
  takeDue,
  type PendingDeliveries,
  type TakenDelivery,
} from './webhook-sending.repository.ts';

/** How often it is looked for what nothing has woken it for. */
const pollIntervalMs = 500;
/** The database may be away for long. */
const pauseAfterFailureMs = 2_000;
/** How long requests in flight may go on after a stop; then they are given back. */
const stopGraceMs = 5_000;

export interface WebhookSenderOptions {
  readonly database: Database;
  readonly log: Logger;
  readonly policy: WebhookPolicy;
  /** Another way to send, for tests. */
  readonly send?: SendRequest;
}

export interface WebhookStatistics extends PendingDeliveries {
  /** Since the start of this process: deliveries, attempts that failed, deliveries given up, endpoints disabled. */
  readonly delivered: number;
  readonly retried: number;
  readonly failed: number;
  readonly disabled: number;
}

export interface WebhookSender {
  /** Takes no new delivery; those in flight end or are given back. */
  stop(): Promise<void>;
  statistics(): Promise<WebhookStatistics>;
}

/**
 * Sends events to webhook endpoints: one of any number of senders on the database. Two loops, which know of each other
 * only through the database: one turns the log into deliveries, one sends what is due. It returns at once and never
 * fails: with the database away it tries again until it is back.
 */
export function startWebhookSender(options: WebhookSenderOptions): WebhookSender {
  const sender = new Sender(options);
  const working = Promise.all([sender.keepFeeding(), sender.keepSending()]);
  let stopped: Promise<void> | undefined;
  return {
    stop: () => (stopped ??= sender.stop(working)),
    statistics: () => sender.statistics(),
  };
}

class Sender {
  private readonly stopping = new AbortController();
  /** Ends the requests that are still in flight when the grace has passed. */
  private readonly cutting = new AbortController();
  private readonly inFlight = new Set<Promise<void>>();
  private readonly counters = { delivered: 0, retried: 0, failed: 0, disabled: 0 };
  private readonly send: SendRequest;
  private wake: () => void = () => {};

  constructor(private readonly options: WebhookSenderOptions) {
    // Each request in flight listens.
    setMaxListeners(0, this.cutting.signal);
    this.send = options.send ?? makeSendRequest(options.policy);
  }

  async statistics(): Promise<WebhookStatistics> {
    return { ...this.counters, ...(await countPending(this.options.database.read)) };
  }

  /**
   * Reads the log for each endpoint, a batch a round: one that is far behind keeps no other waiting for longer than
   * that.
   */
  keepFeeding(): Promise<void> {
    const { database } = this.options;
    return this.repeat('the event log cannot be read for webhooks', async () => {
      let read = 0;
      for (const endpointId of await findHungryEndpoints(database.read)) {
        if (this.stopping.signal.aborted) break;
        read += await feedEndpoint(database, endpointId);
      }
      if (read > 0) this.wake();
      else await this.pause(pollIntervalMs);
    });
  }

  keepSending(): Promise<void> {
    return this.repeat('webhook deliveries cannot be taken', async () => {
      const woken = this.nextWakeUp();
      const { database } = this.options;
      let count = 0;
      for (const endpointId of await findDueEndpoints(database.read)) {
        const taken = await takeDue(database, endpointId);
        for (const delivery of taken) this.start(delivery);
        count += taken.length;
      }
      // A request that ends makes room for the next, and may have been what others of its order waited for.
      if (count === 0) await woken;
    });
  }

  private start(delivery: TakenDelivery): void {
    const work = this.deliver(delivery)
      .catch((error: unknown) => {
        // The lease ends, and the delivery is sent again: twice rather than never.
        const { id, endpointId } = delivery;
        const reason = error instanceof Error ? error.name : 'unknown';
        this.options.log.warn(
          { delivery: id, endpoint: endpointId, reason },
          'a webhook attempt is not on record',
        );
      })
      .finally(() => {
        this.inFlight.delete(work);
        this.wake();
      });
    this.inFlight.add(work);
  }

  /** No connection to the database is held while the receiver is waited for. */
  private async deliver(delivery: TakenDelivery): Promise<void> {
    const { database, log } = this.options;
    const { id, endpointId, eventId, payload, url, secret, previousSecret, sentAtSeconds } = delivery;
    const secrets = previousSecret === null ? [secret] : [secret, previousSecret];
    const headers = signedHeaders({ id: eventId, payload, sentAtSeconds }, secrets);
    const outcome = await this.send({ url, headers, payload }, this.cutting.signal);
    if (!outcome.delivered && this.cutting.signal.aborted) return giveBack(database, delivery);
    const recorded = await recordAttempt(database, delivery, outcome);
    if (recorded === 'lost') return undefined;
    this.counters[recorded] += 1;
    if (recorded === 'disabled') this.counters.failed += 1;
    const details = { delivery: id, endpoint: endpointId, event: eventId, status: outcome.statusCode };
    if (recorded === 'disabled') log.warn(details, 'a webhook endpoint is disabled');
    else log.debug(details, `a webhook delivery was ${recorded}`);
    return undefined;
  }

  /** Does the same until the stop. What fails is said once, until it has succeeded again. */
  private async repeat(failure: string, round: () => Promise<void>): Promise<void> {
    let failed = false;
    while (!this.stopping.signal.aborted) {
      try {
        await round();
        failed = false;
      } catch {
        if (!failed) this.options.log.warn(failure);
        failed = true;
        await this.pause(pauseAfterFailureMs);
      }
    }
  }

  /** Resolves when something has happened since the call, or after a while. */
  private nextWakeUp(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollIntervalMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  async stop(working: Promise<unknown>): Promise<void> {
    this.stopping.abort();
    this.wake();
    await working;
    const limit = setTimeout(() => this.cutting.abort(), stopGraceMs);
    await Promise.all(this.inFlight);
    clearTimeout(limit);
  }
}
