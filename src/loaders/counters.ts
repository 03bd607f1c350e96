import { GatewayError } from '../errors.ts';
import { asId, asInt } from '../json.ts';
import type { Way, BulkOrSingle } from './bulk-or-single.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { imCounters } from '../upstream/endpoints/im-counters.ts';
import { notADirectMessage } from '../upstream/endpoints/rooms-info.ts';
import { messages } from '../upstream/transport/failures.ts';
import type { RestCounters, RestDirectMessage, RestSubscription } from '../upstream/types.ts';
import { batchByKey, type Loader } from './loader.ts';
import type { CallerList, CallerLists } from './caller-lists.ts';
import type { BulkFallback } from './bulk-fallback.ts';

export interface CountersKey {
  readonly roomId: string;
  /** Whose counters; undefined for the caller's own. */
  readonly userId: string | undefined;
  /** To be read with `im.counters`, which alone knows the number of active members. */
  readonly isSingle: boolean;
  /** The room's record, where the query holds it already. */
  readonly record: RestDirectMessage | undefined;
}

type Answers = Map<CountersKey, Promise<RestCounters>>;

/**
 * Counters by room and user, as the plan has it: `im.counters` each, or for several of the caller's rooms from two lists
 * together, whatever their number: memberships (`subscriptions.get`) and rooms (`rooms.get`; none for rooms whose record
 * is at hand). With the number of members, and for another user: one `im.counters` each. When the call window leaves no
 * room for several single calls, the lists take their place.
 */
export function countersLoader(
  upstream: RequestUpstream,
  caller: CallerLists,
  changes: BulkFallback,
  ways: BulkOrSingle['counters'],
): Loader<CountersKey, RestCounters> {
  const singles = new Map<string, Promise<RestCounters>>();
  /** One `im.counters` for each room and user, whatever is wanted of its answer. */
  const readSingle = (key: CountersKey): Promise<RestCounters> => {
    const single = singles.get(nameOf(key)) ?? imCounters(upstream, key);
    singles.set(nameOf(key), single);
    return single;
  };

  return batchByKey(
    (keys) => {
      const asked = new Set([...singles.keys(), ...keys.filter((key) => !isOwn(key)).map(nameOf)]);
      const own = keys.filter((key) => !asked.has(nameOf(key)));
      const listed = readOwn(
        own.filter(({ record }) => record !== undefined),
        [caller.subscriptions],
        ways.listed,
      );
      const byId = readOwn(
        own.filter(({ record }) => record === undefined),
        [caller.subscriptions, caller.rooms],
        ways.byId,
      );
      return keys.map((key) => listed.get(key) ?? byId.get(key) ?? readSingle(key));
    },
    (key) => `${nameOf(key)} ${key.isSingle}`,
  );

  /** The caller's own counters, in the way that was planned unless it is closed. */
  function readOwn(keys: readonly CountersKey[], lists: readonly CallerList[], way: Way): Answers {
    if (keys.length === 0) return new Map();
    const read = { way, count: keys.length, lists, unstarted: lists.filter((list) => !list.isStarted()) };
    if (way === 'single' && !changes.prefersLists('im.counters', read))
      return new Map(keys.map((key) => [key, readSingle(key)]));
    const needsRooms = lists.includes(caller.rooms);
    const noRooms = Promise.resolve(new Map<string, RestDirectMessage>());
    const found = Promise.all([
      outcomeOf(caller.subscriptions()),
      outcomeOf(needsRooms ? caller.rooms() : noRooms),
    ]).then(([subscriptions, rooms]): Answers => {
      const answers: Answers = new Map();
      for (const key of keys) {
        const answer = fromLists(key, subscriptions.value, rooms.value);
        if (answer !== undefined)
          answers.set(key, answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
      }
      const left = keys.filter((key) => !answers.has(key));
      if (left.length === 0) return answers;
      const list = subscriptions.value === undefined ? caller.subscriptions : caller.rooms;
      const error = subscriptions.error ?? rooms.error;
      const values = changes.readSingly({
        list,
        error,
        keys: left,
        pricedCalls: changes.pricedCalls(read),
        load: readSingle,
      });
      left.forEach((key, index) => answers.set(key, values[index] as Promise<RestCounters>));
      return answers;
    });
    return new Map(keys.map((key) => [key, found.then((answers) => answers.get(key) as Promise<RestCounters>)]));
  }
}

const isOwn = ({ userId, isSingle }: CountersKey): boolean => userId === undefined && !isSingle;

const nameOf = ({ roomId, userId = '' }: CountersKey): string => `${roomId} ${userId}`;

/** What a promise came to. */
const outcomeOf = <Value>(promise: Promise<Value>): Promise<{ value?: Value; error?: unknown }> =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

/** What both lists say of a room; undefined where one of them is missing that would have to say it. */
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

/** Counters of a room need a membership in it, and `subscriptions.get` names all of the caller's. */
const notAMember = () => new GatewayError('FORBIDDEN', messages.forbidden('subscriptions.get'));

/** What `im.counters` would answer, but for the number of members. */
const countersFrom = (room: RestDirectMessage, subscription: RestSubscription): RestCounters => ({
  joined: true,
  unreads: subscription['unread'],
  // Never opened, or nothing to read (`subscription.ls && room.msgs`): no beginning of what is unread.
  unreadsFrom: (asInt(room['msgs']) ?? 0) === 0 ? undefined : asId(subscription['ls']),
  msgs: room['msgs'],
  latest: room['lm'] ?? room['_updatedAt'],
  userMentions: subscription['userMentions'],
});
