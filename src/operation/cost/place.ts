import { getNamedType, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { defaultPageSize, maxPageSize } from '../../limits.ts';
import type { FieldPrice, Prices, RecordPrice } from '../../schema/prices.ts';

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
  /** Tells sets of rooms apart: places with the same number belong to the same rooms. */
  readonly roomSet: number;
  /** Whether these rooms may be other people’s, whose members upstream does not list. */
  readonly isOfOthers: boolean;
  /** For replies: how many threads they belong to, at most. Undefined: each may belong to its own. */
  readonly threads: number | undefined;
  /** Whether they come with their record. */
  readonly hasRecord: boolean;
  /** Fields that they come with, if not. */
  readonly has: readonly string[] | undefined;
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

/** The place of the root, which belongs to no room. */
export const rootPlace: Place = {
  count: 1,
  copies: 1,
  rooms: 1,
  roomSet: 0,
  isOfOthers: false,
  threads: undefined,
  hasRecord: false,
  has: undefined,
  answeredBy: undefined,
  given: [],
  path: '',
};

/** The messages that these reply to: the replies of one thread share theirs, which is read once and written for each. */
export function rootsOf(place: Place): Place {
  const { count, copies, threads = count } = place;
  return { ...place, count: threads, copies: Math.min(manyObjects, copies * Math.ceil(count / Math.max(1, threads))) };
}

/** The objects of type `type` that a field with this price returns, `size` for each of its parents. */
export function placeBelow(
  prices: Prices,
  type: GraphQLObjectType,
  price: FieldPrice | undefined,
  size: number,
  {
    count,
    copies,
    rooms,
    roomSet,
    isOfOthers,
    given,
    path,
  }: Omit<Place, 'threads' | 'hasRecord' | 'has' | 'answeredBy'>,
  nextRoomSet: () => number,
): Place {
  const answeredBy = price?.calls.find(({ bulk }) => bulk !== undefined)?.endpoint;
  const record = prices.get(type.name)?.record;
  const isReference = price?.isReference === true;
  const has = price?.has;
  // What stands at the root, or below a room of the client's choice, begins a set of rooms of its own.
  const set = roomSet === rootPlace.roomSet || price?.isGiven === true ? nextRoomSet() : roomSet;
  if (isReference && record?.isPerRoom === false) {
    // Messages of a page share their room; a room given by id is one. `size` is more than 1 for a list of rooms.
    const referenced = Math.min(manyObjects, rooms * size);
    const copiesOfEach = Math.min(manyObjects, Math.ceil(count / Math.max(1, rooms)) * copies);
    const shared = { copies: copiesOfEach, roomSet: set, isOfOthers, has, answeredBy, given, path };
    return { ...rootPlace, ...shared, count: referenced, rooms: referenced };
  }
  const below = Math.min(manyObjects, count * size);
  const rowRecord = record ?? recordOfRows(type, prices);
  const isOfRooms = !isReference && rowRecord?.isPerRoom === false;
  return {
    count: below,
    copies,
    rooms: isOfRooms ? below : rooms,
    roomSet: isOfRooms ? nextRoomSet() : set,
    isOfOthers: isOfOthers || price?.isOfOthers === true,
    threads: price?.isOfOneThread === true ? count : undefined,
    hasRecord: !isReference && rowRecord !== undefined,
    has,
    answeredBy,
    given,
    path,
  };
}

/** The record that rows of a connection come with. */
function recordOfRows(type: GraphQLObjectType, prices: Prices): RecordPrice | undefined {
  const { nodes } = type.getFields();
  return nodes === undefined ? undefined : prices.get(getNamedType(nodes.type).name)?.record;
}
