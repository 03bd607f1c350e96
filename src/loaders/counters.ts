import { GatewayError } from '../errors.ts';
import { asId, asInt } from '../json.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { imCounters } from '../upstream/endpoints/im-counters.ts';
import type { RestCounters, RestDirectMessage, RestSubscription } from '../upstream/types.ts';
import { batchByKey, type Loader } from './by-key.ts';
import type { CallerLists } from './caller.ts';
import { isRefusal, Ways } from './ways.ts';

export interface CountersKey {
  readonly roomId: string;
  /** Whose counters; undefined for the caller's own. */
  readonly userId: string | undefined;
  /** To be read with `im.counters`, which alone knows the number of active members. */
  readonly isSingle: boolean;
  /** The room's record, where the query holds it already. */
  readonly record: RestDirectMessage | undefined;
}

/**
 * Counters by room and user. Those of several of the caller's rooms come from two answers together, whatever their
 * number: memberships (`subscriptions.get`) and rooms (`rooms.get`; none when the rooms' records are at hand).
 * With the number of members, for another user, and for one or two rooms: one `im.counters` each.
 */
export function countersLoader(upstream: UpstreamClient, caller: CallerLists): Loader<CountersKey, RestCounters> {
  const ways = new Ways();
  return batchByKey(
    (keys) => {
      const isBulk = chooseWay(keys.filter(isOwn)) === 'bulk';
      return keys.map((key) => (isOwn(key) && isBulk ? bulkOrSingle(key) : imCounters(upstream, key)));
    },
    ({ roomId, userId, isSingle }) => JSON.stringify([roomId, userId, isSingle]),
  );

  function chooseWay(keys: readonly CountersKey[]): 'single' | 'bulk' {
    const needsRooms = keys.some(({ record }) => record === undefined);
    const endpoints = [
      ...(caller.subscriptions.isStarted() ? [] : (['subscriptions.get'] as const)),
      ...(needsRooms && !caller.rooms.isStarted() ? (['rooms.get'] as const) : []),
    ];
    return ways.choose({
      count: keys.length,
      bulkCalls: endpoints.length,
      allowsSingles: upstream.allows('im.counters', keys.length),
      allowsBulk: endpoints.every((endpoint) => upstream.allows(endpoint, 1)),
    });
  }

  /**
   * From the two lists, or singly where they were refused and calls are left. Waits for no more than it needs: with the
   * room's record at hand, a list of rooms that is late or broken costs nothing.
   */
  async function bulkOrSingle(key: CountersKey): Promise<RestCounters> {
    let lists;
    try {
      lists = await Promise.all([caller.subscriptions(), key.record ?? caller.rooms().then((rooms) => rooms.get(key.roomId))]);
    } catch (error) {
      if (!isRefusal(error) || ways.takeRest(1) === 0) throw error;
      return imCounters(upstream, key);
    }
    const [subscription, room] = [lists[0].get(key.roomId), lists[1]];
    if (subscription !== undefined && subscription.t !== 'd') throw notADirectMessage();
    if (subscription === undefined || room === undefined) throw notAMember();
    return countersFrom(room, subscription);
  }
}

const isOwn = ({ userId, isSingle }: CountersKey): boolean => userId === undefined && !isSingle;

/** Counters of a room need a membership in it, and `subscriptions.get` names all of the caller's. */
const notAMember = () => new GatewayError('FORBIDDEN', 'The workspace does not let this user do that (subscriptions.get).');

/** What `im.counters` says of a channel. */
const notADirectMessage = () => new GatewayError('NOT_FOUND', 'That room is not a direct message.');

/** What `im.counters` would answer, but for the number of members. */
const countersFrom = (room: RestDirectMessage, subscription: RestSubscription): RestCounters => ({
  joined: true,
  unreads: subscription['unread'],
  // Never opened, or nothing to read: no beginning of what is unread.
  unreadsFrom: asInt(room['msgs']) === 0 ? undefined : asId(subscription['ls']),
  msgs: room['msgs'],
  latest: room['lm'] ?? room['_updatedAt'],
  userMentions: subscription['userMentions'],
});
