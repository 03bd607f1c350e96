import { GatewayError } from '../errors.ts';
import { dmListEveryone, type DmListParams } from '../upstream/endpoints/dm-list-everyone.ts';
import { imList } from '../upstream/endpoints/im-list.ts';
import { roomsInfo } from '../upstream/endpoints/rooms-info.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { messages } from '../upstream/transport/failures.ts';
import type { RestDirectMessage, RestPage } from '../upstream/types.ts';
import type { BulkFallback } from './bulk-fallback.ts';
import type { ReadMode } from './bulk-or-single.ts';
import type { CallerLists } from './caller-lists.ts';
import { batchByKey, callByKey, type Loader } from './loader.ts';
import type { CutNow, Reading } from './messages.ts';

/**
 * Rooms by id: `rooms.info` each, or `rooms.get` for more than two rooms, which returns all of the caller's rooms and so
 * everything that `rooms.info` would. Upstream has no look-up by a list of ids. Only `roomInfoLoader` returns
 * `_USERNAMES`. The list replaces single calls when the rate-limit window has no room for them.
 */
export function roomLoader(
  caller: CallerLists,
  roomInfos: Loader<string, RestDirectMessage>,
  fallback: BulkFallback,
  mode: ReadMode,
): Loader<string, RestDirectMessage> {
  const load = (id: string) => roomInfos.load(id);
  return batchByKey((ids, saved) => {
    const lists = [caller.rooms];
    const read = { mode, count: ids.length, lists, unstarted: lists.filter((list) => !list.isStarted()) };
    if (mode === 'single' && !fallback.prefersLists('rooms.info', read)) return ids.map(load);
    const found = caller.rooms().then(
      (known) => {
        saved.bulk += ids.length - read.unstarted.length;
        return ids.map((id) => known.get(id) ?? Promise.reject(noSuchRoom()));
      },
      (error: unknown) => {
        const pricedCalls = fallback.pricedCalls(read);
        return fallback.readSingly({ list: caller.rooms, error, keys: ids, pricedCalls, load });
      },
    );
    return ids.map(async (_id, index) => (await found)[index] as RestDirectMessage | Promise<RestDirectMessage>);
  });
}

const noSuchRoom = () => new GatewayError('NOT_FOUND', messages.notFound('rooms.get'));

/** Rooms by id, one `rooms.info` each. */
export const roomInfoLoader = (upstream: RequestUpstream): Loader<string, RestDirectMessage> =>
  callByKey((id) => roomsInfo(upstream, id));

/** Pages of the workspace's rooms, and of the caller's; equal pages share a call. */
export const roomPageLoaders = (upstream: RequestUpstream, cutNow: CutNow) => ({
  everyone: pageLoader((params) => dmListEveryone(upstream, params, cutNow())),
  own: pageLoader((params) => imList(upstream, params, cutNow())),
});

const pageLoader = (
  load: (params: DmListParams) => Promise<RestPage<RestDirectMessage>>,
): Loader<DmListParams & Reading, RestPage<RestDirectMessage>> =>
  callByKey<DmListParams & Reading, RestPage<RestDirectMessage>>(load, ({ offset, count, sort, reading }) =>
    JSON.stringify([offset, count, sort, reading]),
  );
