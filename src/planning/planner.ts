import { getVariableValues, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { GatewayError } from '../errors.ts';
import type { Plan } from './ledger.ts';
import { planCalls } from './plan.ts';
import { readPrices, type Prices } from './prices.ts';
import { allLists, type WholeLists } from './ways.ts';

/** Plans that are remembered for one operation, by its variables. */
const maxPlans = 32;
/** Variables longer than this, written as JSON, are planned anew each time. */
const maxKeyLength = 512;

/** Plans operations of one schema, and remembers the plans of parsed operations as long as those are remembered. */
export class Planner {
  readonly #schema: GraphQLSchema;
  readonly #prices: Prices;
  readonly #plans = new WeakMap<OperationDefinitionNode, Map<string, Plan>>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    this.#prices = readPrices(schema);
  }

  /** The plan; undefined where the variables do not fit, which execution reports before any call. */
  plan(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown>,
    lists: WholeLists = allLists,
  ): Plan | undefined {
    const given = operation.variableDefinitions?.length ? JSON.stringify(variables) : '';
    const key = `${Number(lists.rooms)}${Number(lists.memberships)}${given}`;
    const known = this.#plans.get(operation) ?? new Map<string, Plan>();
    const plan = known.get(key) ?? this.#plan(document, operation, variables, lists);
    if (plan !== undefined && given.length <= maxKeyLength && known.size < maxPlans) {
      known.set(key, plan);
      this.#plans.set(operation, known);
    }
    return plan;
  }

  #plan(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown>,
    lists: WholeLists,
  ): Plan | undefined {
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    if (coerced === undefined) return undefined;
    return planCalls({ schema: this.#schema, prices: this.#prices, document, operation, variables: coerced, lists });
  }
}

/** The refusal of an operation that costs more than one request may; nothing was called. */
export function tooComplex({ calls, heaviest }: Plan, limit: number): GatewayError {
  const error = new GatewayError(
    'QUERY_TOO_COMPLEX',
    `This query can cost ${calls} upstream calls, and ${limit} are allowed: ask for smaller pages, or for less in each row.`,
  );
  error.extensions['cost'] = { estimated: calls, limit, heaviest };
  error.extensions['http'] = { status: 400 };
  return error;
}

/** The refusal of an operation whose answer could hold more values than that; nothing was called. */
export function tooLarge({ values }: Plan, limit: number): GatewayError {
  const error = new GatewayError(
    'QUERY_TOO_COMPLEX',
    `The answer to this query can hold ${values} values, and ${limit} are allowed: ask for smaller pages, or for less in each row.`,
  );
  error.extensions['http'] = { status: 400 };
  return error;
}
