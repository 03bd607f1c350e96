import {
  getNamedType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';
import { isKeyField, type SelectionContext } from '../../collect-fields.ts';
import type { FieldPrice, Prices, RoomEndpoints } from '../../schema/prices.ts';
import { mergeFields, type MergedField } from './merged-fields.ts';
import { pageSize, type Place } from './place.ts';
import type { CostTally } from './tally.ts';

/** What fields cost, and what is known of the caller. */
export interface PriceModel {
  readonly prices: Prices;
  readonly roomEndpoints: RoomEndpoints;
  /** Room ids in the operation that the workspace has not shown to the caller as rooms yet. */
  readonly unknownRooms: ReadonlySet<string>;
}

/** What is selected below a field, by alias. */
export interface Below {
  readonly type: GraphQLNamedType;
  readonly responseNames: MergedField['responseNames'];
}

/** Charges single fields and objects to a tally; `estimate.ts` finds them. */
export class Charges {
  readonly #model: PriceModel;
  readonly #tally: CostTally;
  readonly #selection: SelectionContext;

  constructor(model: PriceModel, tally: CostTally, selection: SelectionContext) {
    this.#model = model;
    this.#tally = tally;
    this.#selection = selection;
  }

  /** A field of some objects, if it calls upstream at all. */
  field(price: FieldPrice | undefined, merged: MergedField, place: Place): void {
    const { field, args, responseNames, selectionSets: below } = merged;
    const fieldType = getNamedType(field.type);
    const isSaved = price?.isFreeById === true && !this.#selectsMore(fieldType, below);
    if (isSaved || !this.#isAsked(field, args, below)) return;
    this.calls(price, args, place, { type: fieldType, responseNames });
  }

  /** The calls of a price. `below`: what is selected under each alias of the field. */
  calls(
    price: FieldPrice | undefined,
    args: Readonly<Record<string, unknown>>,
    { count, roomSet, hasRecord, answeredBy, path }: Place,
    below: Below,
  ): void {
    if (price === undefined) return; // `__typename`
    const given = [...price.argumentCalls].find(([name]) => args[name] != null);
    const isContinued = args['after'] != null || args['before'] != null;
    for (const { endpoint, times, upTo, paging, bulk, variedBy } of given?.[1] ?? price.calls) {
      if (endpoint === answeredBy) continue;
      if (endpoint === this.#model.roomEndpoints.users.bulk) this.#tally.addMembers(roomSet);
      if (bulk !== undefined && !this.#isWithAny(below, variedBy)) this.#tally.addCounters(count, hasRecord, path);
      else if (paging !== undefined) this.#tally.addPages(endpoint, paging, { count, isContinued, path });
      else this.#tally.add(endpoint, { count: count * times, upTo, path });
    }
    if (price.checksRoom) this.#tally.addRecords(count, 'part', path);
  }

  /** Fields of records: one read per object, however many fields. */
  record(
    type: GraphQLObjectType,
    merged: readonly MergedField[],
    { count, rooms, roomSet, isOfOthers, hasRecord, has, given, path }: Place,
  ): void {
    if (hasRecord) return;
    if (this.#model.prices.get(type.name)?.record?.isPerRoom === true) {
      const isRead = ({ field: { name } }: MergedField) =>
        has?.includes(name) !== true && this.#model.prices.get(`${type.name}.${name}`)?.fromRecord === 'part';
      if (merged.some(isRead)) this.#tally.addUsers(count, { rooms, roomSet, isOfOthers, path });
      return;
    }
    const asked = merged.filter(({ field, args, selectionSets }) => this.#isAsked(field, args, selectionSets));
    const kinds = asked.map(({ field }) => this.#model.prices.get(`${type.name}.${field.name}`)?.fromRecord);
    if (kinds.includes('whole')) this.#tally.addRecords(rooms, 'whole', path);
    else if (kinds.includes('part')) this.#tally.addRecords(rooms, 'part', path);
    else if (kinds.includes('ifGiven')) this.#tally.addGivenRooms(given, this.#model.unknownRooms, path);
  }

  /** An empty page makes no call, unless it selects a fact about all pages. */
  #isAsked(
    field: GraphQLField<unknown, unknown>,
    args: Readonly<Record<string, unknown>>,
    below: readonly SelectionSetNode[],
  ): boolean {
    if (pageSize(field, args) !== 0) return true;
    const type = getNamedType(field.type);
    return this.#selectsOfAllPages(type, below);
  }

  /** `type`: of a page, or of its `pageInfo`, which are objects. */
  #selectsOfAllPages(type: GraphQLNamedType, below: readonly SelectionSetNode[]): boolean {
    return this.#fieldsOf(type as GraphQLObjectType, below).some(
      ({ field, selectionSets }) =>
        this.#model.prices.get(`${type.name}.${field.name}`)?.isOfAllPages === true ||
        (field.name === 'pageInfo' && this.#selectsOfAllPages(getNamedType(field.type), selectionSets)),
    );
  }

  /** Whether more is selected than the key, which a reference already has. */
  #selectsMore(type: GraphQLNamedType, below: readonly SelectionSetNode[]): boolean {
    return isObjectType(type) && this.#fieldsOf(type, below).some(({ field: { name } }) => !isKeyField(name));
  }

  /** Whether any of the named fields is selected, under any alias. */
  #isWithAny({ type, responseNames }: Below, names: readonly string[]): boolean {
    return [...responseNames.values()].some((sets) =>
      this.#fieldsOf(type as GraphQLObjectType, sets).some(({ field }) => names.includes(field.name)),
    );
  }

  #fieldsOf(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): MergedField[] {
    return mergeFields(type, selectionSets, this.#selection);
  }
}
