import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  Kind,
  type FieldNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type NamedTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Whether `@skip` and `@include` keep a selection. `variables` are coerced. */
export function shouldIncludeNode(node: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false;
}

/** Whether a fragment with this type condition applies to objects of this type. */
function doesFragmentConditionMatch(
  condition: NamedTypeNode | undefined,
  type: GraphQLObjectType,
  schema: GraphQLSchema,
): boolean {
  if (condition === undefined || condition.name.value === type.name) return true;
  const wanted = schema.getType(condition.name.value);
  return isAbstractType(wanted) && schema.isSubType(wanted, type);
}

/** Fragments by name, as `GraphQLResolveInfo` has them. */
export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return fragments;
}

export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: Fragments;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The fields of one response name: at least one. */
export type SameNameFields = [FieldNode, ...FieldNode[]];

/** CollectFields of the GraphQL specification: fields by response name, in order; each fragment counts once. */
export function collectFields(
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
  { schema, fragments, variables }: SelectionContext,
): Map<string, SameNameFields> {
  const selected = new Map<string, SameNameFields>();
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (!shouldIncludeNode(node, variables)) continue;
      if (node.kind === Kind.FIELD) {
        const responseName = node.alias?.value ?? node.name.value;
        const nodes = selected.get(responseName);
        if (nodes === undefined) selected.set(responseName, [node]);
        else nodes.push(node);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (doesFragmentConditionMatch(node.typeCondition, type, schema)) collect(node.selectionSet);
      } else if (!seen.has(node.name.value)) {
        seen.add(node.name.value);
        const fragment = fragments[node.name.value];
        if (fragment !== undefined && doesFragmentConditionMatch(fragment.typeCondition, type, schema))
          collect(fragment.selectionSet);
      }
    }
  };
  for (const selectionSet of selectionSets) collect(selectionSet);
  return selected;
}

/** Names of the object types that fragments select fields of: what a client expects an object to be. */
export function typesSelected(
  selectionSets: readonly SelectionSetNode[],
  { schema, fragments, variables }: SelectionContext,
): Set<string> {
  const names = new Set<string>();
  const seen = new Set<string>();
  const collect = ({ selections }: SelectionSetNode): void => {
    for (const node of selections) {
      if (node.kind === Kind.FIELD || !shouldIncludeNode(node, variables)) continue;
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value];
      if (fragment === undefined || (node.kind === Kind.FRAGMENT_SPREAD && seen.has(node.name.value))) continue;
      if (node.kind === Kind.FRAGMENT_SPREAD) seen.add(node.name.value);
      const condition = fragment.typeCondition?.name.value;
      if (condition !== undefined && isObjectType(schema.getType(condition))) names.add(condition);
      else collect(fragment.selectionSet);
    }
  };
  for (const selectionSet of selectionSets) collect(selectionSet);
  return names;
}

/** Whether a field is part of the key that a reference to an object has anyway. */
export const isKeyField = (name: string): boolean => name === 'id' || name === '__typename';

/** Whether anything but the key is selected below the field being resolved. */
export const selectsMoreThanKey = (info: GraphQLResolveInfo): boolean =>
  isSelectedWhere(info, (name) => !isKeyField(name));

/** Whether any of these fields is selected directly below the field being resolved, also through fragments. */
export const isSelected = (info: GraphQLResolveInfo, ...names: readonly string[]): boolean =>
  isSelectedWhere(info, (name) => names.includes(name));

function isSelectedWhere(info: GraphQLResolveInfo, isWanted: (name: string) => boolean): boolean {
  // Each fragment once: a row asks this, and a short query can spread a fragment very often.
  const seen = new Set<string>();
  const within = (selections: SelectionSetNode | undefined): boolean =>
    selections?.selections.some((node) => {
      if (node.kind === Kind.FRAGMENT_SPREAD && seen.has(node.name.value)) return false;
      if (!shouldIncludeNode(node, info.variableValues)) return false;
      if (node.kind === Kind.FIELD) return isWanted(node.name.value);
      if (node.kind === Kind.INLINE_FRAGMENT) return within(node.selectionSet);
      seen.add(node.name.value);
      return within(info.fragments[node.name.value]?.selectionSet);
    }) ?? false;
  return info.fieldNodes.some((node) => within(node.selectionSet));
}
