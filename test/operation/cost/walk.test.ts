import { describe, expect, it } from 'vitest';
import { costOf } from '../../support/cost-of.ts';

describe('The estimate of a large operation', () => {
  /** A room with counters for that many users, which are two fields each. */
  const counters = (users: number, more: string) => {
    const fields = Array.from({ length: users }, (_, index) => `a${index}: counters(userId: "u${index}") { joined }`);
    return `{ room: directMessage(id: "r") { ${fields.join(' ')} ${more} } }`;
  };

  it('visits ten thousand fields, and gives up at the place of the next', () => {
    expect(costOf(counters(4999, 'id')).calls).toBe(4999);
    const { byEndpoint, heaviest } = costOf(counters(5000, ''));
    expect([byEndpoint['unknown'], heaviest[0]]).toEqual([1e9, { path: 'room.a4999', calls: 1e9 }]);
  });
});
