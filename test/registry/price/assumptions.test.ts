import { describe, expect, it } from 'vitest';
import { pages, priceProject } from '../../support/price-project.ts';

describe('The price command assumes what nobody gave', () => {
  /** The price of `A`, and the assumptions. */
  const priceOf = (text: string, ...args: string[]): string[] => {
    const { price } = priceProject({ 'src/a.graphql': text, 'v.json': '{"A": {"first": 7}}' });
    const [first = '', ...others] = price(...args).output.split('\n');
    return [first.replace(' (src/a.graphql:1)', ''), ...others.filter((line) => line.startsWith('  with '))];
  };

  it.each<[string, string, string[], string[]]>([
    [
      'a required size is the API’s default',
      '($n: Int!)',
      [],
      ['A: 21 calls: dm.messages 20, im.list 1', '  with $n = 20'],
    ],
    ['so is an optional size', '($n: Int)', [], ['A: 21 calls: dm.messages 20, im.list 1', '  with $n = 20']],
    ['a size has its own default', '($n: Int = 3)', [], ['A: 4 calls: dm.messages 3, im.list 1']],
    [
      '--first gives every size',
      '($n: Int = 3)',
      ['--first=5'],
      ['A: 6 calls: dm.messages 5, im.list 1', '  with $n = 5'],
    ],
  ])('%s', (_what, declared, args, expected) => {
    expect(priceOf(pages('A', '$n', declared), ...args)).toEqual(expected);
  });

  it('a file gives variables of single operations, before --first', () => {
    const text = pages('A', '$first', '($first: Int!)');
    for (const args of [[], ['--first=5']])
      expect(priceOf(text, '--variables=v.json', ...args)).toEqual(['A: 8 calls: dm.messages 7, im.list 1']);
  });

  it('a size that changes nothing is not mentioned', () => {
    expect(priceOf('query A($n: Int!) { viewer { directMessages(first: $n) { totalCount } } }')).toEqual([
      'A: 1 call: im.list 1',
    ]);
  });

  it('a page from the back has the same size, unless both ends are open', () => {
    const back = (declared: string, args: string) =>
      `query A(${declared}) { viewer { directMessages(first: 3) { nodes { members(${args}) { nodes { id } } } } } }`;
    expect(priceOf(back('$last: Int!, $before: String!', 'last: $last, before: $before'))).toEqual([
      'A: 4 calls: im.list 1, im.members 3',
    ]);
    const both = back(
      '$first: Int, $after: String, $last: Int, $before: String',
      'first: $first, after: $after, last: $last, before: $before',
    );
    for (const args of [[], ['--first=5']])
      expect(priceOf(both, ...args)).toEqual(['A: 4 calls: im.list 1, im.members 3']);
  });

  it('conditions without a value are priced both ways, and the dearest way counts', () => {
    const text = `query A($more: Boolean!, $less: Boolean!, $either: Boolean!, $same: Boolean!) { viewer {
      unreadCount @include(if: $more)
      user @skip(if: $less) { username }
      directMessages(first: 2) { nodes {
        a: messages(first: 1) @include(if: $either) { nodes { id } }
        members(first: 1) @skip(if: $either) { nodes { id } }
        id @include(if: $same) } } } }`;
    expect(priceOf(text)).toEqual([
      'A: 5 calls: dm.messages 2, im.list 1, me 1, subscriptions.get 1',
      '  with $more = true, $less = false',
    ]);
  });

  it('required values of every type are made up, ids so that they differ', () => {
    const text = `query A($room: ID!, $other: ID!, $name: String!, $since: DateTime!, $filter: MessageFilters!, $of: [ID!]!,
      $field: MessageOrderField!, $order: MessageOrder!, $size: Int!) {
      directMessage(id: $room) {
        avatarUrl(size: $size)
        history(range: { since: $since }) { nodes { id } }
        a: messages(filterBy: $filter, orderBy: $order) { nodes { id } }
        b: messages(filterBy: { mentioning: $of }, orderBy: { field: $field, direction: ASC }) { nodes { id } }
      }
      other: directMessage(id: $other) { messages { nodes { id } } }
      directMessageWith(username: $name) { id }
    }`;
    expect(priceOf(text)).toEqual(['A: 6 calls: dm.history 2, dm.messages 3, subscriptions.get 1']);
  });

  it('an optional value is absent, which is mentioned where it matters', () => {
    const text = `query A($user: ID, $after: String) { viewer { directMessages(first: 3, after: $after) {
      nodes { counters(userId: $user) { unreadCount } } } } }`;
    expect(priceOf(text)).toEqual(['A: 2 calls: im.list 1, subscriptions.get 1', '  with no $user']);
  });

  it.each([
    ['an operation that does not exist', '{"B": {}}', 'v.json: no operation is named B'],
    ['a variable that does not exist', '{"A": {"m": 1}}', 'v.json: A has no variable $m'],
    ['no object', '{"A": 1}', 'v.json: expected an object of variables for A'],
    ['no JSON', '{', /^v\.json: cannot be read as JSON: /],
    [
      'a value of another type',
      '{"A": {"n": "x"}}',
      /^src\/a\.graphql:1: A: Variable "\$n" (got|has) invalid value.* \(values of variables: see --variables\)$/,
    ],
    [
      'a value out of range',
      '{"A": {"n": 101}}',
      'src/a.graphql:1: `first` is 101: give 0 to 100. (values of variables: see --variables)',
    ],
  ])('a file of variables with %s is a mistake', (_what, json, message) => {
    const { price } = priceProject({ 'src/a.graphql': pages('A', '$n', '($n: Int!)'), 'v.json': json });
    const output = typeof message === 'string' ? message : (expect.stringMatching(message) as string);
    expect(price('--variables=v.json')).toEqual({ exitCode: 2, output });
    expect(price('--variables=none.json')).toEqual({ exitCode: 2, output: 'none.json: there is no such file' });
  });

  it('an operation that the gateway would reject by its price says so', () => {
    expect(priceProject({ 'src/a.graphql': pages('A', 100) }).price().output).toContain(
      '  REJECTED by a gateway with the default settings: This query can cost 101 upstream calls; the limit is 100.',
    );
  });
});
