import { buildSchema, getArgumentValues, parse, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { argumentsOf } from '../../src/operation/argument-values.ts';

const schema = buildSchema(`
  enum Order { NEWEST OLDEST }
  input Range { since: String! limit: Int = 5 }
  type Query {
    rows(first: Int = 50, after: String, order: Order! = NEWEST, range: Range, ids: [ID!], need: Boolean!): Int
  }
`);
const field = schema.getQueryType()?.getFields()['rows'] ?? expect.unreachable();

function nodeOf(given: string): FieldNode {
  const { definitions } = parse(
    `query ($a: Int, $b: String, $c: Boolean!, $o: Order!, $r: Range, $toString: String) { rows${given} }`,
  );
  return (definitions[0] as OperationDefinitionNode).selectionSet.selections[0] as FieldNode;
}

/** The arguments, or the message of what is thrown. */
function outcome(work: () => Record<string, unknown>): unknown {
  try {
    return Object.entries(work());
  } catch (error) {
    return String(error);
  }
}

describe('The arguments of a field', () => {
  it.each([
    '(need: true)',
    '(need: true, first: 3, after: null, order: OLDEST, range: { since: "x" }, ids: ["1", 2])',
    '(need: $c)',
    '(first: $a, after: $b, need: $c, order: $o, range: $r)',
    '(need: false, first: $a)',
    '(need: true, after: $toString)',
    '(need: true, range: $__proto__)',
    '(need: false, order: $o)',
    '(need: true, range: { since: $b })',
    '(need: true, range: { since: "x", limit: $a }, ids: [$b])',
    '',
    '(need: null)',
    '(need: true, first: "x")',
  ])('are the same as graphql-js has: rows%s', (given) => {
    const node = nodeOf(given);
    const read = argumentsOf(field, node);
    for (const variables of [
      {},
      { a: 7, b: 'text', c: true, o: 'OLDEST', r: { since: 'y', limit: 5 } },
      { a: null, b: null, c: null, o: null, r: null },
      { a: 0, b: '', c: false, o: 'NEWEST' },
      { c: true, o: 'NEWEST', a: undefined },
    ]) {
      const expected = outcome(() => getArgumentValues(field, node, variables));
      expect(outcome(() => read(variables))).toEqual(expected);
      expect(outcome(() => read(variables))).toEqual(expected);
    }
  });

  it('that no variable changes cannot be changed by a resolver either', () => {
    const args = argumentsOf(field, nodeOf('(need: true)'))({});
    expect(() => Object.assign(args, { need: false })).toThrow(TypeError);
  });
});
