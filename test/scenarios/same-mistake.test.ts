import { isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { argumentChecks } from '../../src/resolvers/argument-checks.ts';
import { createSchema } from '../../src/schema/executable.ts';
import { startTestGateway, type GraphqlResult, type TestGateway } from '../support/gateway.ts';
import { ownTypes } from '../support/schema-elements.ts';

const { shapesRoomId, busyRoomId, groupRoomId, messages, users } = landmarks;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent', MAX_UPSTREAM_CALLS: '3000' } });
});
afterAll(() => gateway.close());

/** Paths to objects of a type: `$` stands for the selection, and the names are its response keys. */
const ways: Record<string, readonly (readonly [names: string, way: string])[]> = {
  Query: [['', '$']],
  Viewer: [['viewer', 'viewer { $ }']],
  DirectMessage: [
    ['directMessage', `directMessage(id: "${shapesRoomId}") { $ }`],
    ['directMessage', `directMessage(id: "nothing") { $ }`],
    ['directMessageWith', 'directMessageWith(username: "nobody") { $ }'],
    ['viewer directMessages nodes', 'viewer { directMessages(first: 2) { nodes { $ } } }'],
    ['viewer directMessages edges node', 'viewer { directMessages(first: 0) { edges { node { $ } } } }'],
    ['message directMessage', `message(id: "${messages.plain}") { directMessage { $ } }`],
    [
      '_entities',
      `_entities(representations: [{ __typename: "DirectMessage", id: "${busyRoomId}" }]) { ... on DirectMessage { $ } }`,
    ],
    ['_entities', '_entities(representations: []) { ... on DirectMessage { $ } }'],
  ],
  Thread: [['message thread', `message(id: "${messages.threadRoot}") { thread { $ } }`]],
  User: [
    ['viewer user', 'viewer { user { $ } }'],
    ['node', `node(id: "${users.busy}") { ... on User { $ } }`],
    ['message author user', `message(id: "${messages.plain}") { author { user { $ } } }`],
    ['directMessage members nodes', `directMessage(id: "${busyRoomId}") { members { nodes { $ } } }`],
  ],
  Message: [
    ['message', `message(id: "${messages.plain}") { $ }`],
    ['directMessage messages nodes', `directMessage(id: "${busyRoomId}") { messages(first: 3) { nodes { $ } } }`],
    [
      'directMessage history edges node',
      `directMessage(id: "${busyRoomId}") { history(first: 3) { edges { node { $ } } } }`,
    ],
    ['_entities', `_entities(representations: [{ __typename: "User", id: "${users.busy}" }]) { ... on Message { $ } }`],
  ],
};

/** What may stand around a field: itself under its name or another, in fragments, beside what is right. */
const surroundings: Record<
  string,
  (type: string, field: string) => { selection: string; fragments?: string; responseName?: string }
> = {
  plainly: (_type, field) => ({ selection: field }),
  'under another name': (_type, field) => ({ selection: `a: ${field}`, responseName: 'a' }),
  'beside itself as it should be': (_type, field) => ({
    selection: `__typename b: ${field} c: __typename`,
    responseName: 'b',
  }),
  'in an inline fragment': (type, field) => ({ selection: `... on ${type} { ... { ${field} } }` }),
  'in a fragment': (type, field) => ({ selection: '...F', fragments: `fragment F on ${type} { ${field} }` }),
  'in a fragment of a fragment, spread twice': (type, field) => ({
    selection: '...F ...G',
    fragments: `fragment F on ${type} { ...G } fragment G on ${type} { a: ${field} }`,
    responseName: 'a',
  }),
  'where a condition lets it in': (type, field) => ({
    selection: `... on ${type} @include(if: true) { ... @skip(if: false) { ${field} } }`,
  }),
};

interface Mistake {
  readonly on: string;
  readonly field: string;
  /** Arguments by name, as GraphQL writes their types and JSON their values. */
  readonly args: Readonly<Record<string, readonly [type: string, value: unknown]>>;
  readonly below: string;
}
const page = { below: '{ __typename }' };
const int = (value: unknown) => ['Int', value] as const;
const text = (value: unknown) => ['String', value] as const;
const wrongPages: Mistake['args'][] = [
  { first: int(101) },
  { first: int(-1) },
  { first: int(null) },
  { last: int(0) },
  { last: int(101) },
  { first: int(1), last: int(1) },
  { after: text('') },
  { after: text('x') },
  { before: text('AAAA') },
  { after: text('a'.repeat(600)) },
];
const pages: [on: string, field: string, own?: Mistake['args']][] = [
  ['Query', 'directMessages'],
  ['Query', 'readReceipts', { messageId: ['ID!', messages.plain] }],
  ['Viewer', 'directMessages'],
  ['DirectMessage', 'messages'],
  ['DirectMessage', 'members'],
  ['Message', 'readReceipts'],
  ['Thread', 'replies'],
];
const mistakes: Mistake[] = [
  ...pages.flatMap(([on, field, own]) => wrongPages.map((args) => ({ on, field, args: { ...own, ...args }, ...page }))),
  { on: 'DirectMessage', field: 'history', args: { first: int(101) }, ...page },
  { on: 'DirectMessage', field: 'history', args: { after: text('x') }, ...page },
  {
    on: 'DirectMessage',
    field: 'history',
    args: { range: ['TimeRange', { since: '2026-10-02T00:00:00+02:00', until: '2026-10-01T21:59:59.999Z' }] },
    ...page,
  },
  { on: 'DirectMessage', field: 'messages', args: { filterBy: ['MessageFilters', { mentioning: [] }] }, ...page },
  { on: 'DirectMessage', field: 'messages', args: { filterBy: ['MessageFilters', { starredBy: ['a b'] }] }, ...page },
  {
    on: 'DirectMessage',
    field: 'messages',
    args: { filterBy: ['MessageFilters', { mentioning: Array.from({ length: 51 }, (_, index) => `u${index}`) }] },
    ...page,
  },
  { on: 'DirectMessage', field: 'counters', args: { userId: ['ID', 'a,b'] }, ...page },
  ...['DirectMessage', 'Viewer'].flatMap((on) =>
    ['', 'x', 'AAAA', 'a'.repeat(201)].map((since) => ({
      on,
      field: 'changes',
      args: { since: text(since) },
      ...page,
    })),
  ),
  ...[0, 101, -1].map((first) => ({ on: 'DirectMessage', field: 'changes', args: { first: int(first) }, ...page })),
  ...[0, 15, 1025, -1].flatMap((size) =>
    ['DirectMessage', 'User'].map((on) => ({ on, field: 'avatarUrl', args: { size: int(size) }, below: '' })),
  ),
  ...['directMessage', 'message', 'node', 'user'].map((field) => ({
    on: 'Query',
    field,
    args: { id: ['ID!', 'a b'] as const },
    ...page,
  })),
  { on: 'Query', field: 'directMessage', args: { id: ['ID!', '@maya.lindqvist'] }, ...page },
  { on: 'Query', field: 'directMessage', args: { id: ['ID!', users.member] }, ...page },
  { on: 'Query', field: 'readReceipts', args: { messageId: ['ID!', ''] }, ...page },
  { on: 'Query', field: 'directMessageWith', args: { username: ['String!', '@a'] }, ...page },
];

/** A value as GraphQL writes it. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${name}: ${literal(inner)}`)
    .join(' ')} }`;
}

interface Asked {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly path: readonly string[];
}

/** The mistake in every place and surrounding, written out and in variables. */
function* everywhere({ on, field, args, below }: Mistake): Generator<Asked> {
  for (const [names, way] of ways[on] ?? []) {
    for (const around of Object.values(surroundings)) {
      for (const inVariables of [false, true]) {
        const written = Object.entries(args).map(
          ([name, [, value]]) => `${name}: ${inVariables ? `$${name}` : literal(value)}`,
        );
        const header = inVariables
          ? `(${Object.entries(args)
              .map(([name, [type]]) => `$${name}: ${type}`)
              .join(' ')})`
          : '';
        const {
          selection,
          fragments = '',
          responseName = field,
        } = around(on, `${field}(${written.join(' ')}) ${below}`);
        yield {
          query: `query${header} { x: __typename ${way.replace('$', selection)} } ${fragments}`,
          variables: inVariables
            ? Object.fromEntries(Object.entries(args).map(([name, [, value]]) => [name, value]))
            : {},
          path: [...names.split(' ').filter((name) => name !== ''), responseName],
        };
      }
    }
  }
}

const gist = ({ status, data, errors }: GraphqlResult) => ({
  status,
  data,
  errors: errors?.map(({ path, extensions }) => ({ path, code: extensions['code'] })),
});

describe('Consistent input errors', () => {
  it('M10: the input checks cover every field with arguments', () => {
    const fields = ownTypes(createSchema())
      .filter(isObjectType)
      .flatMap((type) =>
        Object.values(type.getFields())
          .filter(({ args }) => args.length > 0)
          .map(({ name }) => `${type.name}.${name}`),
      );
    expect([...argumentChecks.keys(), 'Query._entities'].toSorted()).toEqual(fields.toSorted()); // references are refused one by one
    for (const { on, field } of mistakes) expect(fields).toContain(`${on}.${field}`);
    expect(new Set(mistakes.map(({ on, field }) => `${on}.${field}`)).size).toBe(argumentChecks.size);
  });

  it.each(
    mistakes.map((mistake) => ({
      mistake,
      name: `${mistake.on}.${mistake.field} ${JSON.stringify(mistake.args).slice(0, 80)}`,
    })),
  )('M10: the same mistake gives the same error in every position: $name', async ({ mistake }) => {
    const { admin, member } = gateway.demo.world;
    const before = gateway.demo.calls.length;
    const messagesTold = new Set<string | undefined>();
    for (const [index, { query, variables, path }] of [...everywhere(mistake)].entries()) {
      // One in three, and other ones of each mistake: all of them would be two thousand requests.
      if ((index + mistakes.indexOf(mistake)) % 3 !== 0) continue;
      const as = mistake.field === 'directMessage' || index % 2 === 0 ? member : admin;
      const result = await gateway.ask(query, { variables, as });
      expect(gist(result), query).toEqual({ status: 400, data: undefined, errors: [{ path, code: 'BAD_USER_INPUT' }] });
      messagesTold.add(result.errors?.[0]?.message);
    }
    expect(messagesTold.size).toBe(1);
    expect(gateway.demo.calls.length).toBe(before);
  });

  it('M10: a mistake in a field that a directive leaves out is no error', async () => {
    const { status, errors } = await gateway.ask(
      'query ($id: ID! $no: Boolean!) { directMessage(id: $id) @include(if: $no) { messages(first: 500) { totalCount } } viewer { userId ... @skip(if: true) { directMessages(first: 500) { totalCount } } } }',
      { variables: { id: '', no: false } },
    );
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
  });

  it.each<[string, Record<string, unknown>]>([
    ['query ($x: Boolean = true) { viewer { userId @include(if: $x) } }', { x: null }],
    ['query ($x: Boolean = false) { viewer { ... @skip(if: $x) { userId } } }', { x: null }],
    ['query ($x: Boolean = true) { viewer { ...F @include(if: $x) } } fragment F on Viewer { userId }', { x: null }],
    ['query ($x: ID = "x") { viewer { userId } a: directMessage(id: $x) { id } }', { x: null }],
    [
      'query ($x: OrderDirection = DESC) { viewer { directMessages(orderBy: { field: CREATED_AT, direction: $x }) { totalCount } } }',
      { x: null },
    ],
    [
      'query ($x: ID = "x") { directMessage(id: "r") { messages(filterBy: { mentioning: ["a", $x] }) { totalCount } } }',
      { x: null },
    ],
    ['query ($x: String = "Query") { __type(name: $x) { name } }', { x: null }],
    ['query ($x: [_Any!] = []) { _entities(representations: $x) { __typename } }', { x: null }],
    ['query ($x: _Any = 1) { _entities(representations: [$x]) { __typename } }', { x: null }],
  ])('M10: a null that a default hides from validation is an error: %s', async (query, variables) => {
    for (const _time of ['first', 'again']) {
      const result = await gateway.askCounting(query, { variables });
      expect({
        status: result.status,
        data: result.data,
        codes: result.errors?.map(({ extensions }) => extensions['code']),
        calls: result.calls,
      }).toEqual({ status: 400, data: undefined, codes: ['BAD_USER_INPUT'], calls: [] });
      expect(result.errors?.[0]?.message).toMatch(/^Argument "/);
    }
  });

  it('M10: many wrong values in a variable are ten BAD_USER_INPUT errors', async () => {
    const query =
      'query ($ids: [ID!]) { directMessage(id: "r") { messages(filterBy: { mentioning: $ids }) { totalCount } } }';
    const { status, errors } = await gateway.ask(query, {
      variables: { ids: Array.from({ length: 5000 }, () => ({})) },
    });
    expect({ status, codes: errors?.map(({ extensions }) => extensions['code']) }).toEqual({
      status: 400,
      codes: Array.from({ length: 10 }, () => 'BAD_USER_INPUT'),
    });
    expect(errors?.at(-1)?.message).toBe('There are more invalid values than these.');
  });
});

describe('Mistakes found during execution', () => {
  it('a cursor of another list nulls its field alone, at the root and below', async () => {
    const { data } = await gateway.ask(
      `{ directMessage(id: "${busyRoomId}") { messages(first: 1) { pageInfo { endCursor } } } }`,
    );
    const { endCursor: cursor } = (data as { directMessage: { messages: { pageInfo: { endCursor: string } } } })
      .directMessage.messages.pageInfo;
    const asked: Record<string, [query: string, data: unknown]> = {
      readReceipts: [`readReceipts(messageId: "${messages.plain}" after: "${cursor}") { totalCount }`, null],
      'directMessage.messages': [
        `directMessage(id: "${groupRoomId}") { messages(after: "${cursor}") { totalCount } }`,
        { messages: null },
      ],
      'viewer.directMessages': [
        `viewer { directMessages(last: 1 before: "${cursor}") { totalCount } }`,
        { directMessages: null },
      ],
    };
    for (const [path, [field, left]] of Object.entries(asked)) {
      for (const query of [`{ ${field} }`, `{ ${field} x: __typename }`]) {
        const result = await gateway.ask(query);
        expect(gist(result)).toMatchObject({
          status: 200,
          data: { [path.split('.')[0] ?? '']: left },
          errors: [{ path: path.split('.'), code: 'BAD_USER_INPUT' }],
        });
      }
    }
  });

  it('a malformed reference nulls only itself, even if it is the only one', async () => {
    for (const [reference, code] of [
      [`{ __typename: "User", id: "a b" }`, 'BAD_USER_INPUT'],
      [`{ __typename: "User", id: "${'x'.repeat(129)}" }`, 'BAD_USER_INPUT'],
      [`{ __typename: "User", id: "a,b" }`, 'BAD_USER_INPUT'],
      [`{ __typename: "DirectMessage", id: "@a" }`, 'BAD_USER_INPUT'],
      [`{ __typename: "Viewer" }`, 'BAD_USER_INPUT'],
    ] as const) {
      const result = await gateway.askCounting(`{ _entities(representations: [${reference}]) { __typename } }`);
      expect(gist(result), reference).toEqual({
        status: 200,
        data: { _entities: [null] },
        errors: [{ path: ['_entities', 0], code }],
      });
      expect(result.calls).toEqual([]);
    }
  });
});
