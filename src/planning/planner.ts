import { getVariableValues, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { DocumentMemory } from '../document-store.ts';
import { GatewayError } from '../errors.ts';
import type { Plan } from './ledger.ts';
import { planCalls } from './plan.ts';
import { readPrices, type Prices } from './prices.ts';

/** Plans that are remembered for one operation, by its variables. */
const maxPlans = 32;
/** Variables longer than this, written as JSON, are planned anew each time. */
const maxKeyLength = 512;
/** With its endpoints, and the five fields that it names. */
const bytesPerPlan = 1500;

/** Plans operations of one schema, and remembers the plans of parsed operations with their documents, where those are kept. */
export class Planner {
  readonly #schema: GraphQLSchema;
  readonly #prices: Prices;
  readonly #documents: DocumentMemory;
  readonly #plans = new WeakMap<OperationDefinitionNode, Map<string, Plan>>();

  constructor(schema: GraphQLSchema, documents: DocumentMemory = { keep: () => true }) {
    this.#schema = schema;
    this.#documents = documents;
    this.#prices = readPrices(schema);
  }

  /** The plan; undefined where the variables do not fit, which execution reports before any call. */
  plan(document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>): Plan | undefined {
    const key = operation.variableDefinitions?.length ? JSON.stringify(variables) : '';
    const known = this.#plans.get(operation) ?? new Map<string, Plan>();
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const plan = this.#plan(document, operation, variables);
    if (plan !== undefined && key.length <= maxKeyLength && known.size < maxPlans && this.#documents.keep(document, bytesOf(key, plan))) {
      known.set(key, plan);
      this.#plans.set(operation, known);
    }
    return plan;
  }

  #plan(document: DocumentNode, operation: OperationDefinitionNode, variables: Record<string, unknown>): Plan | undefined {
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    if (coerced === undefined) return undefined;
    return planCalls({ schema: this.#schema, prices: this.#prices, document, operation, variables: coerced });
  }
}

/** What a plan takes in memory. Its paths repeat the query's names. */
function bytesOf(key: string, { heaviest }: Plan): number {
  return heaviest.reduce((sum, { path }) => sum + 2 * path.length, bytesPerPlan + 2 * key.length);
}

/** The refusal of an operation that costs more than one request may; nothing was called. */
export function tooComplex({ calls, heaviest }: Plan, limit: number): GatewayError {
  const error = new GatewayError(
    'QUERY_TOO_COMPLEX',
    `This query can cost ${calls} upstream calls, and ${limit} are allowed: ask for smaller pages, or for less in each row.`,
  );
  error.extensions['cost'] = { estimated: calls, limit, heaviest: heaviest.map(({ path }) => path) };
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
