import DataLoader from 'dataloader';
import { GatewayError } from '../errors.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { dmListEveryone, type DmListParams } from '../upstream/endpoints/dm-list-everyone.ts';
import { imList } from '../upstream/endpoints/im-list.ts';
import { roomsInfo } from '../upstream/endpoints/rooms-info.ts';
import type { RestDirectMessage, RestPage } from '../upstream/types.ts';
import type { CallerLists } from './caller.ts';
import type { Reading } from './messages.ts';
import { settleAll } from './settle-all.ts';
import { isRefusal, Ways } from './ways.ts';

/**
 * Rooms by id. One or two: `rooms.info` each. More, or when it was read already: `rooms.get`, which answers all of the
 * caller's rooms, and so all that `rooms.info` would. Upstream has no look-up by a list of ids. `_USERNAMES` is only in
 * `roomInfoLoader`'s answers.
 */
export function roomLoader(
  upstream: UpstreamClient,
  caller: CallerLists,
  roomInfos: DataLoader<string, RestDirectMessage>,
): DataLoader<string, RestDirectMessage> {
  const ways = new Ways();
  return new DataLoader(async (ids) => {
    const way = ways.choose({
      count: ids.length,
      bulkCalls: caller.rooms.isStarted() ? 0 : Number.POSITIVE_INFINITY,
      allowsSingles: upstream.allows('rooms.info', ids.length),
      allowsBulk: upstream.allows('rooms.get', 1),
    });
    if (way === 'single') return settleAll(ids, (id) => roomInfos.load(id));
    try {
      const known = await caller.rooms();
      return ids.map((id) => known.get(id) ?? noSuchRoom());
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const singles = ways.takeRest(ids.length);
      return settleAll(ids, (id) => (ids.indexOf(id) < singles ? roomInfos.load(id) : Promise.reject(error)));
    }
  });
}

const noSuchRoom = () =>
  new GatewayError('NOT_FOUND', 'There is no such room or message, or this user may not know of it (rooms.get).');

/** Rooms by id, one `rooms.info` each. */
export const roomInfoLoader = (upstream: UpstreamClient): DataLoader<string, RestDirectMessage> =>
  new DataLoader((ids) => settleAll(ids, (id) => roomsInfo(upstream, id)));

/** Pages of the workspace's rooms, and of the caller's; equal pages share a call. */
export const roomPageLoaders = (upstream: UpstreamClient) => ({
  everyone: pageLoader((params) => dmListEveryone(upstream, params)),
  own: pageLoader((params) => imList(upstream, params)),
});

const pageLoader = (load: (params: DmListParams) => Promise<RestPage<RestDirectMessage>>) =>
  new DataLoader<DmListParams & Reading, RestPage<RestDirectMessage>, string>((pages) => settleAll(pages, load), {
    cacheKeyFn: ({ offset, count, sort, reading }) => JSON.stringify([offset, count, sort, reading]),
  });
