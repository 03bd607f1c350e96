import { GraphQLError, type OperationDefinitionNode, type ValidationContext } from 'graphql';

/** Validation rule: this API reads only. A mutation or subscription gets an error that says so, with status 400. */
export const QueriesOnly = (context: ValidationContext) => ({
  OperationDefinition(node: OperationDefinitionNode): void {
    if (context.getSchema().getRootType(node.operation)) return;
    context.reportError(new GraphQLError(`This API has no ${node.operation}s: it only reads.`, { nodes: node }));
  },
});
