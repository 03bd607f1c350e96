import { getVariableValues, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../context/request-context.ts';
import { compile } from './compiled/compile.ts';
import { run } from './compiled/run.ts';

/**
 * Counts the introspection part of an operation before it runs, and throws if it is too large. Introspection needs no data,
 * but leads from types to fields to types, so a few lines can request more than any page of messages. A bug while counting
 * throws too, as the response would have no limit; errors of the client are left to graphql-js.
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
  const bugs: unknown[] = [];
  const onBug = (error: unknown) => void bugs.push(error);
  if (compiled !== undefined) await run(compiled, variables, context, { cuts: false, onBug });
  if (bugs.length > 0) throw bugs[0];
  if (context.answerSize.refusal !== undefined) throw context.answerSize.refusal;
  context.answerSize.holdBase();
}
