import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** Tokens of a query at most; a screen of an application has some hundreds. */
export const maxTokens = 2000;
/** Selections that a query with all its fragments unfolds to at most. */
export const maxRecursiveSelections = 2000;
/** Fields within fields of a query at most, fragments unfolded. */
export const maxDepth = 12;
/** The same below `__schema` and `__type`: what tools ask for is 15 deep. */
export const maxIntrospectionDepth = 20;
/** Brackets of all kinds open at once: the parser, and more behind it, call themselves for each. */
export const maxNesting = 100;
/** Aliases of a query at most, as written. */
export const maxAliases = 50;
/** Directives of a query at most, as written. */
export const maxDirectives = 50;
/** Times that one selection set may name a field under one name: validation compares them pair by pair. */
export const maxRepeats = 100;
/** Characters of an alias at most: it comes back with every row. */
export const maxAliasLength = 100;
/** Leaf values that an answer can hold at most, by its plan: more could neither be worked out nor written in a moment. */
export const maxValues = 30_000;
/** Errors that a refused query is told of at most. */
export const maxReportedErrors = 10;
/** Lists and objects within each other in variables, and in extensions, at most. */
export const maxInputDepth = 16;
/** Values in variables, and in extensions, at most: each can be wrong in a list, and come back as an error of its own. */
export const maxInputValues = 10_000;
/** Bytes of a request's body at most. */
export const maxBodyBytes = 100 * 1024;

/** This API only reads: a mutation or subscription is told so, with status 400. */
export const QueriesOnly = (context: ValidationContext) => ({
  OperationDefinition(node: OperationDefinitionNode): void {
    if (context.getSchema().getRootType(node.operation)) return;
    context.reportError(new GraphQLError(`This API has no ${node.operation}s: it only reads.`, { nodes: node }));
  },
});

/** Root fields that tell nothing of the workspace, and so need no credentials. */
const openFields = new Set(['__typename', '__schema', '__type', '_service']);
const answers = new WeakMap<OperationDefinitionNode, boolean>();

/** Whether an operation asks for data, and so needs the caller's credentials. Remembered for each parsed operation. */
export function asksForData(operation: OperationDefinitionNode, document: DocumentNode): boolean {
  let answer = answers.get(operation);
  if (answer === undefined) {
    answer = selectsData(operation.selectionSet, document, new Set());
    answers.set(operation, answer);
  }
  return answer;
}

function selectsData(selections: SelectionSetNode, document: DocumentNode, seen: Set<string>): boolean {
  return selections.selections.some((node) => {
    if (node.kind === Kind.FIELD) return !openFields.has(node.name.value);
    if (node.kind === Kind.INLINE_FRAGMENT) return selectsData(node.selectionSet, document, seen);
    const name = node.name.value;
    if (seen.has(name)) return false;
    seen.add(name);
    return document.definitions.some(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION &&
        definition.name.value === name &&
        selectsData(definition.selectionSet, document, seen),
    );
  });
}
