import { GatewayError } from '../errors.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { chatGetMessage } from '../upstream/endpoints/chat-get-message.ts';
import { dmHistory, type DmHistory, type DmHistoryParams } from '../upstream/endpoints/dm-history.ts';
import { dmMessages, type DmMessagesParams } from '../upstream/endpoints/dm-messages.ts';
import type { RestMessage, RestPage } from '../upstream/types.ts';
import { callByKey, type Loader } from './loader.ts';
import type { RoomCheck } from './room-check.ts';

/** How often a page has read the same window before, from 0 on: each reading is a separate call. */
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

/** Messages by id. Null for an unknown message; NOT_FOUND for one in a channel, which this API does not serve. */
export const messageLoader = (upstream: RequestUpstream, check: RoomCheck): Loader<string, RestMessage | null> =>
  callByKey(async (id) => {
    const message = (await chatGetMessage(upstream, id)) ?? null;
    if (message !== null && !(await check.isDirectMessage(message.rid))) throw notInDirectMessage();
    return message;
  });

export const notInDirectMessage = (): GatewayError =>
  new GatewayError('NOT_FOUND', 'That message is not in a direct message.');
