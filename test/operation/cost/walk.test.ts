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

describe('The price of changes', () => {
  it.each<[what: string, args: string, price: Record<string, number>]>([
    ['since a cursor is two calls for each room', '(since: "c")', { 'chat.syncMessages': 6, 'im.list': 1 }],
    ['to begin with is one call for each room', '', { 'dm.messages': 3, 'im.list': 1 }],
    ['since null is the same', '(since: null)', { 'dm.messages': 3, 'im.list': 1 }],
  ])('%s', (_what, args, price) => {
    const query = `{ viewer { directMessages(first: 3) { nodes { changes${args} { cursor } } } } }`;
    expect(costOf(query).byEndpoint).toEqual(price);
  });
});

describe('The size of a response', () => {
  const users = (...ids: readonly string[]) => ({ of: ids.map((id) => ({ __typename: 'User', id })) });

  it('counts entities under each alias, and each reference to the same one', () => {
    const entities = '_entities(representations: $of) { ... on User { name } }';
    const [once, twice] = [entities, `a: ${entities} b: ${entities}`].map(
      (each) => `query ($of: [_Any!]!) { ${each} }`,
    );
    expect([once, twice].map((query) => costOf(query ?? '', users('a', 'b')).values)).toEqual([52, 104]);
    expect([once, twice].map((query) => costOf(query ?? '', users('a', 'a', 'a', 'a')).values)).toEqual([104, 208]);
  });

  it('counts what changed as rows', () => {
    const query = '{ directMessage(id: "r") { changes(since: "c", first: 5) { cursor changed { id text } } } }';
    expect(costOf(query).values).toBe(1 + 5 * 2);
  });
});
