import type { UpstreamClient } from '../upstream/client.ts';
import { chatGetMessage } from '../upstream/endpoints/chat-get-message.ts';
import { dmHistory, type DmHistory, type DmHistoryParams } from '../upstream/endpoints/dm-history.ts';
import { dmMessages, type DmMessagesParams } from '../upstream/endpoints/dm-messages.ts';
import type { RestMessage, RestPage } from '../upstream/types.ts';
import { callByKey, type Loader } from './by-key.ts';

/** Pages of `dm.messages`; equal pages share a call. */
export const messagePageLoader = (upstream: UpstreamClient): Loader<DmMessagesParams, RestPage<RestMessage>> =>
  callByKey(
    (params) => dmMessages(upstream, params),
    ({ roomId, offset, count, sort, mentionIds, starredIds, pinned }) =>
      JSON.stringify([roomId, offset, count, sort, mentionIds, starredIds, pinned]),
  );

/** Pages of `dm.history`; equal pages share a call. */
export const historyPageLoader = (upstream: UpstreamClient): Loader<DmHistoryParams, DmHistory> =>
  callByKey(
    (params) => dmHistory(upstream, params),
    ({ roomId, latest, oldest, inclusive, offset, count, showThreadMessages, unreads }) =>
      JSON.stringify([roomId, latest, oldest, inclusive, offset, count, showThreadMessages, unreads]),
  );

/** Messages by id. Null for a message that does not exist. */
export const messageLoader = (upstream: UpstreamClient): Loader<string, RestMessage | null> =>
  callByKey(async (id) => (await chatGetMessage(upstream, id)) ?? null);
