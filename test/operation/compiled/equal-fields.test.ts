import { parse, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { expect, it } from 'vitest';
import { textsOf } from '../../../src/operation/compiled/equal-fields.ts';

/** The fields of a selection, those with the same response name together. */
function selected(query: string) {
  const [operation] = parse(query).definitions as OperationDefinitionNode[];
  const nodes = (operation?.selectionSet.selections ?? []) as FieldNode[];
  const byName = Map.groupBy(nodes, ({ alias, name }) => (alias ?? name).value);
  return [...byName].map(
    ([name, [first, ...rest]]) =>
      [name, [first ?? expect.unreachable(), ...rest]] as [string, [FieldNode, ...FieldNode[]]],
  );
}

it('gives fields that occur more than once their text, without alias and directives, and no others one', () => {
  const texts = textsOf(
    selected('{ a b(x: 1) { c } d: b(x: 1) { c } e: b(x: 2) { c } f: b(x: 1) @skip(if: $s) { c } }'),
  );
  expect([...texts.keys()]).toEqual(['b', 'd', 'e', 'f']);
  expect(texts.get('d')).toBe(texts.get('b'));
  expect(texts.get('f')).toBe(texts.get('b'));
  expect(texts.get('e')).not.toBe(texts.get('b'));
});

it('tells apart one selection written twice from two written once', () => {
  const texts = textsOf(selected('{ x: a { b } x: a { c } y: a { b c } }'));
  expect(texts.get('x')).toMatch(/^a \{\s+b\s+\}\na \{\s+c\s+\}$/);
  expect(texts.get('y')).not.toBe(texts.get('x'));
});

it('does not print fields that occur once', () => {
  const [[name, nodes] = expect.unreachable()] = selected('{ a { b } }');
  const unprintable = Object.defineProperty({ ...nodes[0] }, 'selectionSet', {
    get: () => expect.unreachable(),
    enumerable: true,
  });
  expect(textsOf([[name, [unprintable as FieldNode]]]).size).toBe(0);
});
