import { buildSchema, getVariableValues, Kind, parse, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { expect, it } from 'vitest';
import { coerceVariables } from '../../../src/operation/compiled/variables.ts';

const schema = buildSchema(`input In { a: Int! } enum E { X } scalar Odd
  type Query { f(a: ID, b: String, c: Int, d: Boolean, e: E, g: In, h: [ID!], i: Odd, j: Float): Int }`);
const types = [
  'ID',
  'ID!',
  'String',
  'String!',
  'Int',
  'Int!',
  'Boolean',
  'Boolean!',
  'E',
  'In',
  '[ID!]',
  '[ID!]!',
  'Odd',
  'Float',
];
const values = [
  undefined,
  null,
  '',
  'x',
  'X',
  '1',
  0,
  1,
  -1,
  1.5,
  2 ** 31,
  1e100,
  true,
  false,
  [],
  ['a', 'b'],
  [1],
  {},
  { a: 1 },
];

it('coerces each value for each type as graphql-js does, absent ones and defaults included', () => {
  for (const type of types)
    for (const rest of ['', type.startsWith('ID') ? ' = "d"' : type.startsWith('Int') ? ' = 5' : '']) {
      const [operation] = parse(`query ($v: ${type}${rest}, $w: String) { f(b: $w) }`).definitions;
      if (operation?.kind !== Kind.OPERATION_DEFINITION) expect.unreachable();
      const { variableDefinitions = [] } = operation;
      for (const value of values)
        for (const given of [{ v: value }, { v: value, w: 'text', other: 1 }, { w: value }, {}]) {
          const expected = getVariableValues(schema, variableDefinitions, given).coerced;
          const actual = coerceVariables(schema, operation, given);
          expect(actual, `${type}${rest} ${JSON.stringify(given)}`).toEqual(expected && { ...expected });
        }
    }
});

it('leaves `$__proto__` to graphql-js', () => {
  const [operation] = parse('query ($__proto__: String = "d") { f(b: $__proto__) }').definitions;
  const { variableDefinitions = [] } = operation as OperationDefinitionNode;
  const given = JSON.parse('{ "__proto__": "x" }') as Record<string, unknown>;
  const expected = getVariableValues(schema, variableDefinitions, given).coerced ?? {};
  const actual = coerceVariables(schema, operation as OperationDefinitionNode, given) ?? {};
  expect(Object.getOwnPropertyDescriptors(actual)).toEqual(Object.getOwnPropertyDescriptors(expected));
  expect(Object.keys(actual)).toEqual(['__proto__']);
});

it('takes no inherited property for a variable', () => {
  const [operation] = parse('query ($toString: String) { f(b: $toString) }').definitions;
  expect(coerceVariables(schema, operation as OperationDefinitionNode, {})).toEqual({});
});

it('looks at no type where each variable has a value that its type leaves as it is', () => {
  const blind = {} as GraphQLSchema;
  const coerce = (type: string, value: unknown) => {
    const [operation] = parse(`query ($v: ${type}) { f }`).definitions;
    return coerceVariables(blind, operation as OperationDefinitionNode, { v: value });
  };
  for (const [type, value] of [
    ['ID', 'x'],
    ['ID!', 'x'],
    ['String', ''],
    ['String!', 'x'],
    ['Int', -5],
    ['Int!', 2_147_483_647],
    ['Boolean', false],
    ['Boolean!', true],
  ] as const)
    expect(coerce(type, value), type).toEqual({ v: value });
  for (const [type, value] of [
    ['ID', 5],
    ['String', 5],
    ['Int', '5'],
    ['Int', 1.5],
    ['Int', 2_147_483_648],
    ['Boolean', 0],
    ['Boolean', null],
    ['E', 'X'],
    ['[ID]', ['x']],
    ['[ID!]!', 'x'],
  ] as const)
    expect(coerce(type, value), `${type} ${JSON.stringify(value)}`).toBeUndefined();
});

it('takes an operation without variables', () => {
  const [operation] = parse('{ f }').definitions;
  expect(coerceVariables({} as GraphQLSchema, operation as OperationDefinitionNode, { other: 1 })).toEqual({});
});
