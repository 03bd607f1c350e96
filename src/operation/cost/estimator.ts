import { getVariableValues, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { DocumentMemory } from '../document-store.ts';
import type { CallerKnowledge, QueryCost } from '../../context/query-cost.ts';
import { estimateCost } from './estimate.ts';
import { readPrices, type Prices } from '../../schema/prices.ts';
import { allLists, type WholeLists } from '../../loaders/bulk-or-single.ts';

/** Plans that are remembered for one operation, by its variables. */
const maxPlans = 32;
/** Variables longer than this, written as JSON, are planned anew each time. */
const maxKeyLength = 512;
/** With its endpoints, and the five fields that it names. */
const bytesPerPlan = 1500;

const everything: CallerKnowledge = { lists: allLists, knowsRoom: () => true };

interface Asked {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
  readonly lists: WholeLists;
  readonly unknownRooms: readonly string[];
}

/** Plans operations of one schema, and remembers the plans of parsed operations with their documents, where those are kept. */
export class CostEstimator {
  readonly #schema: GraphQLSchema;
  readonly #prices: Prices;
  readonly #documents: DocumentMemory;
  readonly #plans = new WeakMap<OperationDefinitionNode, Map<string, QueryCost>>();

  constructor(schema: GraphQLSchema, documents: DocumentMemory = { keep: () => true }) {
    this.#schema = schema;
    this.#documents = documents;
    this.#prices = readPrices(schema);
  }

  /** The cost; undefined where the variables do not fit, which execution reports before any call. */
  estimate(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown>,
    { lists, knowsRoom }: CallerKnowledge = everything,
  ): QueryCost | undefined {
    const asked: Asked = { document, operation, variables, lists, unknownRooms: [] };
    const plan = this.#remembered(asked, '');
    const unknownRooms = plan?.given.filter((roomId) => !knowsRoom(roomId)) ?? [];
    if (plan === undefined || unknownRooms.length === 0) return plan;
    const places = unknownRooms.map((roomId) => plan.given.indexOf(roomId)).join();
    return this.#remembered({ ...asked, unknownRooms }, places);
  }

  /** `places`: the unknown ones among the rooms that the operation names by their ids. */
  #remembered(asked: Asked, places: string): QueryCost | undefined {
    const { operation, variables, lists } = asked;
    const given = operation.variableDefinitions?.length ? JSON.stringify(variables) : '';
    const key = `${Number(lists.rooms)}${Number(lists.memberships)} ${places} ${given}`;
    const known = this.#plans.get(operation) ?? new Map<string, QueryCost>();
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const plan = this.#plan(asked);
    const isShort = given.length <= maxKeyLength && places.length <= maxKeyLength;
    if (
      plan !== undefined &&
      isShort &&
      known.size < maxPlans &&
      this.#documents.keep(asked.document, bytesOf(key, plan))
    ) {
      known.set(key, plan);
      this.#plans.set(operation, known);
    }
    return plan;
  }

  #plan({ document, operation, variables, lists, unknownRooms }: Asked): QueryCost | undefined {
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    if (coerced === undefined) return undefined;
    return estimateCost({
      schema: this.#schema,
      prices: this.#prices,
      document,
      operation,
      variables: coerced,
      lists,
      unknownRooms: new Set(unknownRooms),
    });
  }
}

/** What a plan takes in memory. Its paths repeat the query's names. */
function bytesOf(key: string, { heaviest, given }: QueryCost): number {
  const texts = [key, ...heaviest.map(({ path }) => path), ...given];
  return texts.reduce((sum, text) => sum + 2 * text.length, bytesPerPlan);
}
