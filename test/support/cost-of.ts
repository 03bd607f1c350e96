import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { expect } from 'vitest';
import { CostEstimator } from '../../src/operation/cost/estimator.ts';
import { createSchema } from '../../src/schema/executable.ts';

export const schema = createSchema();
export const estimator = new CostEstimator(schema);

/** The cost of the first operation of a document. */
export function costOf(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  return estimator.estimate(document, operation ?? expect.unreachable(), variables) ?? expect.unreachable();
}
