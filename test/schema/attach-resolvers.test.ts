import { buildSchema, graphql, GraphQLScalarType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { attachResolvers, type ResolverMap } from '../../src/schema/attach-resolvers.ts';

const sdl = `
  "Doubled." scalar Twice @specifiedBy(url: "https://example.com/twice")
  enum Colour { RED }
  input Given { value: Int }
  interface Named { name: String }
  type Cat implements Named { name: String, lives: Twice }
  union Pet = Cat
  type Query { pet: Pet, named(lives: Twice): Named, colour(given: Given): Colour }
`;
const types = { Named: { __resolveType: () => 'Cat' }, Pet: { __resolveType: () => 'Cat' } };
const Twice = new GraphQLScalarType<number, number>({
  name: 'Twice',
  serialize: (value) => Number(value) * 2,
  parseValue: (value) => Number(value) / 2,
  parseLiteral: (node) => ('value' in node ? Number(node.value) / 2 : 0),
});

const attach = (...maps: ResolverMap[]) => {
  const schema = buildSchema(sdl);
  attachResolvers(schema, maps);
  return schema;
};

describe('attachResolvers', () => {
  test('fields, interfaces, unions and scalars get their resolvers, from all maps', async () => {
    const query = { named: (_root: unknown, { lives }: { lives: number }) => ({ name: 'Tom', lives }) };
    const schema = attach(types, { Twice, Query: query }, { Query: { pet: () => ({ name: 'Felix', lives: 9 }) } });
    const source =
      'query ($lives: Twice) { pet { ... on Cat { name lives } } a: named(lives: 7) { ...N } b: named(lives: $lives) { ...N } } fragment N on Cat { name lives }';
    const { data, errors } = await graphql({ schema, source, variableValues: { lives: 5 } });
    expect(errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      pet: { name: 'Felix', lives: 18 },
      a: { name: 'Tom', lives: 7 },
      b: { name: 'Tom', lives: 5 },
    });
  });

  test('a scalar keeps the description and the specification of the schema', () => {
    const scalar = attach(types, { Twice }).getType('Twice');
    expect(scalar).toMatchObject({ description: 'Doubled.', specifiedByURL: 'https://example.com/twice' });
  });

  test.each<[string, ResolverMap, RegExp]>([
    ['a type that does not exist', { Dog: {} }, /Dog/],
    ['a field that does not exist', { Cat: { age: () => 1 } }, /Cat\.age/],
    ['a field of an interface that does not exist', { Named: { age: () => 1 } }, /Named\.age/],
    ['a member of a union', { Pet: { name: () => 'Tom' } }, /Pet\.name/],
    ['the type of an object type', { Cat: { __resolveType: () => 'Cat' } }, /Cat\.__resolveType/],
    ['an enum', { Colour: { RED: 1 } }, /Colour/],
    ['an input type', { Given: { value: () => 1 } }, /Given/],
  ])('resolvers for %s are refused', (_what, map, message) => {
    expect(() => attach(types, map)).toThrow(message);
  });

  test('an interface or a union that does not tell the types of its objects is refused', () => {
    expect(() => attach({ Named: types.Named })).toThrow(/"Pet".*"__resolveType"/);
    expect(() => attach({ Pet: types.Pet, Named: {} })).toThrow(/"Named".*"__resolveType"/);
  });
});
