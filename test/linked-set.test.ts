import { expect, it } from 'vitest';
import { LinkedSet } from '../src/linked-set.ts';

const valuesOf = (set: LinkedSet<string>) => set.places().map(({ value }) => value);

it('a LinkedSet holds what was added and not removed, in order of arrival', () => {
  const set = new LinkedSet<string>();
  expect(valuesOf(set)).toEqual([]);
  const [a, b, c] = [set.add('a'), set.add('b'), set.add('c')];
  set.remove(b);
  set.remove(b);
  expect(valuesOf(set)).toEqual(['a', 'c']);
  set.remove(a);
  set.add('d');
  set.remove(c);
  expect(valuesOf(set)).toEqual(['d']);
});

it('a removed place leads to no other, so it keeps none in memory', () => {
  const set = new LinkedSet<string>();
  const [a, b] = [set.add('a'), set.add('b')];
  set.remove(a);
  expect([a.before, a.after]).toEqual([a, a]);
  expect([b.before, b.after]).not.toContain(a);
});
