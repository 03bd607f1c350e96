import { print, type FieldNode } from 'graphql';
import type { SameNameFields } from '../../collect-fields.ts';

/**
 * The printed form of each field that occurs more than once on an object, by response name. It leaves out the alias: fields
 * with equal texts have equal values, so one is resolved and the others copied.
 */
export function textsOf(selected: readonly (readonly [string, SameNameFields])[]): Map<string, string> {
  const byField = Map.groupBy(selected, ([, [node]]) => node.name.value);
  const texts = new Map<string, string>();
  for (const fields of byField.values()) {
    if (fields.length > 1) for (const [responseName, nodes] of fields) texts.set(responseName, textOf(nodes));
  }
  return texts;
}

const textOf = (nodes: readonly FieldNode[]): string =>
  nodes.map(({ alias: _alias, directives: _directives, ...node }) => print(node)).join('\n');
