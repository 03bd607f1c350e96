import type { UpstreamClient } from '../upstream/client.ts';
import { roomsGet } from '../upstream/endpoints/rooms-get.ts';
import { subscriptionsGet } from '../upstream/endpoints/subscriptions-get.ts';
import type { RestDirectMessage, RestSubscription } from '../upstream/types.ts';
import { once, type Once } from './once.ts';

/** What upstream tells of all the caller's rooms in one answer each; asked for at most once a request. */
export interface CallerLists {
  readonly rooms: Once<ReadonlyMap<string, RestDirectMessage>>;
  readonly subscriptions: Once<ReadonlyMap<string, RestSubscription>>;
}

export const createCallerLists = (upstream: UpstreamClient): CallerLists => ({
  rooms: once(async () => new Map((await roomsGet(upstream)).map((room) => [room._id, room]))),
  subscriptions: once(async () => new Map((await subscriptionsGet(upstream)).map((row) => [row.rid, row]))),
});
