import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';
import { isIncluded } from '../collect-fields.ts';

/** Whether any of these fields is selected directly below the field being resolved, also through fragments. */
export function isSelected(info: GraphQLResolveInfo, ...names: readonly string[]): boolean {
  const within = (selections: SelectionSetNode | undefined): boolean =>
    selections?.selections.some((node) => {
      if (!isIncluded(node, info.variableValues)) return false;
      if (node.kind === Kind.FIELD) return names.includes(node.name.value);
      if (node.kind === Kind.INLINE_FRAGMENT) return within(node.selectionSet);
      return within(info.fragments[node.name.value]?.selectionSet);
    }) ?? false;
  return info.fieldNodes.some((node) => within(node.selectionSet));
}
