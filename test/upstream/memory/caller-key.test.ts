import { expect, it } from 'vitest';
import { callerKeyOf, claimedUserOf, userKeyOf } from '../../../src/upstream/memory/caller-key.ts';

it('callerKeyOf hashes the claimed user id, and the user id with the token', () => {
  const keys = [callerKeyOf('u', 't'), callerKeyOf('u', 't2'), callerKeyOf('u2', 't'), callerKeyOf('ut', '')];
  expect(new Set(keys).size).toBe(4);
  expect(keys.map(claimedUserOf)).toEqual(['u', 'u', 'u2', 'ut'].map(userKeyOf));
  expect(new Set(keys.map((key) => key.length))).toEqual(new Set([87]));
});
