import DataLoader from 'dataloader';
import { asId, asInt } from '../json.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { imCounters } from '../upstream/endpoints/im-counters.ts';
import type { RestCounters, RestDirectMessage, RestSubscription } from '../upstream/types.ts';
import { unlessRefused, type CallerLists } from './caller.ts';
import { settleAll } from './settle-all.ts';

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
 * With the number of members, for another user, and for rooms that are not the caller's: one `im.counters` each.
 */
export const countersLoader = (upstream: UpstreamClient, caller: CallerLists) =>
  new DataLoader<CountersKey, RestCounters, string>(
    async (keys) => {
      const bulkKeys = keys.filter((key) => key.userId === undefined && !key.needsMembers);
      const known = isBulkCheaper(bulkKeys, caller) ? await readBulk(bulkKeys, caller) : new Map<string, RestCounters>();
      return settleAll(keys, (key) => {
        const isOwn = key.userId === undefined && !key.needsMembers;
        return (isOwn ? known.get(key.roomId) : undefined) ?? imCounters(upstream, key);
      });
    },
    { cacheKeyFn: ({ roomId, userId, needsMembers }) => JSON.stringify([roomId, userId, needsMembers]) },
  );

function isBulkCheaper(keys: readonly CountersKey[], caller: CallerLists): boolean {
  const needsRooms = keys.some(({ record }) => record === undefined);
  const calls = (caller.subscriptions.isStarted() ? 0 : 1) + (needsRooms && !caller.rooms.isStarted() ? 1 : 0);
  return keys.length > calls;
}

async function readBulk(keys: readonly CountersKey[], caller: CallerLists): Promise<Map<string, RestCounters>> {
  const needsRooms = keys.some(({ record }) => record === undefined);
  const [subscriptions, rooms] = await Promise.all([
    unlessRefused(caller.subscriptions()),
    needsRooms ? unlessRefused(caller.rooms()) : undefined,
  ]);
  const known = new Map<string, RestCounters>();
  for (const { roomId, record } of keys) {
    const subscription = subscriptions?.get(roomId);
    const room = record ?? rooms?.get(roomId);
    if (subscription?.t === 'd' && room !== undefined) known.set(roomId, countersFrom(room, subscription));
  }
  return known;
}

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
