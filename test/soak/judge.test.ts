import { describe, expect, test } from 'vitest';
import { differences, isClean, judge } from './judge.ts';

const stored = ['1.1 a', '1.2 b', '2.3 c', '5.4 d', '5.5 e'];

describe('the judge', () => {
  test('has nothing to say of what is told as it is stored', () => {
    const verdict = judge(stored, stored);
    expect(verdict).toEqual({ expected: 5, lost: [], doubled: [], outOfOrder: [], strange: [] });
    expect(isClean(verdict)).toBe(true);
    expect(isClean(judge([], []))).toBe(true);
  });

  const faults: [string, string[], object][] = [
    ['a lost one in the middle', ['1.1 a', '1.2 b', '5.4 d', '5.5 e'], { lost: ['2.3 c'] }],
    ['a lost one at the end', stored.slice(0, 4), { lost: ['5.5 e'] }],
    ['all of them lost', [], { lost: stored }],
    ['a doubled one', ['1.1 a', '1.2 b', '1.2 b', '2.3 c', '5.4 d', '5.5 e'], { doubled: ['1.2 b'] }],
    ['one doubled later', [...stored, '1.1 a'], { doubled: ['1.1 a'] }],
    ['two swapped', ['1.1 a', '2.3 c', '1.2 b', '5.4 d', '5.5 e'], { outOfOrder: ['1.2 b'] }],
    ['one that is not stored', [...stored, '6.6 f'], { strange: ['6.6 f'] }],
    [
      'one with another content',
      ['1.1 a', '1.2 x', '2.3 c', '5.4 d', '5.5 e'],
      { lost: ['1.2 b'], strange: ['1.2 x'] },
    ],
  ];
  test.each(faults)('finds %s, and nothing else', (_name, told, found) => {
    const verdict = judge(stored, told);
    expect(verdict).toEqual({ expected: 5, lost: [], doubled: [], outOfOrder: [], strange: [], ...found });
    expect(isClean(verdict)).toBe(false);
  });
});

describe('what was acknowledged and what is stored', () => {
  test.each([
    ['the same in another order', ['a', 'b', 'a'], ['a', 'a', 'b'], [], []],
    ['a lost one', ['a', 'b'], ['a'], ['b'], []],
    ['one that was done twice', ['a'], ['a', 'a'], [], ['a']],
    ['one acknowledged twice', ['a', 'a'], ['a'], ['a'], []],
  ])('%s', (_name, acknowledged, kept, missing, unasked) => {
    expect(differences(acknowledged, kept)).toEqual({ missing, unasked });
  });
});
