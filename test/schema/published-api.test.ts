import { buildSchema, GraphQLSchema, isObjectType, lexicographicSortSchema, parse, print, printSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createPublishedApi, createSchema } from '../../src/schema/executable.ts';
import { publishApi } from '../../src/schema/published-api.ts';
import { ownTypes, schemaElements } from '../support/schema-elements.ts';

const text = createPublishedApi();
const api = buildSchema(text);
const executable = createSchema();

/** Schema coordinates of the fields with a directive. */
const fieldsWith = (name: string): string[] =>
  ownTypes(api)
    .flatMap((type) =>
      (isObjectType(type) ? Object.values(type.getFields()) : [])
        .filter((field) => field.astNode?.directives?.some((directive) => directive.name.value === name) === true)
        .map((field) => `${type.name}.${field.name}`),
    )
    .toSorted();

/** A schema as clients see it: without federation's part, and without directives that clients cannot use. */
function withoutMachinery(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  const kept = schema
    .getDirectives()
    .filter(({ name }) => /^(include|skip|deprecated|specifiedBy|oneOf|semanticNonNull)$/.test(name));
  const types = config.types.filter(({ name }) => !name.startsWith('_') || name.startsWith('__'));
  const query = schema.getQueryType();
  for (const name of ['_service', '_entities']) delete query?.getFields()[name];
  return new GraphQLSchema({ ...config, types, directives: kept });
}

describe('The published API', () => {
  it('buildSchema loads the published API, which defines all that it uses', () => {
    // `buildSchema` rejects unknown directives and types.
    expect(api.getQueryType()?.name).toBe('Query');
    expect(api.description).toMatch(/Rocket\.Chat/);
    expect(api.getDirective('semanticNonNull')?.args.map(({ name, type }) => `${name}: ${String(type)}`)).toEqual([
      'levels: [Int!]!',
    ]);
    expect(text).toMatch(/directive @semanticNonNull\([^)]* levels: \[Int!\]! = \[0\]\s*\) on FIELD_DEFINITION/s);
  });

  it('the published API is the executable schema without the machinery: each type, field, argument, default and description', () => {
    expect(printSchema(lexicographicSortSchema(api))).toBe(
      printSchema(lexicographicSortSchema(withoutMachinery(createSchema()))),
    );
  });

  it('the published API has the elements of the executable schema, deprecations and keys of caches included', () => {
    const linesOf = (schema: GraphQLSchema) =>
      schemaElements(schema)
        .map(({ line }) => line.replaceAll(/ @key\([^)]*\)/g, ''))
        .filter((line) => !/^@|\b_(service|entities|Service|Entity|Any)\b/.test(line));
    expect(linesOf(api)).toEqual(linesOf(executable));
    expect(linesOf(api).length).toBeGreaterThan(300);
  });

  it('the published API has no word of federation and of the price model in its definitions', () => {
    const used = new Set([...text.replaceAll(/"""[^"]*"""/g, '').matchAll(/@(\w+)/g)].map(([, name]) => name));
    expect(used).toEqual(new Set(['deprecated', 'semanticNonNull', 'specifiedBy']));
    expect(text).not.toMatch(/\b_(Any|Entity|Service|entities|service)\b/);
  });

  it('fields that are null only when something failed are marked', () => {
    expect(fieldsWith('semanticNonNull')).toEqual([
      'DirectMessage.changes',
      'DirectMessage.counters',
      'DirectMessage.history',
      'DirectMessage.isDefault',
      'DirectMessage.members',
      'DirectMessage.messages',
      'DirectMessage.typeCode',
      'Message.directMessage',
      'Message.readReceipts',
      'MessageUser.user',
      'Query.directMessage',
      'Query.directMessages',
      'Query.readReceipts',
      'Thread.replies',
      'Viewer.changes',
      'Viewer.directMessages',
      'Viewer.unreadCount',
      'Viewer.user',
    ]);
  });

  it('only nullable fields are marked', () => {
    const types = fieldsWith('semanticNonNull').map((coordinate) => {
      const [typeName = '', fieldName = ''] = coordinate.split('.');
      const type = api.getType(typeName);
      return String(isObjectType(type) ? type.getFields()[fieldName]?.type : undefined);
    });
    expect(types.filter((type) => type.endsWith('!'))).toEqual([]);
  });
});

describe('publishApi', () => {
  const publish = (sdl: string): string => print(parse(publishApi(parse(sdl))));

  it('publishApi drops the machinery with its arguments, and keeps what clients read', () => {
    expect(
      publish(`
        type Query @key(fields: "a") @shareable { a(b: Int @tag(name: "t") @calls(endpoint: "me")): Int @calls(endpoint: "me") @deprecated(reason: "old") c: Int @semanticNonNull }
        scalar Url @specifiedBy(url: "https://example.com")
        directive @calls(endpoint: String) on FIELD_DEFINITION | ARGUMENT_DEFINITION
        directive @semanticNonNull(levels: [Int!]! = [0]) on FIELD_DEFINITION
        "Words" schema @link(url: "u") { query: Query }
      `),
    ).toBe(
      [
        '"Words"',
        'schema {',
        '  query: Query',
        '}',
        '',
        'directive @semanticNonNull(levels: [Int!]! = [0]) on FIELD_DEFINITION',
        '',
        'type Query {',
        '  a(b: Int): Int @deprecated(reason: "old")',
        '  c: Int @semanticNonNull',
        '}',
        '',
        'scalar Url @specifiedBy(url: "https://example.com")',
      ].join('\n'),
    );
  });
});
