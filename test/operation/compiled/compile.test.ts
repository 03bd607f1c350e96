import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  buildSchema,
  execute,
  isScalarType,
  Kind,
  parse,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { AnswerSize } from '../../../src/context/answer-size.ts';
import type { Context } from '../../../src/context/request-context.ts';
import { countAnswers } from '../../../src/operation/answer-counting.ts';
import { compile, conditionsOf } from '../../../src/operation/compiled/compile.ts';
import { run } from '../../../src/operation/compiled/run.ts';
import { write } from '../../../src/operation/compiled/write.ts';
import type { Variables } from '../../../src/operation/compiled/operation.ts';

const typeDefs = `
  type Query { one(id: ID): Item, none: Item, list: [Item], empty: [Item], texts: [String], later: [String], any: [Any],
    nulls: [Item], info(n: Int): String }
  type Item { id: ID!, name: String, count: Int, isOn: Boolean, peer: Item, peers: [Item!]!, tags: [String!] }
  type Other { name: String, id: ID }
  union Any = Item | Other
`;

const item = (id: string): Record<string, unknown> => ({
  id,
  name: `name of ${id}`,
  count: 12,
  isOn: true,
  peer: id.length < 3 ? () => item(`${id}p`) : null,
  peers: id.length < 3 ? () => Promise.resolve([item(`${id}q`), item(`${id}r`)]) : [],
  tags: ['a', 'bc'],
});

const resolvers = {
  Query: {
    one: (_root: unknown, { id = 'x' }: { id?: string }) => Promise.resolve(item(id)),
    none: () => null,
    list: () => [item('a'), Promise.resolve(item('b')), null],
    empty: () => [],
    texts: () => ['a', null, 'bcd'],
    later: () => [Promise.resolve('a'), 'bcd'],
    any: () => [
      { ...item('a'), __typename: 'Item' },
      { __typename: 'Other', name: 'other', id: 'o' },
    ],
    nulls: () => [null, null],
    info: (_root: unknown, args: unknown, _context: unknown, { variableValues, path, fieldName }: GraphQLResolveInfo) =>
      JSON.stringify([args, variableValues, path, fieldName]),
  },
  Any: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
};

const operationOf = (query: string) => {
  const document = parse(query);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  return { document, operation: operation ?? expect.unreachable() };
};

async function runCompiled(query: string, variables: Variables, cuts: boolean) {
  const answerSize = new AnswerSize(() => true);
  const compiled = compile({ schema: makeExecutableSchema({ typeDefs, resolvers }), ...operationOf(query), variables });
  if (compiled === undefined) expect.unreachable();
  const onBug = (error: unknown) => {
    throw error;
  };
  const data = await run(compiled, variables, { answerSize } as Context, { cuts, onBug });
  if (data === undefined) expect.unreachable();
  return { selection: compiled.selection, data, values: answerSize.values, bytes: answerSize.bytes };
}

async function compiledAnswer(query: string, variables: Variables) {
  const { data, values, bytes } = await runCompiled(query, variables, false);
  return { data: JSON.stringify(data), values, bytes };
}

async function referenceAnswer(query: string, variables: Variables) {
  const schema = makeExecutableSchema({ typeDefs, resolvers });
  countAnswers(schema);
  const answerSize = new AnswerSize(() => true);
  const { document } = operationOf(query);
  const { data, errors } = await execute({
    schema,
    document,
    variableValues: variables,
    contextValue: { answerSize },
  });
  expect(errors).toBeUndefined();
  return { data: JSON.stringify(data), values: answerSize.values, bytes: answerSize.bytes };
}

describe('A compiled run answers and counts as graphql-js does, and is written so', () => {
  it.each<[string, Variables?]>([
    ['{ one { id name count isOn } }'],
    ['{ one { __typename id } }'],
    ['{ __typename texts }'],
    ['{ none { id } }'],
    ['{ nulls { id } }'],
    ['{ list { name peer { id } } }'],
    ['{ empty { id } }'],
    ['{ texts later }'],
    ['{ one { peers { id peers { id } tags } } }'],
    ['{ any { __typename ... on Item { id tags } ... on Other { name } } }'],
    ['{ any { ... on Item { name } } }'],
    ['{ a: one { id name } b: one { id name } c: one { id name } }'],
    ['{ one { a: peer { id peers { name } } b: peer { id peers { name } } } }'],
    ['{ list { a: tags b: tags c: peer { x: name y: name } } }'],
    ['{ a: texts b: texts c: empty { id } d: empty { id } e: none { id } f: none { id } }'],
    [
      '{ a: any { ... on Item { x: name y: name } ... on Other { __typename } } b: any { ... on Item { x: name y: name } ... on Other { __typename } } }',
    ],
    ['query ($id: ID) { a: one(id: $id) { id } b: one(id: "z") { id } }', { id: 'v' }],
    ['query ($no: Boolean!) { one { id name @include(if: $no) peer @skip(if: $no) { id } } }', { no: false }],
    ['query ($n: Int) { info(n: $n) a: info(n: 2) }', { n: 5 }],
    ['{ one { ...F } } fragment F on Item { id peer { ...G } } fragment G on Item { id name }'],
  ])('%s', async (query, variables = {}) => {
    const reference = await referenceAnswer(query, variables);
    expect(await compiledAnswer(query, variables)).toEqual(reference);
    const { selection, data } = await runCompiled(query, variables, true);
    expect(String(write(selection, data, '{"data":', '}'))).toBe(`{"data":${reference.data}}`);
    expect(String(write(selection, data))).toBe(reference.data);
  });
});

describe('A scalar that writes nothing for a value', () => {
  it.each([null, undefined])('is left to graphql-js, which reports it (%s)', async (written) => {
    const schema = buildSchema('scalar Odd type Query { odd: Odd }');
    const { odd } = schema.getQueryType()?.getFields() ?? {};
    if (odd === undefined || !isScalarType(odd.type)) expect.unreachable();
    odd.type.serialize = () => written;
    odd.resolve = () => 'value';
    const compiled = compile({ schema, ...operationOf('{ odd }'), variables: {} }) ?? expect.unreachable();
    const bugs: unknown[] = [];
    const onBug = (error: unknown) => void bugs.push(error);
    const context = { answerSize: new AnswerSize(() => true) } as Context;
    expect(await run(compiled, {}, context, { cuts: false, onBug })).toBeUndefined();
    expect(bugs).toEqual([]);
  });
});

describe('The conditions of a document', () => {
  it('are the variables of `@skip` and `@include`, each once, in order', () => {
    const document = parse(`query ($z: Boolean!, $a: Boolean!, $no: Boolean) {
      one @include(if: $z) { id @skip(if: $a) name @skip(if: true) ...F @include(if: $z) } none @other(if: $no) { id }
    } fragment F on Item { id @include(if: $z) }`);
    expect(conditionsOf(document)).toEqual(['a', 'z']);
  });
});
