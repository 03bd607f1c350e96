import { expect, it } from 'vitest';
import { LinkedSet } from '../../src/http/linked-set.ts';

it('a LinkedSet holds what was added and not removed, in order of arrival', () => {
  const set = new LinkedSet<string>();
  expect(set.values()).toEqual([]);
  const [a, b, c] = [set.add('a'), set.add('b'), set.add('c')];
  set.remove(b);
  set.remove(b);
  expect(set.values()).toEqual(['a', 'c']);
  set.remove(a);
  set.add('d');
  set.remove(c);
  expect(set.values()).toEqual(['d']);
});

it('a removed place leads to no other, so it keeps none in memory', () => {
  const set = new LinkedSet<string>();
  const [a, b] = [set.add('a'), set.add('b')];
  set.remove(a);
  expect([a.before, a.after]).toEqual([a, a]);
  expect([b.before, b.after]).not.toContain(a);
});
