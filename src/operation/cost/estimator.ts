import { getVariableValues, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { DocumentMemory } from '../document-store.ts';
import type { CallerKnowledge, QueryCost } from '../../context/query-cost.ts';
import { estimateCost } from './estimate.ts';
import { readPrices, roomEndpointsOf, type Prices, type RoomEndpoints } from '../../schema/prices.ts';
import { allLists, type WholeLists } from '../../loaders/bulk-or-single.ts';

/** Costs cached per operation, by variables, at most. */
const maxCosts = 32;
/** Costs for variables whose JSON is longer than this are not cached. */
const maxKeyLength = 512;
/** Bytes of a cached cost with its endpoints and its five heaviest fields, texts not included. */
const bytesPerCost = 1500;

const everything: CallerKnowledge = { lists: allLists, knowsRoom: () => true };

interface CostInput {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
  readonly lists: WholeLists;
  readonly unknownRooms: readonly string[];
}

/** Estimates the cost of operations of one schema. Caches costs with their documents, within the documents' memory limit. */
export class CostEstimator {
  readonly #schema: GraphQLSchema;
  readonly #prices: Prices;
  readonly #roomEndpoints: RoomEndpoints;
  readonly #documents: DocumentMemory;
  readonly #costs = new WeakMap<OperationDefinitionNode, Map<string, QueryCost>>();

  constructor(schema: GraphQLSchema, documents: DocumentMemory = { keep: () => true }) {
    this.#schema = schema;
    this.#documents = documents;
    this.#prices = readPrices(schema);
    this.#roomEndpoints = roomEndpointsOf(this.#prices);
  }

  /** The cost; undefined for invalid variables, which graphql-js reports before any call. */
  estimate(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown>,
    { lists, knowsRoom }: CallerKnowledge = everything,
  ): QueryCost | undefined {
    const input: CostInput = { document, operation, variables, lists, unknownRooms: [] };
    const cost = this.#cached(input, '');
    const unknownRooms = cost?.given.filter((roomId) => !knowsRoom(roomId)) ?? [];
    if (cost === undefined || unknownRooms.length === 0) return cost;
    const places = unknownRooms.map((roomId) => cost.given.indexOf(roomId)).join();
    return this.#cached({ ...input, unknownRooms }, places);
  }

  /** `places`: indexes of the unknown rooms among those that the operation names by id. */
  #cached(input: CostInput, places: string): QueryCost | undefined {
    const { operation, variables, lists } = input;
    const given = operation.variableDefinitions?.length ? JSON.stringify(variables) : '';
    const key = `${Number(lists.rooms)}${Number(lists.memberships)} ${places} ${given}`;
    const known = this.#costs.get(operation) ?? new Map<string, QueryCost>();
    const cached = known.get(key);
    if (cached !== undefined) return cached;
    const cost = this.#estimate(input);
    const isShort = given.length <= maxKeyLength && places.length <= maxKeyLength;
    if (
      cost !== undefined &&
      isShort &&
      known.size < maxCosts &&
      this.#documents.keep(input.document, bytesOf(key, cost))
    ) {
      known.set(key, cost);
      this.#costs.set(operation, known);
    }
    return cost;
  }

  #estimate({ document, operation, variables, lists, unknownRooms }: CostInput): QueryCost | undefined {
    const { coerced } = getVariableValues(this.#schema, operation.variableDefinitions ?? [], variables);
    if (coerced === undefined) return undefined;
    return estimateCost({
      schema: this.#schema,
      prices: this.#prices,
      roomEndpoints: this.#roomEndpoints,
      document,
      operation,
      variables: coerced,
      lists,
      unknownRooms: new Set(unknownRooms),
    });
  }
}

/** Memory of a cached cost. Its paths repeat names of the query. */
function bytesOf(key: string, { heaviest, given }: QueryCost): number {
  const texts = [key, ...heaviest.map(({ path }) => path), ...given];
  return texts.reduce((sum, text) => sum + 2 * text.length, bytesPerCost);
}
