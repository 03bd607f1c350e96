import { expect, it } from 'vitest';
import { AcceptedCallers } from '../../../src/upstream/memory/accepted-callers.ts';

it('AcceptedCallers knows a user by one key, whichever of their tokens the workspace accepted', () => {
  const callers = new AcceptedCallers();
  expect(callers.userOf('pair-1')).toBeUndefined();
  callers.accept('pair-1', 'alice');
  callers.accept('pair-2', 'alice');
  callers.accept('pair-3', 'bob');
  expect(callers.userOf('pair-1')).toBe(callers.userOf('pair-2'));
  expect(callers.userOf('pair-3')).not.toBe(callers.userOf('pair-1'));
  expect(callers.userOf('pair-1')).not.toContain('alice');
});

it('AcceptedCallers forgets a pair that the workspace rejects, and no other pair of that user', () => {
  const callers = new AcceptedCallers();
  callers.accept('pair-1', 'alice');
  callers.accept('pair-2', 'alice');
  callers.refuse('pair-1');
  expect(callers.userOf('pair-1')).toBeUndefined();
  expect(callers.userOf('pair-2')).toBeDefined();
  callers.refuse('pair-2'); // the most recently used
  expect(callers.userOf('pair-2')).toBeUndefined();
  callers.accept('pair-2', 'alice');
  expect(callers.userOf('pair-2')).toBeDefined();
});

it('AcceptedCallers evicts the least recently used pair beyond 10,000', () => {
  const callers = new AcceptedCallers();
  for (let index = 0; index < 10_000; index += 1) callers.accept(`pair-${index}`, 'alice');
  expect(callers.userOf('pair-0')).toBeDefined(); // now the most recently used
  callers.accept('one more', 'bob');
  expect(callers.size).toBe(10_000);
  expect(callers.userOf('pair-1')).toBeUndefined();
  expect(callers.userOf('pair-0')).toBeDefined();
});
