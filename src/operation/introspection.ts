import { getVariableValues, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../context/request-context.ts';
import { compile } from './compiled/compile.ts';
import { run } from './compiled/run.ts';

/** Errors while counting: graphql-js reports them when it runs the operation. */
const ignore = () => undefined;

/**
 * Counts the introspection part of an operation before it runs, and throws if it is too large. Introspection needs no data,
 * but leads from types to fields to types, so a few lines can request more than any page of messages.
 */
export async function measureIntrospection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  context: Context,
): Promise<void> {
  const variables = getVariableValues(schema, operation.variableDefinitions ?? [], given).coerced;
  if (variables === undefined) return;
  const compiled = compile({ schema, document, operation, variables, isIntrospection: true });
  if (compiled !== undefined) await run(compiled, variables, context, ignore);
  if (context.answerSize.refusal !== undefined) throw context.answerSize.refusal;
  context.answerSize.holdBase();
}
