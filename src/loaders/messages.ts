import { GatewayError } from '../errors.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { chatGetMessage } from '../upstream/endpoints/chat-get-message.ts';
import { dmHistory, type DmHistory, type DmHistoryParams } from '../upstream/endpoints/dm-history.ts';
import { dmMessages, type DmMessagesParams } from '../upstream/endpoints/dm-messages.ts';
import type { RestMessage, RestPage } from '../upstream/types.ts';
import { callByKey, type Loader } from './loader.ts';
import type { RoomCheck } from './room-check.ts';

/** Counts, from 0 on, how often a page has read the very same window: each time is a call of its own. */
export interface Reading {
  readonly reading: number;
}

/** Pages of `dm.messages`; equal pages share a call. */
export const messagePageLoader = (
  upstream: RequestUpstream,
  check: RoomCheck,
): Loader<DmMessagesParams & Reading, RestPage<RestMessage>> =>
  callByKey(
    async (params) => {
      await check.isRoom(params.roomId);
      return dmMessages(upstream, params);
    },
    ({ roomId, offset, count, sort, mentionIds, starredIds, pinned, reading }) =>
      JSON.stringify([roomId, offset, count, sort, mentionIds, starredIds, pinned, reading]),
  );

/** Pages of `dm.history`; equal pages share a call. */
export const historyPageLoader = (
  upstream: RequestUpstream,
  check: RoomCheck,
): Loader<DmHistoryParams & Reading, DmHistory> =>
  callByKey(
    async (params) => {
      await check.isRoom(params.roomId);
      return dmHistory(upstream, params);
    },
    ({ roomId, latest, oldest, inclusive, offset, count, showThreadMessages, unreads, reading }) =>
      JSON.stringify([roomId, latest, oldest, inclusive, offset, count, showThreadMessages, unreads, reading]),
  );

/** Messages by id. Null for a message that does not exist; one of a channel is none of this API's. */
export const messageLoader = (upstream: RequestUpstream, check: RoomCheck): Loader<string, RestMessage | null> =>
  callByKey(async (id) => {
    const message = (await chatGetMessage(upstream, id)) ?? null;
    if (message !== null && !(await check.isDirectMessage(message.rid))) throw ofAChannel();
    return message;
  });

export const ofAChannel = (): GatewayError => new GatewayError('NOT_FOUND', 'That message is not in a direct message.');
