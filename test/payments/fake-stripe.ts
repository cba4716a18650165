import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Stripe } from 'stripe';
import type { StripeOptions } from '../../src/payments/providers/stripe-provider.ts';

/** How it answers the next request that would change something. */
export type Fault =
  | 'declined' // 402 card_declined
  | 'broken' // 500, before anything was done
  | 'lost' // does it, and cuts the connection before the answer
  | 'cut' // cuts the connection before anything was done
  | 'silent' // does it, and never answers
  | 'pending' // a refund that takes its time
  | 'wrong key'; // 401

interface Stored {
  readonly status: number;
  readonly body: object;
}

const webhookSecret = 'whsec_of_the_tests';

/** A server that speaks Stripe's HTTP as far as we use it, idempotency keys included. */
export class FakeStripe {
  readonly intents = new Map<string, any>();
  readonly refunds = new Map<string, any>();
  /** Every request that would change something, with its key. */
  readonly posts: { path: string; key: string | undefined; body: Record<string, string> }[] = [];
  /** Taken one by one by the requests to come. */
  readonly faults: Fault[] = [];
  private readonly answers = new Map<string, Stored>();
  private readonly stripe = new Stripe('sk_test_of_the_tests');

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeStripe> {
    const server = createServer();
    const fake = new FakeStripe(server);
    server.on('request', (request, response) => void fake.receive(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get options(): StripeOptions {
    const { port } = this.server.address() as AddressInfo;
    return {
      secretKey: 'sk_test_of_the_tests',
      webhookSecret,
      apiUrl: `http://127.0.0.1:${port}`,
      timeoutMs: 700,
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The customer pays on the shop's page. */
  pay(intentId: string): any {
    const intent = this.intents.get(intentId);
    Object.assign(intent, { status: 'succeeded', amount_received: intent.amount });
    return intent;
  }

  /** Forgets its idempotency keys, as Stripe does after a day. */
  forgetKeys(): void {
    this.answers.clear();
  }

  event(type: string, object: object, id = `evt_${randomBytes(8).toString('hex')}`) {
    return { id, object: 'event', type, api_version: '2026-01-01', created: 1_800_000_000, data: { object } };
  }

  /** Delivers an event as Stripe would, signed over the very bytes. */
  async deliver(
    url: string,
    event: object,
    change: { secret?: string; body?: string } = {},
  ): Promise<number> {
    const payload = JSON.stringify(event, null, 2);
    const secret = change.secret ?? webhookSecret;
    const header = this.stripe.webhooks.generateTestHeaderString({ payload, secret });
    const response = await fetch(`${url}/webhooks/stripe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': header },
      body: change.body ?? payload,
    });
    return response.status;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://stripe');
    if (request.method === 'GET') return reply(response, this.read(url));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    const key = request.headers['idempotency-key'] as string | undefined;
    this.posts.push({ path: url.pathname, key, body });
    const fault = this.faults.shift();
    if (fault === 'cut') return void request.socket.destroy();
    if (fault === 'broken') return reply(response, failure(500, 'api_error', 'internal'));
    if (fault === 'wrong key')
      return reply(response, failure(401, 'invalid_request_error', 'api_key_expired'));
    const stored = (key !== undefined && this.answers.get(key)) || this.carryOut(url.pathname, body, fault);
    if (key !== undefined) this.answers.set(key, stored);
    if (fault === 'lost') return void request.socket.destroy();
    if (fault === 'silent') return undefined;
    return reply(response, stored);
  }

  private carryOut(path: string, body: Record<string, string>, fault: Fault | undefined): Stored {
    if (fault === 'declined') return failure(402, 'card_error', 'card_declined');
    const id = randomBytes(8).toString('hex');
    const metadata = { paymentId: body['metadata[paymentId]'], orderId: body['metadata[orderId]'] };
    const common = { amount: Number(body['amount']), metadata };
    if (path === '/v1/payment_intents') {
      const intent = {
        id: `pi_${id}`,
        object: 'payment_intent',
        client_secret: `pi_${id}_secret`,
        status: 'requires_payment_method',
        currency: body['currency'],
        amount_received: 0,
        ...common,
      };
      this.intents.set(intent.id, intent);
      return { status: 200, body: intent };
    }
    const intent = this.intents.get(body['payment_intent']!);
    if (!intent) return failure(404, 'invalid_request_error', 'resource_missing');
    const gone = [...this.refunds.values()]
      .filter((each) => each.payment_intent === intent.id && each.status !== 'failed')
      .reduce((sum, each) => sum + each.amount, 0);
    if (gone + common.amount > intent.amount_received) {
      return failure(400, 'invalid_request_error', 'charge_already_refunded');
    }
    return { status: 200, body: this.addRefund(intent.id, common.amount, metadata, fault === 'pending') };
  }

  /** Also what somebody does in Stripe's dashboard. */
  addRefund(intentId: string, amount: number, metadata: object = {}, isPending = false) {
    const refund = {
      id: `re_${randomBytes(8).toString('hex')}`,
      object: 'refund',
      payment_intent: intentId,
      currency: this.intents.get(intentId).currency,
      status: isPending ? 'pending' : 'succeeded',
      failure_reason: null as string | null,
      amount,
      metadata,
    };
    this.refunds.set(refund.id, refund);
    return refund;
  }

  private read(url: URL): Stored {
    const [, , kind, id] = url.pathname.split('/');
    if (kind === 'refunds' && id === undefined) {
      const intent = url.searchParams.get('payment_intent');
      if (!this.intents.has(intent!)) return failure(404, 'invalid_request_error', 'resource_missing');
      const data = [...this.refunds.values()].filter((each) => each.payment_intent === intent);
      return { status: 200, body: { object: 'list', url: '/v1/refunds', has_more: false, data } };
    }
    const found = (kind === 'refunds' ? this.refunds : this.intents).get(id!);
    return found ? { status: 200, body: found } : failure(404, 'invalid_request_error', 'resource_missing');
  }
}

function failure(status: number, type: string, code: string): Stored {
  return { status, body: { error: { type, code, message: `It failed: ${code}.` } } };
}

function reply(response: ServerResponse, { status, body }: Stored): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
