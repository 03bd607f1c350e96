import { expect, it } from 'vitest';
import { callerOf } from '../../src/upstream/caller.ts';

const maya = { userId: 'maya', authToken: 'token', address: '192.0.2.1' };

it('a connection’s next request finds its caller again, and another caller’s request does not', () => {
  const connection = {};
  const caller = callerOf({ ...maya, connection });
  expect(callerOf({ ...maya, connection })).toBe(caller);
  expect(caller).toEqual(callerOf(maya));
  for (const change of [{ userId: 'nils' }, { authToken: 'other' }, { address: '192.0.2.2' }, { address: undefined }]) {
    const other = { ...maya, ...change };
    expect(callerOf({ ...other, connection })).toEqual(callerOf(other));
    expect(callerOf({ ...other, connection })).not.toEqual(caller);
    expect(callerOf({ ...maya, connection })).toEqual(caller);
  }
  expect(callerOf({ ...maya, connection: {} })).not.toBe(callerOf({ ...maya, connection }));
});
