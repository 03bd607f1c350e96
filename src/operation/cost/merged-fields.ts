import {
  getArgumentValues,
  TypeNameMetaFieldDef,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import { collectFields, type SelectionContext } from '../../collect-fields.ts';

/** Fields of one selection that make the same call, and what is selected below all of them. */
export interface MergedField {
  readonly field: GraphQLField<unknown, unknown>;
  readonly args: Readonly<Record<string, unknown>>;
  readonly responseName: string;
  /** Selections below, by each response name of the field. */
  readonly responseNames: Map<string, SelectionSetNode[]>;
  readonly selectionSets: SelectionSetNode[];
}

/**
 * The fields selected of one type, equal calls merged, as the loaders merge them. The selection sets can stand below
 * different aliases of one object, so fields of one response name can have different arguments.
 */
export function mergeFields(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  context: SelectionContext,
): MergedField[] {
  const merged = new Map<string, MergedField>();
  for (const [responseName, nodes] of collectFields(type, selectionSets, context)) {
    for (const node of nodes) {
      const name = node.name.value;
      const field = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : type.getFields()[name];
      if (field === undefined) continue; // introspection, which has limits of its own
      const args = argumentsOf(field, node, context.variables);
      const key = field.args.length === 0 ? field.name : `${field.name}${JSON.stringify(args)}`;
      const below = node.selectionSet === undefined ? [] : [node.selectionSet];
      const known = merged.get(key);
      if (known === undefined) {
        const responseNames = new Map([[responseName, below]]);
        merged.set(key, { field, args, responseName, responseNames, selectionSets: [...below] });
      } else {
        known.selectionSets.push(...below);
        known.responseNames.set(responseName, [...(known.responseNames.get(responseName) ?? []), ...below]);
      }
    }
  }
  return [...merged.values()];
}

function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: SelectionContext['variables'],
): Record<string, unknown> {
  if (field.args.length === 0) return {};
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return {}; // execution rejects them too, without a call
  }
}
