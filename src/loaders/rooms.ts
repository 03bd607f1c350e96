import DataLoader from 'dataloader';
import type { UpstreamClient } from '../upstream/client.ts';
import { dmListEveryone, type DmListParams } from '../upstream/endpoints/dm-list-everyone.ts';
import { imList } from '../upstream/endpoints/im-list.ts';
import { roomsInfo } from '../upstream/endpoints/rooms-info.ts';
import type { RestDirectMessage, RestPage } from '../upstream/types.ts';
import { unlessRefused, type CallerLists } from './caller.ts';
import { settleAll } from './settle-all.ts';

/** More rooms than this at once are read with one `rooms.get`, which answers all of the caller's rooms. */
const maxSingleRooms = 2;

/**
 * Rooms by id. One or two: `rooms.info` each. More, or when it was read already: `rooms.get`; what it does not hold is
 * asked for singly. Upstream has no look-up by a list of ids. `_USERNAMES` is only in `roomInfoLoader`'s answers.
 */
export const roomLoader = (
  caller: CallerLists,
  roomInfos: DataLoader<string, RestDirectMessage>,
): DataLoader<string, RestDirectMessage> =>
  new DataLoader(async (ids) => {
    const isBulk = ids.length > maxSingleRooms || caller.rooms.isStarted();
    const known = isBulk ? await unlessRefused(caller.rooms()) : undefined;
    return settleAll(ids, (id) => known?.get(id) ?? roomInfos.load(id));
  });

/** Rooms by id, one `rooms.info` each. */
export const roomInfoLoader = (upstream: UpstreamClient): DataLoader<string, RestDirectMessage> =>
  new DataLoader((ids) => settleAll(ids, (id) => roomsInfo(upstream, id)));

/** Pages of the workspace's rooms, and of the caller's; equal pages share a call. */
export const roomPageLoaders = (upstream: UpstreamClient) => ({
  everyone: pageLoader((params) => dmListEveryone(upstream, params)),
  own: pageLoader((params) => imList(upstream, params)),
});

const pageLoader = (load: (params: DmListParams) => Promise<RestPage<RestDirectMessage>>) =>
  new DataLoader<DmListParams, RestPage<RestDirectMessage>, string>((pages) => settleAll(pages, load), {
    cacheKeyFn: ({ offset, count, sort }) => JSON.stringify([offset, count, sort]),
  });
