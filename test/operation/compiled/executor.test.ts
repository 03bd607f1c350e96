import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, GraphQLError, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/context/request-context.ts';
import type { DocumentMemory } from '../../../src/operation/document-store.ts';
import { AnswerSize } from '../../../src/context/answer-size.ts';
import { Executor } from '../../../src/operation/compiled/executor.ts';

/** A compiled operation never fails but as graphql-js would. */
const noBug = (error: unknown): never => {
  throw error;
};

const typeDefs = `
  type Query {
    text(value: String = "default"): String
    required: String!
    number: Int
    item(id: ID): Item
    items: [Item]
    strict: [Item!]
    later: [Item]
    anything: Anything
    things: [Anything]
    promised: Promised
    told: Told
    untold: Untold
    checkedToo: CheckedToo
    iterable: [String]
    checked: Checked
  }
  type Item { id: ID! name: String peer: Item selected: String sum(of: [Int!]): Int }
  type Other { id: ID! }
  type Checked { id: ID }
  union Anything = Item | Other
  union Promised = Item | Other
  union Told = Item | Other
  union Untold = Item | Other
  union CheckedToo = Item | Checked
`;

const item = (id: string) => ({ id, name: `name of ${id}` });

/** What the fields answer in a test; `text` tells its argument unless it is given. */
function schemaWith(query: Record<string, unknown> = {}) {
  let calls = 0;
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: {
      Query: {
        text: (_root: unknown, { value }: { value: string }) => value,
        item: (_root: unknown, { id }: { id: string }) => {
          calls += 1;
          return item(id);
        },
        ...Object.fromEntries(
          Object.entries(query).map(([name, value]) => [name, typeof value === 'function' ? value : () => value]),
        ),
      },
      Item: {
        peer: async ({ id }: { id: string }) => item(`peer of ${id}`),
        selected: (
          _item: unknown,
          _args: unknown,
          _context: unknown,
          info: { fieldNodes: readonly { alias?: { value: string } }[]; path: { key: string | number } },
        ) => `${info.fieldNodes.length} ${String(info.path.key)}`,
        sum: (_item: unknown, { of = [] }: { of?: number[] }) => of.reduce((sum, number) => sum + number, 0),
      },
      Anything: { __resolveType: ({ kind = 'Item' }: { kind?: string }) => kind },
      Promised: { __resolveType: async () => 'Item' },
      Told: {
        __resolveType: (
          _value: unknown,
          _context: unknown,
          { schema }: { schema: { getType(name: string): { name: string } } },
        ) => schema.getType('Item').name,
      },
      CheckedToo: { __resolveType: () => 'Checked' },
      Checked: { __isTypeOf: () => true },
    },
  });
  return { schema, calls: () => calls };
}

/** Of somebody whom the workspace has accepted. */
const newContext = () => ({ answerSize: new AnswerSize(() => true) }) as Context;
/** Every document is worth to be compiled, however large its forms are. */
const everything: DocumentMemory = { keep: () => true };

/** What the executor answers in the compiled form, which is what graphql-js answers. */
async function compiled(
  query: string,
  {
    schema,
    variables = {},
  }: { schema?: ReturnType<typeof schemaWith>['schema']; variables?: Record<string, unknown> } = {},
) {
  const used = schema ?? schemaWith().schema;
  const document = parse(query);
  const [operation] = document.definitions as readonly OperationDefinitionNode[];
  if (operation === undefined) throw new Error('no operation');
  const data = await new Executor(used, everything, noBug).execute(document, operation, variables, newContext(), true);
  if (data !== undefined) {
    const reference = await execute({ schema: used, document, variableValues: variables });
    expect(JSON.stringify({ data })).toBe(JSON.stringify(reference));
  }
  return data;
}

describe('Executor', () => {
  it.each([
    [
      'arguments: given, defaults, and variables',
      'query($v: String, $n: String = "n") { a: text(value: "x") b: text c: text(value: $v) d: text(value: $n) e: text(value: null) }',
      { v: 'y' },
    ],
    ['__typename', '{ __typename item(id: "1") { __typename t: __typename } }', {}],
    ['promises, also in lists', '{ later { id peer { name peer { id } } } }', {}],
    ['nulls in nullable positions', '{ number items { id name } item(id: "1") { sum } }', {}],
    [
      'fragments, in the order of their fields',
      '{ item(id: "1") { name ...F ... on Item { id } ... { n: name } } } fragment F on Item { id peer { id } peer { name } }',
      {},
    ],
    [
      'fragments of a union that the type belongs to, and of another type',
      '{ item(id: "1") { ... on Anything { ... on Item { id } ... on Other { id } } } }',
      {},
    ],
    [
      'a union whose value names its type',
      '{ things { __typename ... on Item { id peer { id } } ... on Other { id } } }',
      {},
    ],
    [
      'equal fields under several names, each in its place',
      '{ a: item(id: "1") { peer { id } } t: text b: item(id: "1") { peer { id } } c: item(id: "2") { peer { id } } }',
      {},
    ],
    ['a union whose `__resolveType` reads `info`', '{ told { __typename ... on Item { id } } }', {}],
    ['equal leaves under several names', '{ a: text b: text(value: "default") c: text }', {}],
    ['resolvers that read info', '{ item(id: "1") { a: selected selected selected } }', {}],
    [
      '`@skip` and `@include`',
      'query($y: Boolean!, $n: Boolean!) { a: text @skip(if: $y) b: text @include(if: $y) ... @include(if: $n) { c: text } d: text @skip(if: true) e: text @skip(if: false) }',
      { y: true, n: false },
    ],
  ])('an operation runs compiled with %s', async (_name, query, variables) => {
    const { schema } = schemaWith({
      items: [item('1'), null, { id: 2, name: null }],
      later: [Promise.resolve(item('1')), item('2'), Promise.resolve(null)],
      things: [item('1'), Promise.resolve({ kind: 'Other', id: '2' }), null],
      told: item('1'),
    });
    expect(await compiled(query, { schema, variables })).toBeDefined();
  });

  it('a field under several aliases resolves once in a compiled run', async () => {
    const { schema, calls } = schemaWith();
    const document = parse('{ a: item(id: "1") { id } b: item(id: "1") { id } c: item(id: "1") { name } }');
    const [operation] = document.definitions as readonly OperationDefinitionNode[];
    if (operation === undefined) throw new Error('no operation');
    const executor = new Executor(schema, everything, noBug);
    for (let time = 0; time < 2; time += 1) await executor.execute(document, operation, {}, newContext(), true);
    expect(calls()).toBe(4); // two times two
  });

  it('a compiled run calls functions that stand in place of values', async () => {
    const { schema } = schemaWith({ item: { id: '1', name: () => 'worked out' } });
    expect(await compiled('{ item { name } }', { schema })).toEqual({ item: { name: 'worked out' } });
  });

  it('an operation has a compiled form for each set of @skip and @include values, up to four', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const query = `query(${names.map((name) => `$${name}: Boolean!`).join(' ')}) { t: __typename ${names.map((name) => `${name}: text @include(if: $${name})`).join(' ')} }`;
    const document = parse(query);
    const [operation] = document.definitions as readonly OperationDefinitionNode[];
    if (operation === undefined) throw new Error('no operation');
    const executor = new Executor(schemaWith().schema, everything, noBug);
    const answers = [];
    for (let round = 0; round < 2; round += 1) {
      for (let bits = 0; bits < 32; bits += 1) {
        const variables = Object.fromEntries(
          names.map((name, index) => [name, Math.floor(bits / 2 ** index) % 2 === 1]),
        );
        answers.push({
          wanted: names.filter((name) => variables[name] === true),
          data: await executor.execute(document, operation, variables, newContext(), true),
        });
      }
    }
    const ran = answers.flatMap(({ wanted, data }) => (data === undefined ? [] : [{ wanted, data }]));
    expect(ran).toHaveLength(4 + 4); // four make a form, and come again
    for (const { wanted, data } of ran) expect(Object.keys(data)).toEqual(['t', ...wanted]);
  });

  it('a run that fails leaves the count to graphql-js, from where it began', async () => {
    const { schema } = schemaWith({ required: null });
    const document = parse('{ number required }');
    const [operation] = document.definitions as readonly OperationDefinitionNode[];
    if (operation === undefined) throw new Error('no operation');
    const context = newContext();
    context.answerSize.add(3, 30);
    context.answerSize.holdBase();
    const executor = new Executor(schema, everything, noBug);
    expect(executor.find(operation, {})).toBeUndefined();
    expect(await executor.execute(document, operation, {}, context, true)).toBeUndefined();
    expect(executor.find(operation, {})).toBeDefined();
    expect([context.answerSize.values, context.answerSize.bytes]).toEqual([3, 30]);
  });

  it('C1: an operation is compiled only for accepted callers, and its form then runs for all', async () => {
    const document = parse('{ text }');
    const [operation] = document.definitions as readonly OperationDefinitionNode[];
    if (operation === undefined) throw new Error('no operation');
    const executor = new Executor(schemaWith().schema, everything, noBug);
    const answers = [];
    for (const compiles of [false, false, true, false])
      answers.push(await executor.execute(document, operation, {}, newContext(), compiles));
    expect(answers).toEqual([undefined, undefined, { text: 'default' }, { text: 'default' }]);
  });

  it('C1: an operation is compiled only if its form fits the memory limit of documents', async () => {
    const document = parse('{ text item(id: "1") { id name peer { id name } } }');
    const [operation] = document.definitions as readonly OperationDefinitionNode[];
    if (operation === undefined) throw new Error('no operation');
    for (const room of [0, 3000, 5000]) {
      let held = 0;
      const keep = (_document: unknown, bytes: number) => held + bytes <= room && ((held += bytes), true);
      const executor = new Executor(schemaWith().schema, { keep }, noBug);
      for (let time = 0; time < 3; time += 1)
        expect(await executor.execute(document, operation, {}, newContext(), true)).toBeUndefined();
    }
    let held = 0;
    const executor = new Executor(schemaWith().schema, { keep: (_document, bytes) => ((held += bytes), true) }, noBug);
    for (let time = 0; time < 3; time += 1)
      expect(await executor.execute(document, operation, {}, newContext(), true)).toBeDefined();
    expect(held).toBe(2000 + 2000 + 7 * 650);
  });
});

describe('Executor leaves to graphql-js', () => {
  const broken = () => {
    throw new GraphQLError('broken');
  };
  it.each<[string, string, Record<string, unknown>, Record<string, unknown>?]>([
    [
      'a union whose type is a promise',
      '{ later { id } promised { ... on Item { id } } }',
      { promised: item('1'), later: [] },
    ],
    [
      'a union without __resolveType',
      '{ untold { ... on Item { id } } }',
      { untold: { ...item('1'), __typename: 'Item' } },
    ],
    ['a type outside the union', '{ anything { ... on Item { id } } }', { anything: { kind: 'Query' } }],
    ['a union of types with isTypeOf', '{ checkedToo { ... on Checked { id } } }', { checkedToo: item('1') }],
    ['a type with isTypeOf', '{ checked { id } }', { checked: item('1') }],
    ['introspection', '{ __schema { queryType { name } } }', {}],
    ['introspection of a type', '{ __type(name: "Item") { name } }', {}],
    ['the response name __proto__', '{ __proto__: text }', {}],
    ['a resolver that throws', '{ number text }', { number: broken }],
    [
      'a resolver whose promise rejects',
      '{ number text later { id } }',
      { number: () => Promise.reject(new GraphQLError('broken')), later: [item('1')] },
    ],
    ['an error in place of a value', '{ text items { id } }', { items: [new GraphQLError('broken')] }],
    ['null in a non-null position', '{ required }', { required: null }],
    ['null in a list of non-null items', '{ strict { id } }', { strict: [null] }],
    ['a promised null in a list of non-null items', '{ strict { id } }', { strict: [Promise.resolve(null)] }],
    ['a value that its scalar rejects', '{ number }', { number: 'many' }],
    ['a list that is not an array', '{ iterable }', { iterable: new Set(['a']) }],
    ['an invalid variable value', 'query($of: [Int!] = [1]) { item(id: "1") { sum(of: $of) } }', {}, { of: 'x' }],
    ['an invalid literal argument', '{ item(id: "1") { sum(of: "x") } }', {}],
    ['a mutation', 'mutation { text }', {}],
  ])('graphql-js runs an operation with %s', async (_name, query, answers, variables = {}) => {
    expect(await compiled(query, { schema: schemaWith(answers).schema, variables })).toBeUndefined();
  });
});

describe('Bugs in compiled operations', () => {
  it.each([
    ['thrown by a resolver', { number: () => (undefined as unknown as { of: number }).of }],
    ['in a promise', { number: async () => (undefined as unknown as { of: number }).of }],
    ['thrown twice', { number: () => JSON.parse('?'), text: () => JSON.parse('?') }],
  ])('a bug %s is reported once, and graphql-js runs the operation', async (_what, answers) => {
    const bugs: unknown[] = [];
    const { schema } = schemaWith(answers);
    const document = parse('{ number text }');
    const executor = new Executor(schema, everything, (error) => void bugs.push(error));
    const [operation] = document.definitions as [OperationDefinitionNode];
    expect(await executor.execute(document, operation, {}, newContext(), true)).toBeUndefined();
    expect(bugs).toEqual([expect.any(Error)]);
  });

  it('a bug while compiling is reported, and graphql-js runs the operation', async () => {
    const bugs: unknown[] = [];
    const { schema } = schemaWith();
    const document = parse('{ number }');
    const [operation] = document.definitions as [OperationDefinitionNode];
    const executor = new Executor(schema, everything, (error) => void bugs.push(error));
    schema.getQueryType = () => ({}) as never;
    expect(await executor.execute(document, operation, {}, newContext(), true)).toBeUndefined();
    expect(bugs).toEqual([expect.any(TypeError)]);
  });
});
