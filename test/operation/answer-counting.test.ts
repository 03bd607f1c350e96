import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, parse, type ExecutionResult } from 'graphql';
import { describe, expect, it } from 'vitest';
import { AnswerSize } from '../../src/context/answer-size.ts';
import { GatewayError } from '../../src/errors.ts';
import { countAnswers } from '../../src/operation/answer-counting.ts';

const typeDefs = `
  scalar JSON
  type Query { json: JSON, thing: Thing, sure: Thing!, things: [Thing], pets: [Pet], leaf: String, leaves: [String], broken: String }
  type Thing { name: String, sure: String!, other: Thing, things: [Thing!], later: [String], part: Empty }
  type Cat { name: String }
  type Dog { name: String, size: Int }
  type Empty { thing: Thing }
  union Pet = Cat | Dog
`;

const failed = () => {
  throw new GatewayError('UPSTREAM_TIMEOUT', 'The workspace did not answer.');
};

const thing = { name: 'a', sure: 'b', things: [], later: [Promise.resolve('x'), 'yz'], part: {} };

const root = {
  thing,
  sure: thing,
  things: [thing, Promise.resolve({ ...thing, other: null }), null],
  pets: [
    { __typename: 'Cat', name: 'c' },
    { __typename: 'Dog', name: 'd', size: 1 },
  ],
  leaf: 'leaf',
  leaves: ['a', null, Promise.resolve('bc')],
  broken: failed,
};

/** Runs the query; `spoil`: what else happens as soon as the root is counted. */
async function run(query: string, spoil: (size: AnswerSize) => void = () => undefined, rootValue: unknown = root) {
  const schema = makeExecutableSchema({ typeDefs });
  countAnswers(schema);
  const size = new AnswerSize(() => true);
  const before = schema.getQueryType()?.getFields()['thing'];
  if (before) {
    const { resolve } = before;
    before.resolve = (source, args, context, info) => {
      const value: unknown = resolve?.(source, args, context, info);
      spoil(size);
      return value;
    };
  }
  const result: ExecutionResult = await execute({
    schema,
    document: parse(query),
    rootValue,
    contextValue: { answerSize: size },
  });
  return { size, ...(JSON.parse(JSON.stringify(result)) as ExecutionResult) };
}

const countOf = async (query: string) => {
  const { size, errors } = await run(query);
  expect(errors).toBeUndefined();
  return [size.values, size.bytes];
};

describe('The size of a response that graphql-js builds', () => {
  it.each<[string, string, number[]]>([
    // `{}` and `"name":` with a comma or colon each; then the values.
    ['a leaf', '{ leaf }', [1, 2 + 8 + 6]],
    ['a leaf under another name', '{ l: leaf }', [1, 2 + 5 + 6]],
    ['an object', '{ thing { name } }', [1.25, 2 + 9 + (2 + 8) + 3]],
    ['an object with its type', '{ thing { __typename name } }', [2.25, 2 + 9 + (2 + 14 + 7 + 8) + 3]],
    ['a null object', '{ thing { other { name } } }', [1.5, 2 + 9 + (2 + 9) + 4]],
    ['a list of leaves', '{ leaves }', [3, 2 + 10 + (2 + 3) + 3 + 4 + 4]],
    ['a list of leaves that come later', '{ thing { later } }', [2.25, 2 + 9 + (2 + 9) + (2 + 2) + 3 + 4]],
    ['an empty list', '{ thing { things { name } } }', [1.5, 2 + 9 + (2 + 10) + 2]],
    [
      'a list of unions',
      '{ pets { ... on Cat { name } ... on Dog { name size } } }',
      [3.25, 2 + 8 + 4 + 10 + 18 + 3 + 3 + 1],
    ],
    ['an object without leaves', '{ thing { part { thing { name } } } }', [1.75, 2 + 9 + (2 + 8) + (2 + 9) + 4]],
    ['a list of objects, one of them null', '{ things { name } }', [3.25, 2 + 10 + 5 + 10 + 3 + 10 + 3 + 4]],
  ])('is that of %s', async (_name, query, expected) => {
    const [values, bytes] = await countOf(query);
    expect([query, values, bytes]).toEqual([query, ...expected]);
  });
});

/** As deep as that. */
const nested = (levels: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

describe('Values that fit no type', () => {
  it('count as an error if they are too deep to be written', async () => {
    const { size } = await run('{ json }', undefined, { json: nested(1000) });
    expect([size.values, size.bytes]).toEqual([11, 2 + 8 + 300]);
    expect(size.refusal).toBeUndefined();
  });

  it.each([
    ['text', 'must resolve to an Object type at runtime'],
    [7, 'must resolve to an Object type at runtime'],
    [{}, 'must resolve to an Object type at runtime'],
    [{ __typename: 'Nope' }, 'was resolved to a type "Nope" that does not exist'],
    [{ __typename: 7 }, 'must resolve to an Object type at runtime'],
  ])('are left to graphql-js to report: %j in the place of a union', async (pet, message) => {
    const { errors } = await run('{ pets { __typename } }', undefined, { pets: [pet] });
    expect(errors).toMatchObject([{ message: expect.stringContaining(message), path: ['pets', 0] }]);
  });

  it('are objects if their property `then` is no function', async () => {
    const { data, size } = await run('{ things { name } }', undefined, {
      things: [JSON.parse('{ "name": "x", "then": 1 }')],
    });
    expect(data).toEqual({ things: [{ name: 'x' }] });
    expect([size.values, size.bytes]).toEqual([1.25, 2 + 10 + 3 + 10 + 3]);
  });

  it('are no lists where they should be: graphql-js reports that', async () => {
    const { errors } = await run('{ things { name } }', undefined, { things: 'text' });
    expect(errors).toMatchObject([{ message: expect.stringContaining('Expected Iterable') }]);
  });
});

describe('Once a response is too large', () => {
  const refuse = (size: AnswerSize) => void size.refuse('too large');

  it('no further field is read: those that may be null are, without an error', async () => {
    const { data, errors, size } = await run('{ thing { name other { name } } }', refuse);
    expect(data).toEqual({ thing: { name: null, other: null } });
    expect(errors).toBeUndefined();
    expect(size.refusal?.message).toBe('too large');
  });

  it('fields that may not be null fail with the reason', async () => {
    const { data, errors } = await run('{ thing { sure } }', refuse);
    expect(data).toEqual({ thing: null });
    expect(errors).toMatchObject([{ message: 'too large', path: ['thing', 'sure'] }]);
  });

  it('further fields of the root fail with the reason', async () => {
    const { data, errors } = await run('{ thing { name } leaf }', refuse);
    expect(data).toEqual({ thing: { name: null }, leaf: null });
    expect(errors).toMatchObject([{ message: 'too large', path: ['leaf'] }]);
  });

  it('the value that makes it so is dropped, with the reason', async () => {
    const large = { leaf: 'x'.repeat(8 * 1024 * 1024) };
    const { data, errors } = await run('{ leaf }', undefined, large);
    expect(data).toEqual({ leaf: null });
    expect(errors).toMatchObject([{ message: expect.stringContaining('exceeds 30000 values or 8388608 bytes') }]);
  });
});

describe('The value that makes a response too large', () => {
  it('is dropped without an error where null is allowed', async () => {
    const { data, errors, size } = await run('{ thing { name } }', undefined, {
      thing: { name: 'x'.repeat(8 * 1024 * 1024) },
    });
    expect(data).toEqual({ thing: { name: null } });
    expect(errors).toBeUndefined();
    expect(size.refusal?.code).toBe('QUERY_TOO_COMPLEX');
  });
});

describe('A field that fails', () => {
  it('counts as an error, once', async () => {
    const { errors, size } = await run('{ broken }');
    expect(errors).toMatchObject([{ message: 'The workspace did not answer.' }]);
    expect([size.values, size.bytes]).toEqual([11, 2 + 10 + 300]);
  });

  it('counts as an error if its promise is rejected, or its value is one', async () => {
    for (const broken of [() => Promise.reject(new Error('no')), new Error('no')]) {
      const { errors, size } = await run('{ broken }', undefined, { broken });
      expect(errors).toMatchObject([{ message: 'no' }]);
      expect([size.values, size.bytes]).toEqual([11, 2 + 10 + 300]);
    }
  });
});
