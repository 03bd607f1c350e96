import { Kind, type DocumentNode, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import { fragmentsOf } from '../collect-fields.ts';
import { unauthenticated } from '../context/request-context.ts';

/** Root fields that reveal nothing of the workspace, and so need no credentials. */
const openFields = new Set(['__typename', '__schema', '__type', '_service']);
const schemaFields = new Set(['__schema', '__type']);
const rootFields = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/** Rejects an operation that reads data of the workspace and comes without the caller's credentials. */
export function requireCredentials(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  { isAuthenticated }: { readonly isAuthenticated: boolean },
): void {
  if (isAuthenticated || [...rootFieldsOf(operation, document)].every((name) => openFields.has(name))) return;
  throw unauthenticated();
}

/** Whether an operation asks about the schema. */
export const asksForSchema = (operation: OperationDefinitionNode, document: DocumentNode): boolean =>
  [...rootFieldsOf(operation, document)].some((name) => schemaFields.has(name));

/** Names of an operation's root fields, skipped ones included. Remembered for each parsed operation. */
function rootFieldsOf(operation: OperationDefinitionNode, document: DocumentNode): ReadonlySet<string> {
  const known = rootFields.get(operation);
  if (known !== undefined) return known;
  const fragments = fragmentsOf(document);
  const names = new Set<string>();
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) names.add(node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet);
      else if (!seen.has(node.name.value)) {
        seen.add(node.name.value);
        const fragment = fragments[node.name.value];
        if (fragment !== undefined) collect(fragment.selectionSet);
      }
    }
  };
  collect(operation.selectionSet);
  rootFields.set(operation, names);
  return names;
}
