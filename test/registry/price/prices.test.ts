import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { asObject } from '../../../src/json.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { priceProject } from '../../support/price-project.ts';

const pages = (name: string, first: number | string, declared = '') =>
  `query ${name}${declared} { viewer { directMessages(first: ${first}) { nodes { messages(first: 1) { nodes { id } } } } } }`;

describe('The price command compares with prices.json', () => {
  it('an operation that got dearer fails, with both prices; --write accepts it', () => {
    const { price, write, read } = priceProject({ 'src/a.graphql': pages('A', 2) });
    expect(price('--write').exitCode).toBe(0);
    expect(JSON.parse(read('prices.json'))).toEqual({ A: { 'dm.messages': 2, 'im.list': 1 } });
    expect(price()).toEqual({
      exitCode: 0,
      output: 'A (src/a.graphql:1): 3 calls: dm.messages 2, im.list 1\n\n1 operation: 1 unchanged.',
    });
    write({ 'src/a.graphql': pages('A', 4) });
    expect(price()).toEqual({
      exitCode: 1,
      output: [
        'A (src/a.graphql:1): 5 calls: dm.messages 4, im.list 1',
        '  DEARER: it was 3 calls: dm.messages 2, im.list 1',
        '',
        '1 operation: 1 dearer.',
        'To accept these prices, run the command with --write and commit prices.json.',
      ].join('\n'),
    });
    expect(price('--write')).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/1 dearer\.\nWrote prices\.json\.$/),
    });
    expect(price().exitCode).toBe(0);
  });

  it('a new operation fails, one without an entry is named, cheaper ones and other endpoints are told', () => {
    const { price, read } = priceProject({
      'src/a.graphql': `${pages('Cheaper', 1)} query Moved { viewer { unreadCount } } query New { viewer { userId } }`,
      'prices.json': JSON.stringify({ Old: { me: 1 }, Cheaper: { 'im.list': 1, 'dm.messages': 9 }, Moved: { me: 1 } }),
    });
    const { exitCode, output } = price();
    expect(exitCode).toBe(1);
    expect(output.split('\n')).toEqual([
      'Cheaper (src/a.graphql:1): 2 calls: dm.messages 1, im.list 1',
      '  CHEAPER: it was 10 calls: im.list 1, dm.messages 9',
      'Moved (src/a.graphql:1): 1 call: subscriptions.get 1',
      '  MOVED: it was 1 call: me 1',
      'New (src/a.graphql:1): 0 calls',
      '  NEW',
      '',
      '3 operations: 1 new, 1 cheaper, 1 at the same price with other endpoints.',
      'Only in prices.json: Old.',
      'To accept these prices, run the command with --write and commit prices.json.',
    ]);
    expect(price('--write').output).toContain('Removed from prices.json: Old.\nWrote prices.json.');
    expect(Object.keys(JSON.parse(read('prices.json')) as object)).toEqual(['Cheaper', 'Moved', 'New']);
  });

  it('what got cheaper, moved or went away does not fail', () => {
    const { price } = priceProject({
      'src/a.graphql': 'query A { viewer { unreadCount } } query B { viewer { unreadCount } }',
      'prices.json': JSON.stringify({ A: { me: 1 }, B: { me: 2 }, Old: {} }),
    });
    expect(price().exitCode).toBe(0);
  });

  it('the file may have another name and place; without it, every operation is new', () => {
    const { price, read } = priceProject({ 'src/a.graphql': 'query A { viewer { unreadCount } }', 'lists/x.md': '' });
    expect(price('--prices=lists/calls.json')).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('There is no lists/calls.json yet. To accept'),
    });
    price('--prices=lists/calls.json', '--write');
    expect(JSON.parse(read('lists/calls.json'))).toEqual({ A: { 'subscriptions.get': 1 } });
    expect(price('--prices=lists/calls.json').exitCode).toBe(0);
  });

  it.each([
    ['no JSON', '<<<<<<< HEAD', /^prices\.json: cannot be read as JSON: /],
    ['a list', '[]', /^prices\.json: expected a JSON object$/],
    ['a number', '{"A": 3}', /^prices\.json: expected calls by endpoint for A, such as \{"im\.list": 1\}/],
    ['text for calls', '{"A": {"me": "1"}}', /^prices\.json: expected calls by endpoint for A/],
    ['fewer calls than none', '{"A": {"me": -1}}', /^prices\.json: expected calls by endpoint for A/],
  ])('prices.json with %s is a mistake, and --write makes it anew', (_what, text, message) => {
    const { price, read } = priceProject({
      'src/a.graphql': 'query A { viewer { unreadCount } }',
      'prices.json': text,
    });
    expect(price()).toEqual({ exitCode: 2, output: expect.stringMatching(message) });
    expect(price('--write').exitCode).toBe(0);
    expect(JSON.parse(read('prices.json'))).toEqual({ A: { 'subscriptions.get': 1 } });
  });

  it('prices that cannot be written are a mistake', () => {
    const { price, folder } = priceProject({ 'src/a.graphql': 'query A { viewer { unreadCount } }' });
    mkdirSync(join(folder, 'prices.json'));
    expect(price('--write')).toEqual({
      exitCode: 2,
      output: expect.stringMatching(/^prices\.json: cannot be written: E/),
    });
  });

  it('an operation whose name objects have of their own is kept like any other', () => {
    const { price } = priceProject({
      'src/a.graphql': 'query constructor { __typename } query __proto__ { viewer { unreadCount } }',
    });
    expect(price().output).toContain('2 operations: 2 new.');
    expect(price('--write').exitCode).toBe(0);
    expect(price()).toMatchObject({ exitCode: 0, output: expect.stringContaining('2 operations: 2 unchanged.') });
  });
});

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

describe('npm run price', () => {
  it('the README shows what the command prints for its own query', () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const mailbox = /```graphql\n(query Mailbox [\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const { price, write } = priceProject({ 'src/mailbox.graphql': mailbox.replace('first: 10', 'first: 5') });
    price('--write');
    write({ 'src/mailbox.graphql': mailbox });
    expect(readme).toContain(`\`\`\`\n${price().output}\n\`\`\`\n`);
  });

  it('the price is the one that the gateway plans, by endpoint', async () => {
    const gateway = await startTestGateway();
    const texts = [
      pages('A', 5),
      'query B { viewer { unreadCount directMessages(first: 20) { nodes { title counters { unreadCount memberCount } membership { unreadCount } members { nodes { status } } } } } }',
      'query C { directMessage(id: "r1") { usernames history(first: 3) { nodes { author { name } readReceipts { isAvailable } } } } }',
    ];
    const { price, read } = priceProject({ 'src/a.graphql': texts.join('\n') });
    price('--write');
    const prices = JSON.parse(read('prices.json')) as Record<string, unknown>;
    // The command prices for a caller whose rooms the gateway knows.
    await gateway.ask('{ viewer { directMessages(first: 100) { nodes { id } } } }');
    for (const [index, text] of texts.entries()) {
      const { extensions } = await gateway.ask(text, { headers: { 'x-upstream-plan': 'only' } });
      expect(prices['ABC'.charAt(index)]).toEqual(asObject(extensions?.['upstream'])?.['byEndpoint']);
    }
  });

  const run = (cwd: string, ...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const script = fileURLToPath(new URL('../../../src/registry/price.ts', import.meta.url));
      execFile(process.execPath, [script, ...args], { cwd }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
      );
    });

  it('the command works in the folder where it starts, says prices on stdout and mistakes on stderr', async () => {
    const { folder, write } = priceProject({ 'src/a.tsx': `gql\`${pages('A', 2)}\`` });
    expect(await run(folder, 'src/*', '--write')).toMatchObject({ code: 0, stderr: '' });
    write({ 'src/a.tsx': `gql\`${pages('A', 3)}\`` });
    expect(await run(folder, 'src/*')).toEqual({ code: 1, stdout: expect.stringContaining('DEARER'), stderr: '' });
    write({ 'src/a.tsx': 'gql`query A {`' });
    expect(await run(folder, 'src/*')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'src/a.tsx:1: Syntax Error: Expected Name, found <EOF>.\n',
    });
    expect(await run(folder)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--variables <file>'),
    });
  });
});
