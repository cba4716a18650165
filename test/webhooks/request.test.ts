import type { LookupFunction } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeSendRequest, requestLimitMs, type AttemptOutcome } from '../../src/webhooks/webhook-request.ts';
import { signedHeaders, newSecret } from '../../src/webhooks/webhook-secret.ts';
import { pausesSeconds, pauseBeforeNext } from '../../src/webhooks/webhook-schedule.ts';
import { localReceivers } from '../setup/server.ts';
import { startReceiver, type Receiver } from './receiver.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.stop());
afterEach(() => {
  receiver.received.length = 0;
  receiver.answer = () => 204;
});

const secret = newSecret();
const payload = '{"type":"order.shipped","data":{}}';
const never = new AbortController().signal;
const message = (url: string) => ({
  url,
  payload,
  headers: signedHeaders({ id: 'event-1', payload, sentAtSeconds: Math.floor(Date.now() / 1_000) }, [secret]),
});
const publicOnly = { allowPrivateAddresses: false, allowHttp: true };

/** A name server that knows these addresses of every name, and how often it was asked. */
function nameServer(...addresses: string[]) {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) => {
    asked.push(hostname);
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all) callback(null, found);
    else callback(null, found[0]!.address, found[0]!.family);
  };
  return { asked, lookup };
}
const atReceiver = (host: string): string => receiver.url.replace('127.0.0.1', host);
const refused: Partial<AttemptOutcome> = {
  delivered: false,
  statusCode: null,
  error: 'The name leads to a private address, and webhooks are not sent to those.',
  response: null,
};

describe('with private addresses refused, no request leaves', () => {
  test.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '[::]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '[fd00::1]',
    '[fe80::1]',
    '[64:ff9b::7f00:1]',
  ])('to the address %s', async (host) => {
    const send = makeSendRequest(publicOnly);
    expect(await send(message(atReceiver(host)), never)).toMatchObject(refused);
    expect(receiver.received).toEqual([]);
  });

  test.each([
    ['127.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['10.1.2.3'],
    ['169.254.169.254'],
    ['fd12::1'],
    ['93.184.216.34', '127.0.0.1'],
    ['2606:2800:220:1::1', '::1'],
  ])('to a name that leads to %s %s', async (...addresses: string[]) => {
    const { lookup, asked } = nameServer(...addresses.filter(Boolean));
    const send = makeSendRequest(publicOnly, lookup);
    for (const url of [atReceiver('receiver.example'), 'https://receiver.example/']) {
      expect(await send(message(url), never)).toMatchObject(refused);
    }
    expect(asked).toEqual(['receiver.example', 'receiver.example']);
    expect(receiver.received).toEqual([]);
  });

  test('to a name that the name servers do not know', async () => {
    const outcome = await makeSendRequest(publicOnly)(message(atReceiver('localhost')), never);
    expect(outcome.delivered).toBe(false);
    expect(receiver.received).toEqual([]);
  });
});

test('the address that was checked is the one that is connected to: the name is asked for once', async () => {
  const { lookup, asked } = nameServer('127.0.0.1');
  const outcome = await makeSendRequest(localReceivers, lookup)(
    message(atReceiver('receiver.example')),
    never,
  );
  expect(outcome).toMatchObject({ delivered: true, statusCode: 204 });
  expect(asked).toEqual(['receiver.example']);
  expect(receiver.received).toHaveLength(1);
});

test('plain HTTP is refused where it is not allowed, whatever was allowed when the endpoint was created', async () => {
  const send = makeSendRequest({ allowPrivateAddresses: true, allowHttp: false });
  const outcome = await send(message(receiver.url), never);
  expect(outcome).toMatchObject({ delivered: false, error: expect.stringContaining('https') });
  expect(receiver.received).toEqual([]);
});

const send = (path = '/orders') =>
  makeSendRequest(localReceivers)(message(receiver.url.replace('/orders', path)), never);

test('a redirect is not followed', async () => {
  receiver.answer = (_received, response) =>
    void response.writeHead(307, { location: receiver.url.replace('/orders', '/elsewhere') }).end();
  expect(await send()).toMatchObject({
    delivered: false,
    statusCode: 307,
    error: 'It answered 307; redirects are not followed.',
  });
  expect(receiver.received.map(({ path }) => path)).toEqual(['/orders']);
});

test('of a big answer the beginning is read, and the connection is cut', async () => {
  const state = { written: 0 };
  receiver.answer = (_received, response) => {
    response.writeHead(500);
    const more = (): void => {
      while (!response.destroyed && response.write('é'.repeat(500))) state.written += 1_000;
    };
    response.on('drain', more);
    more();
  };
  const outcome = await send();
  expect(outcome).toMatchObject({ delivered: false, statusCode: 500, error: 'It answered 500.' });
  expect(outcome.response).toMatch(/^é+$/);
  expect(Buffer.byteLength(outcome.response!)).toBeLessThanOrEqual(4_096);
});

test('with 2xx it is delivered, however the rest of the answer goes on', async () => {
  receiver.answer = (_received, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('x', () => response.destroy());
  };
  expect(await send()).toMatchObject({ delivered: true, statusCode: 200, error: null, response: null });
});

test('what a receiver echoes of secrets and signatures is not kept', async () => {
  receiver.answer = ({ headers }, response) =>
    void response.writeHead(401).end(`${secret} ${headers['webhook-signature']}\0!`);
  expect((await send()).response).toBe('whsec_… v1,…!');
});

test('a receiver that hangs up has failed', async () => {
  receiver.answer = (_received, response) => void response.socket!.destroy();
  const outcome = await send();
  expect(outcome).toMatchObject({ delivered: false, statusCode: null });
  expect(outcome.error).toBe('The connection failed: ECONNRESET.');
});

test('a receiver that does not answer has failed after the time limit', async () => {
  const asked = new Promise<void>((resolve) => {
    receiver.answer = () => {
      resolve();
      return new Promise(() => {});
    };
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const outcome = send();
    await asked;
    vi.advanceTimersByTime(requestLimitMs);
    expect(await outcome).toMatchObject({ delivered: false, error: 'No answer within 15 seconds.' });
  } finally {
    vi.useRealTimers();
  }
});

test('attempts are spread over more than a day, with jitter', () => {
  const total = pausesSeconds.reduce<number>((sum, pause) => sum + pause, 0);
  expect(total / 3_600).toBeGreaterThan(24);
  expect(total / 3_600).toBeLessThan(28);
  expect(pauseBeforeNext(1, () => 0)).toBeCloseTo(4.5);
  expect(pauseBeforeNext(1, () => 1)).toBeCloseTo(5.5);
  expect(pauseBeforeNext(pausesSeconds.length)).not.toBeNull();
  expect(pauseBeforeNext(pausesSeconds.length + 1)).toBeNull();
});
