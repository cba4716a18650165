import { lookup as lookupInSystem } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import type { WebhookPolicy } from '../shared/webhook-policy.ts';
import { urlProblem } from './webhook-url.ts';
import { withoutSecrets, type WebhookHeaders } from './webhook-secret.ts';

/** For everything: finding the address, connecting, and reading the answer. */
export const requestLimitMs = 15_000;
/** So much of an answer is read, and then nobody listens any more. */
export const answerLimitBytes = 4_096;
const nameServerLimitMs = 3_000;
const nameServerTries = 2;

/** What one attempt has come to. */
export interface AttemptOutcome {
  readonly delivered: boolean;
  readonly statusCode: number | null;
  /** Why it failed, for people; null when it did not. */
  readonly error: string | null;
  /** What a receiver said that refused. */
  readonly response: string | null;
  readonly durationMs: number;
}

export interface WebhookMessage {
  readonly url: string;
  readonly headers: WebhookHeaders;
  readonly payload: string;
}

/** Sends to receivers; one for the life of a sender. */
export type SendRequest = (message: WebhookMessage, signal: AbortSignal) => Promise<AttemptOutcome>;

interface Answer {
  readonly statusCode: number;
  readonly text: string;
}

/**
 * Makes the function that sends. The agents check the address that a name leads to and connect to that very address,
 * so that a name server that answers differently the second time gains nothing. Redirects are not followed: they would
 * lead anywhere. No connection outlives its request.
 */
export function makeSendRequest(
  policy: WebhookPolicy,
  lookup: LookupFunction = policy.allowPrivateAddresses ? lookupInSystem : lookupPublicName,
): SendRequest {
  const options = { allowPrivateIPAddress: policy.allowPrivateAddresses };
  const agents = {
    'http:': new RequestFilteringHttpAgent(options),
    'https:': new RequestFilteringHttpsAgent(options),
  };
  return async (message, stopping) => {
    const startedAt = performance.now();
    const ended = (result: Judged): AttemptOutcome => ({
      ...result,
      durationMs: Math.round(performance.now() - startedAt),
    });
    const problem = urlProblem(message.url, policy);
    if (problem) return ended(failed(problem));
    const url = new URL(message.url);
    const ending = new AbortController();
    const limit = setTimeout(() => ending.abort('limit'), requestLimitMs);
    const stop = (): void => ending.abort('stop');
    stopping.addEventListener('abort', stop, { once: true });
    try {
      const connection = {
        agent: agents[url.protocol as keyof typeof agents],
        lookup,
        signal: ending.signal,
      };
      return ended(judge(await post(url, message, connection)));
    } catch (error) {
      const isTooLate = ending.signal.reason === 'limit';
      return ended(
        failed(isTooLate ? `No answer within ${requestLimitMs / 1_000} seconds.` : wordsFor(error)),
      );
    } finally {
      clearTimeout(limit);
      stopping.removeEventListener('abort', stop);
    }
  };
}

function post(
  url: URL,
  { headers, payload }: WebhookMessage,
  connection: Pick<RequestOptions, 'agent' | 'lookup' | 'signal'>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, {
      ...connection,
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
        'user-agent': 'order-management-webhooks/1',
      },
    });
    let statusCode: number | undefined;
    // Once there is a status it decides, however the rest of the answer ends.
    const end = (error: Error): void =>
      statusCode === undefined ? reject(error) : resolve({ statusCode, text: '' });
    request.on('error', end);
    request.on('response', (response) => {
      statusCode = response.statusCode!;
      const answered = statusCode;
      readBeginning(response).then((text) => {
        // Whatever more it would say is not waited for.
        request.destroy();
        resolve({ statusCode: answered, text });
      }, end);
    });
    request.end(payload);
  });
}

type Judged = Omit<AttemptOutcome, 'durationMs'>;

const failed = (error: string): Judged => ({ delivered: false, statusCode: null, error, response: null });

function judge({ statusCode, text }: Answer): Judged {
  if (statusCode >= 200 && statusCode < 300) {
    return { delivered: true, statusCode, error: null, response: null };
  }
  const isRedirect = statusCode >= 300 && statusCode < 400;
  const error = isRedirect
    ? `It answered ${statusCode}; redirects are not followed.`
    : `It answered ${statusCode}.`;
  return { delivered: false, statusCode, error, response: text === '' ? null : text };
}

/** Up to the limit; PostgreSQL keeps no U+0000, and a character that was cut in two is none. */
async function readBeginning(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= answerLimitBytes) break;
  }
  const beginning = Buffer.concat(chunks).subarray(0, answerLimitBytes).toString('utf8');
  return withoutSecrets(beginning.replaceAll('\0', '').replace(/\uFFFD$/, ''));
}

/** The addresses themselves stay out: which private ones there are is nobody's business. */
function wordsFor(error: unknown): string {
  const { code, message = '' } = error as { code?: string; message?: string };
  if (/is not allowed/.test(message)) {
    return 'The name leads to a private address, and webhooks are not sent to those.';
  }
  return code === undefined ? 'The connection failed.' : `The connection failed: ${code}.`;
}

/**
 * Public names are asked of the name servers directly. The system's own lookup holds one of four threads of the process
 * while a name server is silent: four dead receivers would stop everything else that needs one.
 */
const lookupPublicName: LookupFunction = (hostname, options, answer) => {
  const resolver = new Resolver({ timeout: nameServerLimitMs, tries: nameServerTries });
  const both = Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  void both.then((results) => {
    const found = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const addresses = found.map((address) => ({ address, family: isIP(address) }));
    const [first] = addresses;
    if (!first) {
      const error = Object.assign(new Error('The name leads nowhere.'), { code: 'ENOTFOUND' });
      answer(error, options.all ? [] : '', 0);
    } else if (options.all) answer(null, addresses);
    else answer(null, first.address, first.family);
  });
};
