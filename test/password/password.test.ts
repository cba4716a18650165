import * as argon2 from '@node-rs/argon2';
import { afterEach, expect, test, vi } from 'vitest';
import { hashPassword, passwordMatches } from '../../src/auth/password.ts';

vi.mock('@node-rs/argon2', { spy: true });
afterEach(() => vi.clearAllMocks());

test('for nobody the same work is done as for somebody: one hash of the same cost is computed', async () => {
  const stored = await hashPassword('right');
  await passwordMatches(null, 'first');
  vi.mocked(argon2.verify).mockClear();
  vi.mocked(argon2.hash).mockClear();
  expect(await passwordMatches(stored, 'wrong')).toBe(false);
  expect(await passwordMatches(null, 'wrong')).toBe(false);
  const [known, unknown, ...more] = vi.mocked(argon2.verify).mock.calls;
  expect(more).toEqual([]);
  expect(argon2.hash).not.toHaveBeenCalled();
  const cost = ([hash]: readonly unknown[]): string =>
    /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$/.exec(String(hash))![0];
  expect(cost(unknown!)).toBe(cost(known!));
  expect(known![1]).toEqual(unknown![1]);
});

test('not even the password of the decoy signs anybody in', async () => {
  await passwordMatches(null, 'x');
  expect(await passwordMatches(null, 'nobody has this password')).toBe(false);
});
