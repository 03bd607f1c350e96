import { getNamedType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { defaultPageSize, maxPageSize } from '../../limits.ts';
import type { FieldPrice, Prices } from '../../schema/prices.ts';

/** Products of page sizes stop growing here. */
export const manyObjects = 1e9;

/** The objects that a selection applies to. */
export interface Place {
  /** How many there are, at most. */
  readonly count: number;
  /** How often the response repeats each, on average: aliases load it once and write it several times. */
  readonly copies: number;
  /** How many rooms they belong to, at most: messages of one page share a room. */
  readonly rooms: number;
  /** For rooms: whether they come with their record. */
  readonly hasRecord: boolean;
  /** The endpoint that returned them: a field of theirs that needs the same endpoint costs nothing more. */
  readonly answeredBy: string | undefined;
  /** For rooms: the ids that the client gave, if any. */
  readonly given: readonly string[];
  readonly path: string;
}

/** Rows of a page at most; undefined for a field that is no page. */
export function pageSize(
  field: GraphQLField<unknown, unknown>,
  args: Readonly<Record<string, unknown>>,
): number | undefined {
  if (!field.args.some(({ name }) => name === 'first')) return undefined;
  const size = Number(args['first'] ?? args['last'] ?? defaultPageSize);
  return Math.min(maxPageSize, Math.max(0, size));
}

/** The objects of type `type` that a field with this price returns, `size` for each of its parents. */
export function placeBelow(
  prices: Prices,
  type: GraphQLObjectType,
  price: FieldPrice | undefined,
  size: number,
  { count, copies, rooms, given, path }: Pick<Place, 'count' | 'copies' | 'rooms' | 'given' | 'path'>,
): Place {
  const answeredBy = price?.calls.find(({ bulk }) => bulk !== undefined)?.endpoint;
  if (price?.isReference === true) {
    // Messages of a page share their room; a room given by id is one.
    const copiesOfEach = Math.min(manyObjects, Math.ceil(count / Math.max(1, rooms)) * copies);
    return { count: rooms, copies: copiesOfEach, rooms, hasRecord: false, answeredBy, given, path };
  }
  const below = Math.min(manyObjects, count * size);
  const isOfRooms = rowsHaveRecord(type, prices);
  return { count: below, copies, rooms: isOfRooms ? below : rooms, hasRecord: isOfRooms, answeredBy, given, path };
}

/** Whether a type is a connection of rooms: its rows come with their record. */
function rowsHaveRecord(type: GraphQLObjectType, prices: Prices): boolean {
  const { nodes } = type.getFields();
  return nodes !== undefined && prices.get(getNamedType(nodes.type).name)?.record !== undefined;
}
