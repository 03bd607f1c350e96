import { describe, expect, it } from 'vitest';
import { FailingLists } from '../../../src/upstream/memory/failing-lists.ts';
import { manualClock } from '../../support/manual-clock.ts';

describe('L1: FailingLists', () => {
  it('remembers failed lists by user and endpoint', () => {
    const lists = new FailingLists();
    lists.add('alice', 'rooms.get');
    expect([
      lists.has('alice', 'rooms.get'),
      lists.has('alice', 'subscriptions.get'),
      lists.has('bob', 'rooms.get'),
    ]).toEqual([true, false, false]);
  });

  it('forgets a failed list after ten minutes', () => {
    const clock = manualClock();
    const lists = new FailingLists(clock);
    lists.add('alice', 'rooms.get');
    clock.move(599_999);
    expect(lists.has('alice', 'rooms.get')).toBe(true);
    clock.move(1);
    expect(lists.has('alice', 'rooms.get')).toBe(false);
  });

  it('remembers nothing of users whom the workspace has not accepted', () => {
    const lists = new FailingLists();
    lists.add(undefined, 'rooms.get');
    expect([lists.has(undefined, 'rooms.get'), lists.size]).toEqual([false, 0]);
  });

  it('evicts the list that failed longest ago beyond 10,000', () => {
    const lists = new FailingLists();
    for (let user = 0; user < 10_000; user += 1) lists.add(`user${user}`, 'rooms.get');
    lists.add('user0', 'rooms.get'); // again
    expect(lists.size).toBe(10_000);
    lists.add('one more', 'rooms.get');
    expect(lists.size).toBe(10_000);
    expect(['user0', 'user1', 'user2', 'one more'].map((user) => lists.has(user, 'rooms.get'))).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });
});
