import DataLoader from 'dataloader';
import { GatewayError } from '../errors.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { dmListEveryone, type DmListParams } from '../upstream/endpoints/dm-list-everyone.ts';
import { imList } from '../upstream/endpoints/im-list.ts';
import { roomsInfo } from '../upstream/endpoints/rooms-info.ts';
import type { Way } from '../planning/ways.ts';
import type { RestDirectMessage, RestPage } from '../upstream/types.ts';
import type { CallerLists } from './caller.ts';
import type { Reading } from './messages.ts';
import { settleAll } from './settle-all.ts';
import type { WayChanges } from './ways.ts';

/**
 * Rooms by id, as the plan has it: `rooms.info` each, or for more than two rooms `rooms.get`, which answers all of the
 * caller's rooms, and so all that `rooms.info` would. Upstream has no look-up by a list of ids. `_USERNAMES` is only in
 * `roomInfoLoader`'s answers. When the call window leaves no room for several single calls, the list takes their place.
 */
export function roomLoader(
  caller: CallerLists,
  roomInfos: DataLoader<string, RestDirectMessage>,
  changes: WayChanges,
  way: Way,
): DataLoader<string, RestDirectMessage> {
  const load = (id: string) => roomInfos.load(id);
  return new DataLoader(async (ids) => {
    const lists = [caller.rooms];
    const read = { way, count: ids.length, lists, unstarted: lists.filter((list) => !list.isStarted()) };
    if (way === 'single' && !changes.prefersLists('rooms.info', read)) return settleAll(ids, load);
    try {
      const known = await caller.rooms();
      return ids.map((id) => known.get(id) ?? noSuchRoom());
    } catch (error) {
      const pricedCalls = changes.pricedCalls(read);
      return changes.readSingly({ list: caller.rooms, error, keys: ids, pricedCalls, nameOf: String, load });
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
