import { expect, it } from 'vitest';
import { callerKeyOf, claimedUserOf, keyOfUsersOwn, userKeyOf } from '../../../src/upstream/memory/caller-key.ts';

it('callerKeyOf hashes the claimed user id, and the user id with the token', () => {
  const keys = [callerKeyOf('u', 't'), callerKeyOf('u', 't2'), callerKeyOf('u2', 't'), callerKeyOf('ut', '')];
  expect(new Set(keys).size).toBe(4);
  expect(keys.map(claimedUserOf)).toEqual(['u', 'u', 'u2', 'ut'].map(userKeyOf));
  expect(new Set(keys.map((key) => key.length))).toEqual(new Set([87]));
});

it('keyOfUsersOwn takes as little room as any hash, and differs by user and by thing', () => {
  const user = userKeyOf('u');
  const keys = [keyOfUsersOwn(user, 'room'), keyOfUsersOwn(user, 'r'.repeat(500)), keyOfUsersOwn(`${user}r`, 'oom')];
  expect(keys.map((key) => /^[\w-]{43}$/.test(key))).toEqual([true, true, true]);
  expect(new Set(keys).size).toBe(3);
});
