import DataLoader from 'dataloader';
import { GatewayError } from '../errors.ts';
import { asId, asInt } from '../json.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { imCounters } from '../upstream/endpoints/im-counters.ts';
import type { RestCounters, RestDirectMessage, RestSubscription } from '../upstream/types.ts';
import type { CallerLists } from './caller.ts';
import { settleAll } from './settle-all.ts';
import { isRefusal, Ways } from './ways.ts';

export interface CountersKey {
  readonly roomId: string;
  /** Whose counters; undefined for the caller's own. */
  readonly userId: string | undefined;
  /** Whether the number of active members is wanted, which only `im.counters` knows. */
  readonly needsMembers: boolean;
  /** The room's record, where the query holds it already. */
  readonly record: RestDirectMessage | undefined;
}

/**
 * Counters by room and user. Those of several of the caller's rooms come from two answers together, whatever their
 * number: memberships (`subscriptions.get`) and rooms (`rooms.get`; none when the rooms' records are at hand).
 * With the number of members, for another user, and for one or two rooms: one `im.counters` each.
 */
export function countersLoader(upstream: UpstreamClient, caller: CallerLists) {
  const ways = new Ways();
  return new DataLoader<CountersKey, RestCounters, string>(
    async (keys) => {
      const ownKeys = keys.filter(isOwn);
      const bulk = await readBulk(ownKeys);
      const singles = new Set(isRefusal(bulk.failure) ? ownKeys.slice(0, ways.takeRest(ownKeys.length)) : []);
      return settleAll(keys, (key) => {
        if (!isOwn(key) || bulk.way === 'single' || singles.has(key)) return imCounters(upstream, key);
        if (bulk.failure !== undefined) throw bulk.failure;
        return bulk.counters.get(key.roomId) ?? notAMember();
      });
    },
    { cacheKeyFn: ({ roomId, userId, needsMembers }) => JSON.stringify([roomId, userId, needsMembers]) },
  );

  /** Counters of the caller's rooms in bulk, unless single calls are the better way. */
  async function readBulk(keys: readonly CountersKey[]): Promise<Bulk> {
    const counters = new Map<string, RestCounters | GatewayError>();
    const needsRooms = keys.some(({ record }) => record === undefined);
    const endpoints = [
      ...(caller.subscriptions.isStarted() ? [] : (['subscriptions.get'] as const)),
      ...(needsRooms && !caller.rooms.isStarted() ? (['rooms.get'] as const) : []),
    ];
    const way = ways.choose({
      count: keys.length,
      bulkCalls: endpoints.length,
      allowsSingles: upstream.allows('im.counters', keys.length),
      allowsBulk: endpoints.every((endpoint) => upstream.allows(endpoint, 1)),
    });
    if (keys.length === 0 || way === 'single') return { way: 'single', counters, failure: undefined };
    try {
      const [subscriptions, rooms] = await Promise.all([caller.subscriptions(), needsRooms ? caller.rooms() : undefined]);
      for (const { roomId, record } of keys) {
        const subscription = subscriptions.get(roomId);
        const room = record ?? rooms?.get(roomId);
        if (subscription !== undefined && subscription.t !== 'd') counters.set(roomId, notADirectMessage());
        else if (subscription !== undefined && room !== undefined) counters.set(roomId, countersFrom(room, subscription));
      }
      return { way, counters, failure: undefined };
    } catch (error) {
      // It costs only the counters that were to come from it.
      return { way, counters, failure: error };
    }
  }
}

interface Bulk {
  readonly way: 'single' | 'bulk';
  readonly counters: ReadonlyMap<string, RestCounters | GatewayError>;
  /** Why the bulk way did not answer. */
  readonly failure: unknown;
}

const isOwn = ({ userId, needsMembers }: CountersKey): boolean => userId === undefined && !needsMembers;

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
