import { GatewayError } from '../errors.ts';
import { asId, asInt } from '../json.ts';
import type { BulkOrSingle, ReadMode } from './bulk-or-single.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { imCounters } from '../upstream/endpoints/im-counters.ts';
import { notADirectMessage } from '../upstream/endpoints/rooms-info.ts';
import { messages } from '../upstream/transport/failures.ts';
import type { RestCounters, RestDirectMessage, RestSubscription } from '../upstream/types.ts';
import { batchByKey, type Loader, type SavedCalls } from './loader.ts';
import type { CallerList, CallerLists } from './caller-lists.ts';
import type { BulkFallback, ListRead } from './bulk-fallback.ts';

export interface CountersKey {
  readonly roomId: string;
  /** Whose counters; undefined for the caller's own. */
  readonly userId: string | undefined;
  /** Read with `im.counters`, which alone returns the number of active members. */
  readonly isSingle: boolean;
  /** The room's record, when the request has it already. */
  readonly record: RestDirectMessage | undefined;
}

type CountersByKey = Map<CountersKey, Promise<RestCounters>>;

/**
 * Counters by room and user: `im.counters` each, or for several of the caller's rooms from two lists together, however
 * many rooms: memberships (`subscriptions.get`) and rooms (`rooms.get`; not for rooms whose record is at hand). Counters
 * with the number of members, and those of another user, always take one `im.counters` each. The lists replace single
 * calls when the rate-limit window has no room for them.
 */
export function countersLoader(
  upstream: RequestUpstream,
  caller: CallerLists,
  fallback: BulkFallback,
  modes: BulkOrSingle['counters'],
): Loader<CountersKey, RestCounters> {
  const singles = new Map<string, Promise<RestCounters>>();
  /** One `im.counters` per room and user, whatever parts of its response are needed. */
  const readSingle = (key: CountersKey): Promise<RestCounters> => {
    const single = singles.get(nameOf(key)) ?? imCounters(upstream, key);
    singles.set(nameOf(key), single);
    return single;
  };

  return batchByKey(
    (keys, saved) => {
      if (!keys.some(isOwn)) return keys.map((key) => readSingle(key));
      const asked = new Set([...singles.keys(), ...keys.filter((key) => !isOwn(key)).map(nameOf)]);
      const own = keys.filter((key) => !asked.has(nameOf(key)));
      const listed = readOwn(
        own.filter(({ record }) => record !== undefined),
        [caller.subscriptions],
        modes.listed,
        saved,
      );
      const byId = readOwn(
        own.filter(({ record }) => record === undefined),
        [caller.subscriptions, caller.rooms],
        modes.byId,
        saved,
      );
      return keys.map((key) => listed.get(key) ?? byId.get(key) ?? readSingle(key));
    },
    (key) => `${nameOf(key)} ${key.isSingle}`,
  );

  /** The caller's own counters, in the chosen mode unless that is not possible. */
  function readOwn(
    keys: readonly CountersKey[],
    lists: readonly CallerList[],
    mode: ReadMode,
    saved: SavedCalls,
  ): CountersByKey {
    if (keys.length === 0) return new Map();
    const read = { mode, count: keys.length, lists, unstarted: lists.filter((list) => !list.isStarted()) };
    if (mode === 'single' && !fallback.prefersLists('im.counters', read))
      return new Map(keys.map((key) => [key, readSingle(key)]));
    const found = readBulk(keys, read, saved);
    return new Map(keys.map((key) => [key, found.then((counters) => counters.get(key) as Promise<RestCounters>)]));
  }

  /** Counters from the lists, and singly for the rooms that a failed list leaves open. */
  async function readBulk(keys: readonly CountersKey[], read: ListRead, saved: SavedCalls): Promise<CountersByKey> {
    const noRooms = new Map<string, RestDirectMessage>();
    const [subscriptions, rooms] = await Promise.all([
      settle(caller.subscriptions()),
      settle(read.lists.includes(caller.rooms) ? caller.rooms() : Promise.resolve(noRooms)),
    ]);
    const counters: CountersByKey = new Map();
    for (const key of keys) {
      const value = fromLists(key, subscriptions.value, rooms.value);
      if (value !== undefined)
        counters.set(key, value instanceof Error ? Promise.reject(value) : Promise.resolve(value));
    }
    const left = keys.filter((key) => !counters.has(key));
    saved.bulk += Math.max(0, counters.size - read.unstarted.length);
    if (left.length === 0) return counters;
    const list = subscriptions.value === undefined ? caller.subscriptions : caller.rooms;
    const error = subscriptions.error ?? rooms.error;
    const pricedCalls = fallback.pricedCalls(read);
    const values = fallback.readSingly({ list, error, keys: left, pricedCalls, load: readSingle });
    left.forEach((key, index) => counters.set(key, values[index] as Promise<RestCounters>));
    return counters;
  }
}

const isOwn = ({ userId, isSingle }: CountersKey): boolean => userId === undefined && !isSingle;

const nameOf = ({ roomId, userId = '' }: CountersKey): string => `${roomId} ${userId}`;

/** The outcome of a promise. */
const settle = <Value>(promise: Promise<Value>): Promise<{ value?: Value; error?: unknown }> =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

/** What both lists say about a room; undefined when a list that it takes is missing. */
function fromLists(
  { roomId, record }: CountersKey,
  subscriptions: ReadonlyMap<string, RestSubscription> | undefined,
  rooms: ReadonlyMap<string, RestDirectMessage> | undefined,
): RestCounters | Error | undefined {
  if (subscriptions === undefined) return undefined;
  const subscription = subscriptions.get(roomId);
  if (subscription === undefined) return notAMember();
  if (subscription.t !== 'd') return notADirectMessage();
  const room = record ?? rooms?.get(roomId);
  if (room === undefined) return rooms === undefined ? undefined : notAMember();
  return countersFrom(room, subscription);
}

/** A room's counters take a membership in it, and `subscriptions.get` returns all of the caller's. */
const notAMember = () => new GatewayError('FORBIDDEN', messages.forbidden('subscriptions.get'));

/** What `im.counters` would return, without the number of members. */
const countersFrom = (room: RestDirectMessage, subscription: RestSubscription): RestCounters => ({
  joined: true,
  unreads: subscription['unread'],
  // Never opened or empty (upstream's `subscription.ls && room.msgs`): nothing is the first unread message.
  unreadsFrom: (asInt(room['msgs']) ?? 0) === 0 ? undefined : asId(subscription['ls']),
  msgs: room['msgs'],
  latest: room['lm'] ?? room['_updatedAt'],
  userMentions: subscription['userMentions'],
});
