import { buildSchema, GraphQLError, isScalarType, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { InputCheck, type ArgumentChecks } from '../../src/operation/input-check.ts';

const schema = buildSchema(`
  scalar Odd
  type Query { node(id: ID!, odd: [Odd]): Node list(first: Int): [Node] any: Any }
  type Node { id: ID! nodes(first: Int): [Node!]! }
  union Any = Node
`);

/** What is checked, in order. */
const seen: string[] = [];
const checks: ArgumentChecks = new Map<string, (args: never, callerId: string) => void>([
  [
    'Query.node',
    ({ id }: { id: string }, callerId: string) => {
      seen.push(`node ${id} as ${callerId}`);
      if (id === 'broken') throw new TypeError('a mistake of ours');
      if (id === 'bad') throw new GatewayError('BAD_USER_INPUT', 'No such form.');
    },
  ],
  [
    'Node.nodes',
    ({ first }: { first?: number }) => {
      seen.push(`nodes ${first ?? 'all'}`);
      if (first === 0) throw new GraphQLError('None.');
    },
  ],
]);

function check(query: string, variables: Record<string, unknown> = {}): boolean {
  const document = parse(query);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation === undefined) throw new Error('no operation');
  seen.length = 0;
  return new InputCheck(schema, checks).check({ document, operation, variables, callerId: 'maya' }) !== undefined;
}

describe('InputCheck', () => {
  it('a valid operation passes, with every selected field that has a check visited', () => {
    expect(
      check(
        'query ($n: Int = 3) { node(id: "a") { id ...F } any { __typename ... on Node { nodes(first: $n) { id } } } list { nodes { id } } } fragment F on Node { nodes(first: 1) { nodes(first: 2) { id } } }',
      ),
    ).toBe(true);
    expect(seen).toEqual(['node a as maya', 'nodes 1', 'nodes 2', 'nodes 3', 'nodes all']);
  });

  it('each fragment is checked once, however often it is spread', () => {
    const spread = '...F '.repeat(20);
    expect(
      check(
        `{ node(id: "a") { ${spread} nodes(first: 9) { ${spread} } } list { ${spread} } } fragment F on Node { nodes(first: 1) { ...G } } fragment G on Node { nodes(first: 2) { id } }`,
      ),
    ).toBe(true);
    expect(seen).toEqual(['node a as maya', 'nodes 1', 'nodes 2', 'nodes 9']);
  });

  it('fields that @skip or @include leave out are not checked, and a fragment included elsewhere is', () => {
    const query =
      'query ($no: Boolean!) { node(id: "a") { ...F @include(if: $no) ... @skip(if: true) { nodes(first: 0) { id } } } list { ...F } } fragment F on Node { nodes(first: 1) { id @skip(if: $no) } }';
    expect(check(query, { no: false })).toBe(true);
    expect(seen).toEqual(['node a as maya', 'nodes 1']);
  });

  it('the first invalid argument rejects the request, with its path and location', () => {
    const refusal = (query: string, variables?: Record<string, unknown>) => {
      try {
        check(query, variables);
      } catch (error) {
        if (error instanceof GatewayError) return { ...error.toJSON(), extensions: error.extensions };
        throw error;
      }
      return 'none';
    };
    const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } };
    expect(refusal('{ a: node(id: "bad") { id } b: node(id: "bad") { id } }')).toEqual({
      message: 'No such form.',
      path: ['a'],
      locations: [{ line: 1, column: 3 }],
      extensions,
    });
    expect(refusal('{ list { x: nodes { ...F } } } fragment F on Node { nodes(first: 0) { id } }')).toMatchObject({
      message: 'None.',
      path: ['list', 'x', 'nodes'],
      extensions,
    });
    expect(refusal('query ($x: ID = "x") { node(id: $x) { id } }', { x: null })).toMatchObject({
      message: 'Argument "id" of non-null type "ID!" must not be null.',
      path: ['node'],
    });
    expect(refusal('query ($x: Boolean = true) { list { id @skip(if: $x) } }', { x: null })).toMatchObject({
      path: ['list', 'id'],
      extensions,
    });
    expect(refusal('query ($x: Boolean = true) { list { ... @include(if: $x) { id } } }', { x: null })).toMatchObject({
      path: ['list'],
      extensions,
    });
  });

  it('a bug in a check is thrown on, not reported as bad input', () => {
    expect(() => check('{ node(id: "broken") { id } }')).toThrow(TypeError);
  });

  it('variables of the wrong type are left to graphql-js, after the first of them', () => {
    let parsed = 0;
    const odd = schema.getType('Odd');
    if (!isScalarType(odd)) throw new Error('no scalar');
    odd.parseValue = () => {
      parsed += 1;
      throw new GraphQLError('Odd.');
    };
    expect(
      check('query ($odd: [Odd]) { node(id: "a", odd: $odd) { id } }', {
        odd: Array.from({ length: 10_000 }, () => 0),
      }),
    ).toBe(false);
    expect(parsed).toBeLessThan(5);
    expect(seen).toEqual([]);
  });
});
