import DataLoader from 'dataloader';
import type { UpstreamClient } from '../upstream/client.ts';
import { chatGetMessage } from '../upstream/endpoints/chat-get-message.ts';
import { dmHistory, type DmHistory, type DmHistoryParams } from '../upstream/endpoints/dm-history.ts';
import { dmMessages, type DmMessagesParams } from '../upstream/endpoints/dm-messages.ts';
import type { RestMessage, RestPage } from '../upstream/types.ts';
import { settleAll } from './settle-all.ts';

/** Counts, from 0 on, how often a page has read the very same window: each time is a call of its own. */
export interface Reading {
  readonly reading: number;
}

/** Pages of `dm.messages`, one call each; equal pages share a call. */
export const messagePageLoader = (upstream: UpstreamClient) =>
  new DataLoader<DmMessagesParams & Reading, RestPage<RestMessage>, string>(
    (pages) => settleAll(pages, (params) => dmMessages(upstream, params)),
    {
      cacheKeyFn: ({ roomId, offset, count, sort, mentionIds, starredIds, pinned, reading }) =>
        JSON.stringify([roomId, offset, count, sort, mentionIds, starredIds, pinned, reading]),
    },
  );

/** Pages of `dm.history`, one call each; equal pages share a call. */
export const historyPageLoader = (upstream: UpstreamClient) =>
  new DataLoader<DmHistoryParams & Reading, DmHistory, string>(
    (pages) => settleAll(pages, (params) => dmHistory(upstream, params)),
    {
      cacheKeyFn: ({ roomId, latest, oldest, inclusive, offset, count, showThreadMessages, unreads, reading }) =>
        JSON.stringify([roomId, latest, oldest, inclusive, offset, count, showThreadMessages, unreads, reading]),
    },
  );

/** Messages by id, one call each: upstream has no look-up by a list of ids. Null for a message that does not exist. */
export const messageLoader = (upstream: UpstreamClient) =>
  new DataLoader<string, RestMessage | null>((ids) =>
    settleAll(ids, async (id) => (await chatGetMessage(upstream, id)) ?? null),
  );
