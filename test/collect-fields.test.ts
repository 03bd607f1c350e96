import { buildSchema, execute, parse, type GraphQLResolveInfo } from 'graphql';
import { describe, expect, it } from 'vitest';
import { isSelected } from '../src/collect-fields.ts';

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
