import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { FieldPrice, Prices } from '../../src/schema/prices.ts';
import { publishSdl } from '../../src/schema/published.ts';

const publish = (sdl: string, prices: Prices = new Map()): string =>
  publishSdl(parse(sdl), prices).split('\n').slice(1).join('\n').trim();

const price = (part: Partial<FieldPrice>): FieldPrice => ({ calls: [], ...part }) as FieldPrice;

describe('publishSdl', () => {
  it('publishSdl leaves a type without fields, and a field and a schema without directives, as they are', () => {
    expect(publish('schema { query: Query } type Query { a: Int } type Empty')).toBe(
      'schema {\n  query: Query\n}\n\ntype Query {\n  a: Int\n}\n\ntype Empty',
    );
  });

  it('publishSdl adds @cost and @listSize to the import of a @link, and changes nothing else in it', () => {
    const link = (given: string) =>
      publish(`schema @link${given} { query: Query } type Query { a: Int }`).split('{')[0]?.trim();
    expect(link('(url: "u", import: ["@key"])')).toBe('schema @link(url: "u", import: ["@key", "@cost", "@listSize"])');
    expect(link('(url: "u", as: "x")')).toBe('schema @link(url: "u", as: "x")');
    expect(link('(url: "u", import: "@key")')).toBe('schema @link(url: "u", import: "@key")');
    expect(link('(names: ["@key"])')).toBe('schema @link(names: ["@key"])');
    expect(link('')).toBe('schema @link');
  });

  it('publishSdl keeps directives that other tools understand, and drops the others with their definitions', () => {
    expect(
      publish(`
        directive @calls(endpoint: String) on FIELD_DEFINITION
        scalar Url @specifiedBy(url: "https://example.com")
        type Query @key(fields: "a") @shareable { a: Int @calls(endpoint: "me") @deprecated(reason: "old") @tag(name: "t") }
      `),
    ).toBe(
      'scalar Url @specifiedBy(url: "https://example.com")\n\n' +
        'type Query @key(fields: "a") @shareable {\n  a: Int @deprecated(reason: "old") @tag(name: "t")\n}',
    );
  });

  it('publishSdl prices fields by calls, lists by assumed size and pages by slicing arguments', () => {
    const prices: Prices = new Map([
      ['Query.a', price({ calls: [{ endpoint: 'me' }, { endpoint: 'users.info' }] as unknown as FieldPrice['calls'] })],
      ['Query.b', price({ assumedSize: 3 })],
      ['Query.c', price({ assumedSize: 1 })],
    ]);
    expect(
      publish(
        `type Query { a: Int @tag(name: "t") b: [Int] c: [Int] d(last: Int, order: Int): P! e(first: Int = 50): C }
        type P { edges: [Int] total: Int nodes: [Int] } type C { changed: [Int] }`,
        prices,
      ).split('\n\ntype')[0],
    ).toBe(
      [
        'type Query {',
        '  a: Int @tag(name: "t") @cost(weight: 20)',
        '  b: [Int] @listSize(assumedSize: 3)',
        '  c: [Int]',
        '  d(last: Int, order: Int): P! @listSize(assumedSize: 20, slicingArguments: ["last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)',
        '  e(first: Int = 50): C @listSize(assumedSize: 50, slicingArguments: ["first"], sizedFields: ["changed"], requireOneSlicingArgument: false)',
        '}',
      ].join('\n'),
    );
  });

  it('publishSdl puts the schema definition with its @link first', () => {
    expect(publish('type Query { a: Int } schema { query: Query }')).toMatch(/^schema \{/);
  });
});
