import {
  getArgumentValues,
  getNamedType,
  isObjectType,
  isUnionType,
  Kind,
  TypeNameMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { asList, asObject, asText } from '../../json.ts';
import { defaultPageSize, maxPageSize } from '../../pagination/args.ts';
import { applies, isIncluded } from '../../collect-fields.ts';
import { CostTally } from './tally.ts';
import type { QueryCost } from '../../context/query-cost.ts';
import type { FieldPrice, Prices } from '../../schema/prices.ts';
import type { WholeLists } from '../../loaders/bulk-or-single.ts';

/**
 * What an operation costs in upstream calls, worked out before it runs, from its real variables.
 *
 * A walk over the operation with every selection set once for each place it is used in. Fragments can be used in
 * exponentially many places, so the walk gives up after `maxSteps` fields and calls the operation too expensive; an
 * honest operation has some hundreds. Multiplied by the sizes of the pages around it, each
 * field that asks upstream adds its price from the schema. Fields that are the same call (same parent, same arguments)
 * are merged first, as the loaders merge them, and so are `nodes` and `edges { node }` of one page.
 */
export interface EstimateInput {
  readonly schema: GraphQLSchema;
  readonly prices: Prices;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced variable values. */
  readonly variables: { readonly [name: string]: unknown };
  /** The lists that answer the caller. */
  readonly lists: WholeLists;
  /** Ids in the operation that the workspace has not named to the caller as rooms'; the others it has. */
  readonly unknownRooms: ReadonlySet<string>;
}

export function estimateCost(input: EstimateInput): QueryCost {
  const root = input.schema.getRootType(input.operation.operation);
  const ledger = new CostTally();
  const place: Place = { count: 1, copies: 1, rooms: 1, hasRecord: false, answeredBy: undefined, given: [], path: '' };
  if (root) new Walk(input, ledger).visit(root, [input.operation.selectionSet], place);
  return ledger.close(input.lists);
}

/** The objects that a selection applies to. */
interface Place {
  /** How many there are at most. */
  readonly count: number;
  /** How often each comes in the answer, on average: under several aliases it is asked for once, and written several times. */
  readonly copies: number;
  /** How many rooms they belong to at most: messages of one page are of one room. */
  readonly rooms: number;
  /** For rooms: whether they come with their record. */
  readonly hasRecord: boolean;
  /** The endpoint whose answer they are, where a field of theirs would ask for the same: it then costs nothing more. */
  readonly answeredBy: string | undefined;
  /** For rooms: the ids by which the client asks for them, where it does. */
  readonly given: readonly string[];
  readonly path: string;
}

/** Fields of one selection that are the same call, and what is selected below all of them. */
interface MergedField {
  readonly field: GraphQLField<unknown, unknown>;
  readonly args: Readonly<Record<string, unknown>>;
  readonly responseName: string;
  /** What is selected under each of the names under which it comes. */
  readonly responseNames: Map<string, SelectionSetNode[]>;
  readonly selectionSets: SelectionSetNode[];
}

/** Fields of an unfolded operation that are looked at; more than `maxRecursiveSelections` of the server lets in. */
const maxSteps = 10_000;
/** What a reference of another subgraph counts for among the values of an answer: about the work of refusing it. */
const valuesPerReference = 25;
/** Products of page sizes stop growing here. */
const manyObjects = 1e9;

class Walk {
  readonly #input: EstimateInput;
  readonly #ledger: CostTally;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  #steps = 0;

  constructor(input: EstimateInput, ledger: CostTally) {
    this.#input = input;
    this.#ledger = ledger;
    for (const definition of input.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
  }

  visit(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[], place: Place): void {
    const merged = this.#merge(type, selectionSets);
    this.#steps += merged.length;
    if (this.#steps > maxSteps) {
      this.#ledger.giveUp(place.path);
      return;
    }
    this.#chargeRecord(type, merged, place);
    for (const { field, args, responseName, responseNames, selectionSets: below } of merged) {
      const copies = Math.min(manyObjects, place.copies * responseNames.size);
      const price = this.#input.prices.get(`${type.name}.${field.name}`);
      const path = place.path === '' ? responseName : `${place.path}.${responseName}`;
      const size = pageSize(field, args);
      const elements = price?.assumedSize ?? 1;
      const fieldType = getNamedType(field.type);
      const isWithAny = (names: readonly string[]) =>
        this.#isWithAny(fieldType as GraphQLObjectType, responseNames, names);
      if (this.#isAsked(field, args, below)) this.#charge(price, args, { ...place, path }, isWithAny);
      if (isUnionType(fieldType)) this.#visitEntities(fieldType.getTypes(), args, below, copies, path);
      else if (!isObjectType(fieldType)) this.#ledger.addValues(place.count * copies * elements);
      if (!isObjectType(fieldType) || size === 0) continue;
      const given = price?.isGiven === true ? [String(args['id'])] : [];
      const next = placeBelow(fieldType, price, size ?? elements, { ...place, given, copies, path });
      if (size === undefined) this.visit(fieldType, below, next);
      else this.#visitPage(fieldType, below, next, place.count);
    }
  }

  /**
   * Objects that other subgraphs refer to: each costs the price of its type, and can be of a room of its own. One that is
   * referred to several times is asked for once, and comes as often. All references count for the size of the answer,
   * as each is answered at least with null and an error.
   */
  #visitEntities(
    types: readonly GraphQLObjectType[],
    { representations }: Readonly<Record<string, unknown>>,
    below: readonly SelectionSetNode[],
    copies: number,
    path: string,
  ): void {
    const references = asList(representations).map(asObject);
    this.#ledger.addValues(references.length * copies * valuesPerReference);
    for (const type of types) {
      const ofType = references.filter((reference) => reference?.['__typename'] === type.name);
      const ids = ofType.flatMap((reference) => asText(reference?.['id']) ?? []); // without one it is refused before any call
      const count = new Set(ids).size;
      if (count === 0) continue;
      const copiesOfEach = copies * (ids.length / count);
      const place: Place = {
        count,
        copies: copiesOfEach,
        rooms: count,
        hasRecord: false,
        answeredBy: undefined,
        given: ids,
        path,
      };
      this.#charge(this.#input.prices.get(type.name), {}, place, () => []);
      this.visit(type, below, place);
    }
  }

  /** A connection: its rows are reached as `nodes` and as `edges { node }`, and are the same objects. */
  #visitPage(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[], rows: Place, parents: number): void {
    const merged = this.#merge(type, selectionSets);
    const rowSets: SelectionSetNode[] = [];
    let rowNames = 0;
    let rowType: GraphQLObjectType | undefined;
    for (const { field, responseNames, selectionSets: below } of merged) {
      const fieldType = getNamedType(field.type);
      if (!isObjectType(fieldType)) {
        this.#ledger.addValues(parents * rows.copies * responseNames.size);
        continue;
      }
      if (field.name === 'nodes') {
        rowType = fieldType;
        rowSets.push(...below);
        rowNames += responseNames.size;
      } else if (field.name === 'edges') {
        for (const edge of this.#merge(fieldType, below)) {
          const nodeType = getNamedType(edge.field.type);
          if (!isObjectType(nodeType)) {
            this.#ledger.addValues(rows.count * rows.copies * responseNames.size * edge.responseNames.size);
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

  /** `isWithAny`: whether any of some fields is selected below, for each of the names under which the field comes. */
  #charge(
    price: FieldPrice | undefined,
    args: Readonly<Record<string, unknown>>,
    { count, hasRecord, answeredBy, path }: Place,
    isWithAny: (names: readonly string[]) => readonly boolean[],
  ): void {
    if (price === undefined) return; // `__typename`
    const given = [...price.argumentCalls].find(([name]) => args[name] != null);
    const isContinued = args['after'] != null || args['before'] != null;
    for (const { endpoint, upTo, paging, isInBulk, variedBy } of given?.[1] ?? price.calls) {
      if (endpoint === answeredBy) continue;
      const isVaried = variedBy.length === 0 ? [] : isWithAny(variedBy);
      const variants = Math.max(1, new Set(isVaried).size);
      if (isInBulk && !isVaried.includes(true)) this.#ledger.addCounters(count, hasRecord, path);
      else if (paging !== undefined)
        this.#ledger.addPages(endpoint, paging, { count: count * variants, isContinued, path });
      else this.#ledger.add(endpoint, { count, upTo, path });
    }
    if (price.checksRoom) this.#ledger.addRecords(count, 'part', path);
  }

  /** Fields of rooms' records: read once for each room, whatever the number of fields. */
  #chargeRecord(
    type: GraphQLObjectType,
    merged: readonly MergedField[],
    { rooms, hasRecord, given, path }: Place,
  ): void {
    if (hasRecord) return;
    const asked = merged.filter(({ field, args, selectionSets }) => this.#isAsked(field, args, selectionSets));
    const kinds = asked.map(({ field }) => this.#input.prices.get(`${type.name}.${field.name}`)?.fromRecord);
    if (kinds.includes('whole')) this.#ledger.addRecords(rooms, 'whole', path);
    else if (kinds.includes('part')) this.#ledger.addRecords(rooms, 'part', path);
    else if (kinds.includes('ifGiven')) this.#ledger.addGivenRooms(given, this.#input.unknownRooms, path);
  }

  /** An empty page asks nothing, unless for what is true of the whole list. */
  #isAsked(
    field: GraphQLField<unknown, unknown>,
    args: Readonly<Record<string, unknown>>,
    below: readonly SelectionSetNode[],
  ): boolean {
    if (pageSize(field, args) !== 0) return true;
    const type = getNamedType(field.type);
    return isObjectType(type) && this.#selectsWhole(type, below);
  }

  #selectsWhole(type: GraphQLObjectType, below: readonly SelectionSetNode[]): boolean {
    return this.#merge(type, below).some(
      (part) => part.field.name === 'totalCount' || part.field.name === 'isAvailable',
    );
  }

  #isWithAny(
    type: GraphQLObjectType,
    responseNames: MergedField['responseNames'],
    names: readonly string[],
  ): boolean[] {
    return [...responseNames.values()].map((below) =>
      this.#merge(type, below).some(({ field }) => names.includes(field.name)),
    );
  }

  /** The fields of some selections of one type, fragments resolved and skipped ones left out, equal calls merged. */
  #merge(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): MergedField[] {
    const merged = new Map<string, MergedField>();
    const seen = new Set<string>();
    const collect = (selections: SelectionSetNode): void => {
      for (const node of selections.selections) {
        if (!isIncluded(node, this.#input.variables)) continue;
        if (node.kind === Kind.FIELD) this.#mergeField(type, node, merged);
        else if (node.kind === Kind.INLINE_FRAGMENT) {
          if (applies(node.typeCondition, type, this.#input.schema)) collect(node.selectionSet);
        } else if (!seen.has(node.name.value)) {
          seen.add(node.name.value);
          const fragment = this.#fragments.get(node.name.value);
          if (fragment !== undefined && applies(fragment.typeCondition, type, this.#input.schema))
            collect(fragment.selectionSet);
        }
      }
    };
    for (const selectionSet of selectionSets) collect(selectionSet);
    return [...merged.values()];
  }

  #mergeField(type: GraphQLObjectType, node: FieldNode, merged: Map<string, MergedField>): void {
    const name = node.name.value;
    const field = name === TypeNameMetaFieldDef.name ? TypeNameMetaFieldDef : type.getFields()[name];
    if (field === undefined) return; // introspection: it has limits of its own
    const args = this.#argumentsOf(field, node);
    const key = field.args.length === 0 ? field.name : `${field.name}${JSON.stringify(args)}`;
    const known = merged.get(key);
    const responseName = node.alias?.value ?? field.name;
    const selectionSets = node.selectionSet === undefined ? [] : [node.selectionSet];
    if (known === undefined) {
      const responseNames = new Map([[responseName, selectionSets]]);
      merged.set(key, { field, args, responseName, responseNames, selectionSets: [...selectionSets] });
      return;
    }
    known.selectionSets.push(...selectionSets);
    known.responseNames.set(responseName, [...(known.responseNames.get(responseName) ?? []), ...selectionSets]);
  }

  #argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Record<string, unknown> {
    if (field.args.length === 0) return {};
    try {
      return getArgumentValues(field, node, this.#input.variables);
    } catch {
      return {}; // execution refuses them as well, without a call
    }
  }
}

/** Rows of a page at most; undefined for a field that is no page. */
function pageSize(field: GraphQLField<unknown, unknown>, args: Readonly<Record<string, unknown>>): number | undefined {
  if (!field.args.some(({ name }) => name === 'first')) return undefined;
  const size = Number(args['first'] ?? args['last'] ?? defaultPageSize);
  return Math.min(maxPageSize, Math.max(0, size));
}

function placeBelow(
  type: GraphQLObjectType,
  price: FieldPrice | undefined,
  size: number,
  { count, copies, rooms, given, path }: Pick<Place, 'count' | 'copies' | 'rooms' | 'given' | 'path'>,
): Place {
  const answeredBy = price?.calls.find(({ isInBulk }) => isInBulk)?.endpoint;
  if (price?.isReference === true) {
    // Messages of a page share their room; a room asked for by id is one.
    const copiesOfEach = Math.min(manyObjects, Math.ceil(count / Math.max(1, rooms)) * copies);
    return { count: rooms, copies: copiesOfEach, rooms, hasRecord: false, answeredBy, given, path };
  }
  const below = Math.min(manyObjects, count * size);
  const isOfRooms = type.name === 'DirectMessageConnection';
  return { count: below, copies, rooms: isOfRooms ? below : rooms, hasRecord: isOfRooms, answeredBy, given, path };
}
