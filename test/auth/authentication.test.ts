import { afterEach, expect, test, vi } from 'vitest';
import type { Viewer } from '../../src/auth/actor.ts';
import { Authentication } from '../../src/auth/authentication.ts';
import type { Standings } from '../../src/auth/standings.ts';

afterEach(() => void vi.useRealTimers());

const viewer = (token: string, lifetimeMs: number): Viewer => ({
  userId: token,
  role: 'customer',
  customerId: null,
  sessionId: token,
  expiresAtSeconds: (Date.now() + lifetimeMs) / 1000,
});

function start(lifetimeMs = 60_000) {
  const verify = vi.fn(async (token: string) => (token.startsWith('bad') ? null : viewer(token, lifetimeMs)));
  const holds = vi.fn(() => true);
  const standings = { holds, isCurrent: true, close() {} } as unknown as Standings;
  const signer = { verify, sign: vi.fn() };
  const authentication = new Authentication(signer, standings, { read: {} as never, log: {} as never });
  return { authentication, verify, holds };
}

test('a signature is checked once, and the standing every time', async () => {
  const { authentication, verify, holds } = start();
  for (let time = 0; time < 5; time += 1) {
    expect(await authentication.viewerOf('a')).toMatchObject({ userId: 'a' });
  }
  expect(verify).toHaveBeenCalledTimes(1);
  expect(holds).toHaveBeenCalledTimes(5);
  holds.mockReturnValue(false);
  expect(await authentication.viewerOf('a')).toBeNull();
});

test('what is remembered ends with the token', async () => {
  vi.useFakeTimers();
  const { authentication, verify } = start(10_000);
  await authentication.viewerOf('a');
  vi.advanceTimersByTime(9_999);
  await authentication.viewerOf('a');
  expect(verify).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  await authentication.viewerOf('a');
  expect(verify).toHaveBeenCalledTimes(2);
});

test('a token that is not valid is not remembered', async () => {
  const { authentication, verify } = start();
  expect(await authentication.viewerOf('bad')).toBeNull();
  expect(await authentication.viewerOf('bad')).toBeNull();
  expect(verify).toHaveBeenCalledTimes(2);
});

test('so many are remembered and no more: the one heard of least lately goes', async () => {
  const { authentication, verify } = start();
  for (let number = 0; number < 10_000; number += 1) await authentication.viewerOf(`t${number}`);
  await authentication.viewerOf('t0');
  await authentication.viewerOf('one more');
  verify.mockClear();
  await authentication.viewerOf('t0');
  expect(verify).not.toHaveBeenCalled();
  await authentication.viewerOf('t1');
  expect(verify).toHaveBeenCalledTimes(1);
});
