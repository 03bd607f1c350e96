import {
  getNamedType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  type DocumentNode,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { asList, asObject, asText } from '../../json.ts';
import { fragmentsOf, typesSelected, type SelectionContext } from '../../collect-fields.ts';
import { manyObjects, pageSize, placeBelow, rootPlace, rootsOf, type Place } from './place.ts';
import { Charges, type Below, type PriceModel } from './charges.ts';
import { mergeFields, type MergedField } from './merged-fields.ts';
import { CostTally } from './tally.ts';
import type { QueryCost } from '../../context/query-cost.ts';
import type { FieldPrice } from '../../schema/prices.ts';
import type { WholeLists } from '../../loaders/bulk-or-single.ts';

/**
 * Estimates what an operation costs in upstream calls before it runs, from its real variables.
 *
 * The walk visits every selection set once for each place that uses it. Fragments can expand exponentially, so the walk
 * stops after `maxSteps` fields and declares the operation too expensive; honest operations have a few hundred. Each field
 * that calls upstream adds its price from the schema, multiplied by the sizes of the pages around it. Fields that make the
 * same call (same parent, same arguments) are merged first, as the loaders merge them, and so are `nodes` and
 * `edges { node }` of one page.
 */
export interface EstimateInput extends PriceModel {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced variable values. */
  readonly variables: { readonly [name: string]: unknown };
  /** The bulk lists that work for the caller. */
  readonly lists: WholeLists;
}

export function estimateCost(input: EstimateInput): QueryCost {
  const root = input.schema.getRootType(input.operation.operation);
  const tally = new CostTally(input.roomEndpoints);
  if (root) new Walk(input, tally).visit(root, [input.operation.selectionSet], rootPlace);
  return tally.close(input.lists);
}

/** Fields to visit, at most; more than `maxRecursiveSelections` lets through. */
const maxSteps = 10_000;
/** Values charged per entity reference: the cost of rejecting it. */
const valuesPerReference = 25;

class Walk {
  readonly #input: EstimateInput;
  readonly #tally: CostTally;
  readonly #selection: SelectionContext;
  readonly #charges: Charges;
  #steps = 0;
  #roomSets = rootPlace.roomSet;

  constructor(input: EstimateInput, tally: CostTally) {
    this.#input = input;
    this.#tally = tally;
    this.#selection = { schema: input.schema, fragments: fragmentsOf(input.document), variables: input.variables };
    this.#charges = new Charges(input, tally, this.#selection);
  }

  visit(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[], place: Place): void {
    const merged = this.#fieldsOf(type, selectionSets);
    this.#steps += merged.length;
    if (this.#steps > maxSteps) {
      this.#tally.giveUp(place.path);
      return;
    }
    this.#charges.record(type, merged, place);
    for (const each of merged) {
      const { field, args, responseName, responseNames, selectionSets: below } = each;
      const price = this.#input.prices.get(`${type.name}.${field.name}`);
      const parents = price?.isFreeById === true ? rootsOf(place) : place;
      const copies = Math.min(manyObjects, parents.copies * responseNames.size);
      const pathOf = (name: string) => (place.path === '' ? name : `${place.path}.${name}`);
      const path = pathOf(responseName);
      const size = pageSize(field, args);
      const elements = price?.assumedSize ?? 1;
      const fieldType = getNamedType(field.type);
      if (isInterfaceType(fieldType)) {
        for (const [name, sets] of responseNames)
          this.#visitNode(fieldType, args, sets, { ...place, copies, path: pathOf(name) }, price);
        continue;
      }
      this.#charges.field(price, each, { ...parents, path });
      if (isUnionType(fieldType)) this.#visitEntities(fieldType.getTypes(), args, below, copies, path);
      else if (!isObjectType(fieldType)) this.#tally.addValues(place.count * copies * elements);
      if (!isObjectType(fieldType) || size === 0) continue;
      const given = price?.isGiven === true ? [String(args['id'])] : [];
      const next = placeBelow(
        this.#input.prices,
        fieldType,
        price,
        size ?? elements,
        { ...parents, given, copies, path },
        this.#nextRoomSet,
      );
      if (size === undefined) this.visit(fieldType, below, next);
      else this.#visitPage(fieldType, below, next, place.count);
    }
  }

  /**
   * Entities that other subgraphs reference: each costs the price of its type and may belong to a different room. Repeated
   * references are loaded once and written each time. Every reference counts toward the response size, as each yields at
   * least null and an error.
   */
  #visitEntities(
    types: readonly GraphQLObjectType[],
    { representations }: Readonly<Record<string, unknown>>,
    below: readonly SelectionSetNode[],
    copies: number,
    path: string,
  ): void {
    const references = asList(representations).map(asObject);
    this.#tally.addValues(references.length * copies * valuesPerReference);
    for (const type of types) {
      const ofType = references.filter((reference) => reference?.['__typename'] === type.name);
      const ids = ofType.flatMap((reference) => asText(reference?.['id']) ?? []); // rejected before any call without one
      const count = new Set(ids).size;
      if (count === 0) continue;
      const copiesOfEach = copies * (ids.length / count);
      this.#visitKeys(type, ids, below, { ...rootPlace, count, copies: copiesOfEach, rooms: count, path });
    }
  }

  /** An object by its id alone: of the one type that the selection names, or else of any. */
  #visitNode(
    type: GraphQLInterfaceType,
    args: Readonly<Record<string, unknown>>,
    below: readonly SelectionSetNode[],
    { copies, path }: Place,
    price: FieldPrice | undefined,
  ): void {
    const types = this.#input.schema.getPossibleTypes(type);
    const selected = typesSelected(below, this.#selection);
    const id = String(args['id']);
    const place = { ...rootPlace, copies, path };
    const only = selected.size === 1 ? types.find(({ name }) => selected.has(name)) : undefined;
    if (only === undefined) {
      this.#charges.calls(price, args, place, keyOnly(type));
      for (const each of types) this.visit(each, below, this.#placeOfKeys(each, [], place));
      return;
    }
    // The gateway first makes sure that it is a room's id.
    if (this.#input.prices.get(only.name)?.record?.isPerRoom === false)
      this.#tally.addGivenRooms([id], this.#input.unknownRooms, path);
    this.#visitKeys(only, [id], below, place);
  }

  /** Objects of a type that are known by their ids. */
  #visitKeys(type: GraphQLObjectType, ids: readonly string[], below: readonly SelectionSetNode[], place: Place): void {
    this.#charges.calls(this.#input.prices.get(type.name), {}, place, keyOnly(type));
    this.visit(type, below, this.#placeOfKeys(type, ids, place));
  }

  /** Reading a type by its key gives the record, if it takes a call. */
  #placeOfKeys(type: GraphQLObjectType, given: readonly string[], place: Place): Place {
    const hasRecord = this.#input.prices.get(type.name)?.calls.length !== 0;
    return { ...place, hasRecord, given, roomSet: this.#nextRoomSet() };
  }

  readonly #nextRoomSet = (): number => (this.#roomSets += 1);

  /** A connection, or changes: `nodes` and `edges { node }` are the same rows. */
  #visitPage(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[], rows: Place, parents: number): void {
    const merged = this.#fieldsOf(type, selectionSets);
    const rowSets: SelectionSetNode[] = [];
    let rowNames = 0;
    let rowType: GraphQLObjectType | undefined;
    for (const { field, responseNames, selectionSets: below } of merged) {
      const fieldType = getNamedType(field.type);
      if (!isObjectType(fieldType)) {
        this.#tally.addValues(parents * rows.copies * responseNames.size);
        continue;
      }
      if (field.name === 'nodes' || field.name === 'changed') {
        rowType = fieldType;
        rowSets.push(...below);
        rowNames += responseNames.size;
      } else if (field.name === 'edges') {
        for (const edge of this.#fieldsOf(fieldType, below)) {
          const nodeType = getNamedType(edge.field.type);
          if (!isObjectType(nodeType)) {
            this.#tally.addValues(rows.count * rows.copies * responseNames.size * edge.responseNames.size);
            continue;
          }
          rowType = nodeType;
          rowSets.push(...edge.selectionSets);
          rowNames += responseNames.size * edge.responseNames.size;
        }
      } else {
        // Beside the rows, such as `pageInfo` or a single message.
        this.visit(fieldType, below, { ...rows, count: parents });
      }
    }
    if (rowType !== undefined)
      this.visit(rowType, rowSets, { ...rows, copies: Math.min(manyObjects, rows.copies * rowNames) });
  }

  #fieldsOf(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): MergedField[] {
    return mergeFields(type, selectionSets, this.#selection);
  }
}

/** The calls of an object that is known by its id do not depend on what is selected. */
const keyOnly = (type: GraphQLNamedType): Below => ({ type, responseNames: new Map() });
