import { expect, it } from 'vitest';
import { callerKeyOf, claimedUserOf, userKeyOf } from '../../../src/upstream/memory/caller-key.ts';

it('a caller is known by hashes: of the user id that they claim, and of that and the token together', () => {
  const keys = [callerKeyOf('u', 't'), callerKeyOf('u', 't2'), callerKeyOf('u2', 't'), callerKeyOf('ut', '')];
  expect(new Set(keys).size).toBe(4);
  expect(keys.map(claimedUserOf)).toEqual(['u', 'u', 'u2', 'ut'].map(userKeyOf));
  expect(new Set(keys.map((key) => key.length))).toEqual(new Set([87]));
});
