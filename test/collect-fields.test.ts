import {
  buildSchema,
  execute,
  isObjectType,
  Kind,
  parse,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  collectFields,
  fragmentsOf,
  isSelected,
  selectsMoreThanKey,
  typesSelected,
  type SelectionContext,
} from '../src/collect-fields.ts';

const pets = buildSchema(`
  interface Named { name: String }
  type Cat implements Named { name: String, lives: Int, friend: Cat }
  type Dog implements Named { name: String, size: Int }
  type Stone { name: String }
  union Pet = Cat | Dog
  type Query { pet: Pet }
`);

/** The selection of an operation, and how to read it. */
function read(query: string, variables: SelectionContext['variables'] = {}) {
  const document = parse(query);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation === undefined) expect.unreachable();
  const context: SelectionContext = { schema: pets, fragments: fragmentsOf(document), variables };
  return { selectionSets: [operation.selectionSet], context };
}

describe('collectFields', () => {
  /** Response names in order, each with how many fields have it. */
  const fieldsOf = (query: string, variables?: SelectionContext['variables']) => {
    const { selectionSets, context } = read(query, variables);
    const cat = pets.getType('Cat');
    if (!isObjectType(cat)) expect.unreachable();
    return [...collectFields(cat, selectionSets, context)].map(([name, nodes]) => [name, nodes.length]);
  };

  it.each<[string, [string, number][]]>([
    [
      '{ name lives }',
      [
        ['name', 1],
        ['lives', 1],
      ],
    ],
    [
      '{ a: name name a: name }',
      [
        ['a', 2],
        ['name', 1],
      ],
    ],
    ['{ ... { name } ... on Cat { name } }', [['name', 2]]],
    [
      '{ ... on Named { name } ... on Pet { lives } }',
      [
        ['name', 1],
        ['lives', 1],
      ],
    ],
    ['{ ... on Dog { name } ... on Stone { name } ... on Nothing { name } }', []],
    [
      '{ ...F lives ...F } fragment F on Cat { name }',
      [
        ['name', 1],
        ['lives', 1],
      ],
    ],
    ['{ ...F } fragment F on Dog { name }', []],
    ['{ ...F } fragment F on Pet { name }', [['name', 1]]],
    ['{ ...Missing name }', [['name', 1]]],
    ['{ name @skip(if: true) lives @include(if: true) }', [['lives', 1]]],
    ['{ ...F @include(if: false) ...F } fragment F on Cat { name }', [['name', 1]]],
  ])('%s', (query, expected) => {
    expect(fieldsOf(query)).toEqual(expected);
  });

  it('goes by the variables', () => {
    const query = 'query ($no: Boolean!) { name @skip(if: $no) lives @include(if: $no) }';
    expect([fieldsOf(query, { no: true }), fieldsOf(query, { no: false })]).toEqual([[['lives', 1]], [['name', 1]]]);
  });

  it('takes several selections together', () => {
    const { selectionSets, context } = read('{ name }');
    const cat = pets.getType('Cat');
    if (!isObjectType(cat)) expect.unreachable();
    const both = collectFields(cat, [...selectionSets, ...read('{ name lives }').selectionSets], context);
    expect([...both].map(([name, nodes]) => [name, nodes.length])).toEqual([
      ['name', 2],
      ['lives', 1],
    ]);
  });
});

describe('typesSelected', () => {
  const typesOf = (query: string, variables?: SelectionContext['variables']) => {
    const { selectionSets, context } = read(query, variables);
    return [...typesSelected(selectionSets, context)];
  };

  it.each<[string, string[]]>([
    ['{ __typename name }', []],
    ['{ ... on Cat { name } ... on Dog { name } }', ['Cat', 'Dog']],
    ['{ ... { ... on Cat { name } } }', ['Cat']],
    ['{ ... on Named { ... on Dog { name } } }', ['Dog']],
    ['{ ... on Pet { name } }', []],
    ['{ ... on Nothing { ... on Cat { name } } }', ['Cat']],
    ['{ ... on Cat { ... on Dog { name } } }', ['Cat']],
    ['{ ...F } fragment F on Cat { name }', ['Cat']],
    ['{ ...F ...F } fragment F on Named { ... on Dog { name } ...G } fragment G on Cat { name }', ['Dog', 'Cat']],
    ['{ ...Missing ... on Cat { name } }', ['Cat']],
    ['{ ... on Cat @skip(if: true) { name } ... on Dog @include(if: true) { name } }', ['Dog']],
    ['{ ...F @include(if: false) } fragment F on Cat { name }', []],
  ])('%s', (query, expected) => {
    expect(typesOf(query)).toEqual(expected);
  });

  it('goes by the variables', () => {
    const query = 'query ($no: Boolean!) { ... on Cat @skip(if: $no) { name } }';
    expect([typesOf(query, { no: true }), typesOf(query, { no: false })]).toEqual([[], ['Cat']]);
  });

  it('looks into each fragment once, however often it is spread', () => {
    const spread = (depth: number) => `fragment F${depth} on Named { ...F${depth + 1} ...F${depth + 1} }`;
    const fragments = Array.from({ length: 40 }, (_, depth) => spread(depth)).join(' ');
    expect(typesOf(`{ ...F0 } ${fragments} fragment F40 on Cat { name }`)).toEqual(['Cat']); // else this takes days
  });
});

/** What `isSelected` says of the field `top` of a query, for the fields `x` and `y`. */
function selected(query: string, variableValues: Record<string, unknown> = {}): boolean {
  const schema = buildSchema('type Query { top: Below } type Below { x: Int y: Int z: Int below: Below }');
  let answer: boolean | undefined;
  const top = (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
    answer = isSelected(info, 'x', 'y');
    return {};
  };
  void execute({ schema, document: parse(query), rootValue: { top }, variableValues });
  return answer ?? expect.unreachable('the field was not resolved');
}

describe('isSelected', () => {
  it.each([
    [true, '{ top { x } }'],
    [true, '{ top { z y } }'],
    [false, '{ top { z } }'],
    [false, '{ top { below { x } } }'],
    [true, '{ top { alias: x } }'],
    [false, '{ top { x: z } }'],
    [true, '{ top { z } top { x } }'],
    [true, '{ top { ... { x } } }'],
    [true, '{ top { z ... on Below { ...F } } } fragment F on Below { x }'],
    [false, '{ top { ...F } } fragment F on Below { z }'],
    [false, '{ top { x @skip(if: true) } }'],
    [false, '{ top { x @include(if: false) } }'],
    [true, '{ top { x @skip(if: true) y } }'],
    [false, '{ top { ...F @include(if: false) } } fragment F on Below { x }'],
    [false, '{ top { ... @skip(if: true) { x } } }'],
  ])('isSelected is %s for %s', (answer, query) => expect(selected(query)).toBe(answer));

  it('isSelected follows variables in @include', () => {
    const query = 'query ($with: Boolean!) { top { x @include(if: $with) } }';
    expect([true, false].map((value) => selected(query, { with: value }))).toEqual([true, false]);
  });

  it('isSelected looks into each fragment once, however often it is spread', () => {
    const spread = (depth: number) => `fragment F${depth} on Below { ...F${depth + 1} ...F${depth + 1} }`;
    const query = `{ top { ...F0 } } ${Array.from({ length: 40 }, (_, depth) => spread(depth)).join(' ')} fragment F40 on Below { z }`;
    expect(selected(query)).toBe(false); // else this takes days
  });
});

describe('selectsMoreThanKey', () => {
  it.each([
    ['{ pet { id } }', false],
    ['{ pet { __typename id } }', false],
    ['{ pet { id x } }', true],
    ['{ pet { id: x } }', true],
    ['{ pet { ... { id } ...F } } fragment F on Below { x }', true],
  ])('%s: %s', async (query, expected) => {
    const schema = buildSchema('type Query { pet: Below } type Below { id: ID x: Int }');
    const seen: boolean[] = [];
    const pet = (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
      seen.push(selectsMoreThanKey(info));
      return {};
    };
    await execute({ schema, document: parse(query), rootValue: { pet } });
    expect(seen).toEqual([expected]);
  });
});
