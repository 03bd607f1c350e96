import { GatewayError } from '../errors.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { dmListEveryone, type DmListParams } from '../upstream/endpoints/dm-list-everyone.ts';
import { imList } from '../upstream/endpoints/im-list.ts';
import { roomsInfo } from '../upstream/endpoints/rooms-info.ts';
import type { RestDirectMessage, RestPage } from '../upstream/types.ts';
import { batchByKey, callByKey, type Loader } from './by-key.ts';
import type { CallerLists } from './caller.ts';
import { isRefusal, Ways } from './ways.ts';

/**
 * Rooms by id. One or two: `rooms.info` each. More, or when it was read already: `rooms.get`, which answers all of the
 * caller's rooms, and so all that `rooms.info` would. Upstream has no look-up by a list of ids. `_USERNAMES` is only in
 * `roomInfoLoader`'s answers.
 */
export function roomLoader(
  upstream: UpstreamClient,
  caller: CallerLists,
  roomInfos: Loader<string, RestDirectMessage>,
): Loader<string, RestDirectMessage> {
  const ways = new Ways();
  return batchByKey((ids) => {
    const way = ways.choose({
      count: ids.length,
      bulkCalls: caller.rooms.isStarted() ? 0 : Number.POSITIVE_INFINITY,
      allowsSingles: upstream.allows('rooms.info', ids.length),
      allowsBulk: upstream.allows('rooms.get', 1),
    });
    if (way === 'single') return ids.map((id) => roomInfos.load(id));
    const known = caller.rooms();
    const singles = known.then(
      () => new Set<string>(),
      (error) => new Set(isRefusal(error) ? ids.slice(0, ways.takeRest(ids.length)) : []),
    );
    return ids.map(async (id) => ((await singles).has(id) ? roomInfos.load(id) : ((await known).get(id) ?? noSuchRoom())));
  });
}

const noSuchRoom = (): never => {
  throw new GatewayError('NOT_FOUND', 'There is no such room or message, or this user may not know of it (rooms.get).');
};

/** Rooms by id, one `rooms.info` each. */
export const roomInfoLoader = (upstream: UpstreamClient): Loader<string, RestDirectMessage> =>
  callByKey((id) => roomsInfo(upstream, id));

/** Pages of the workspace's rooms, and of the caller's; equal pages share a call. */
export const roomPageLoaders = (upstream: UpstreamClient) => ({
  everyone: pageLoader((params) => dmListEveryone(upstream, params)),
  own: pageLoader((params) => imList(upstream, params)),
});

const pageLoader = (
  load: (params: DmListParams) => Promise<RestPage<RestDirectMessage>>,
): Loader<DmListParams, RestPage<RestDirectMessage>> =>
  callByKey(load, ({ offset, count, sort }) => JSON.stringify([offset, count, sort]));
