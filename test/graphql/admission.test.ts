import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Admission, overloaded } from '../../src/graphql/admission.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

/** An admission with operations that last until they are told to end. */
function world(operationsAtOnce: number) {
  const state = { isSaturated: true };
  const admission = new Admission({ operationsAtOnce, busyness: { isSaturated: () => state.isSaturated } });
  const ends: (() => void)[] = [];
  const answers: string[] = [];
  let asked = 0;
  const ask = (count: number): void => {
    for (let index = 0; index < count; index += 1) {
      const name = `operation ${(asked += 1)}`;
      const work = () => new Promise<string>((resolve) => ends.push(() => resolve(name)));
      void admission.run('http', work).then((answer) => answers.push(answer ?? `${name} refused`));
    }
  };
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
  return { admission, state, ends, answers, ask, pass };
}

test('as many as are allowed begin at once, and the next one when one has ended', async () => {
  const { admission, ends, answers, ask, pass } = world(2);
  ask(3);
  await pass(0);
  expect(ends).toHaveLength(2);
  expect(admission.gauges).toEqual({ inFlight: 2, waiting: 1 });
  ends[0]!();
  await pass(0);
  expect(answers).toEqual(['operation 1']);
  expect(ends).toHaveLength(3);
  expect(admission.gauges).toEqual({ inFlight: 2, waiting: 0 });
});

test('an operation that fails gives its place back', async () => {
  const { admission } = world(1);
  await expect(admission.run('http', () => Promise.reject(new Error('fails')))).rejects.toThrow('fails');
  expect(admission.gauges.inFlight).toBe(0);
});

test('a burst waits for half a second; then the queue stands, and nobody waits for long', async () => {
  const { admission, answers, ask, pass } = world(1);
  ask(4);
  await pass(490);
  expect(answers).toEqual([]);
  await pass(20);
  expect(answers).toEqual(['operation 2 refused', 'operation 3 refused', 'operation 4 refused']);
  ask(1);
  await pass(20);
  expect(answers.at(-1)).toBe('operation 5 refused');
  expect(admission.refused).toEqual({ http: 4, socket: 0 });
});

test('behind a queue that stands only as many wait as are worked on; the others are refused at once', async () => {
  const { admission, answers, ask, pass } = world(2);
  ask(3);
  await pass(510);
  expect(answers).toEqual(['operation 3 refused']);
  ask(2);
  expect(admission.isFull).toBe(true);
  ask(1);
  await pass(0);
  expect(answers.at(-1)).toBe('operation 6 refused');
});

test('a second after the last refusal a burst may wait again', async () => {
  const { ends, answers, ask, pass } = world(1);
  ask(2);
  await pass(510);
  ends[0]!();
  await pass(1_100);
  ask(2);
  await pass(300);
  expect(answers).toEqual(['operation 2 refused', 'operation 1']);
});

test('a server that is not saturated takes more, which wait for something outside', async () => {
  const { admission, state, ends, ask, pass } = world(1);
  state.isSaturated = false;
  ask(20);
  await pass(0);
  expect(ends).toHaveLength(16);
  expect(admission.gauges.waiting).toBe(4);
});

test('who waits begins as soon as the server is no longer saturated, though nothing has ended', async () => {
  const { state, ends, ask, pass } = world(1);
  ask(2);
  await pass(50);
  expect(ends).toHaveLength(1);
  state.isSaturated = false;
  await pass(10);
  expect(ends).toHaveLength(2);
});

test('no limit refuses nobody', async () => {
  const { admission, ends, ask, pass } = world(0);
  ask(2_000);
  await pass(1_000);
  expect(ends).toHaveLength(2_000);
  expect(admission.isFull).toBe(false);
});

test('who is refused is told when to come back, and not always the same', () => {
  const seconds = new Set(Array.from({ length: 200 }, () => overloaded().details['retryAfterSeconds']));
  expect([...seconds].toSorted()).toEqual([1, 2, 3]);
});
