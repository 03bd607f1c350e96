import { rowCutter, type RowCut } from '../../projection/row-cutter.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { messageList, readMessageOf, type ReadRow, type RestMessage, type RestPage } from '../types.ts';

export interface ThreadMessagesParams {
  /** Id of the message that started the thread. */
  readonly rootId: string;
  /** The room of that message, and so of its replies. */
  readonly roomId: string;
  readonly offset: number;
  /** Rows wanted, 1 to 100. */
  readonly count: number;
  /** `_id` belongs last, as for `dm.messages`. */
  readonly sort: Readonly<Record<string, 1 | -1>>;
}

/**
 * GET /api/v1/chat.getThreadMessages: a page of a thread's replies with the total, without the message that started it.
 * Rocket.Chat filters other users' stars out of other lists, and puts current names into them if the workspace shows real
 * names; here it does neither. 400 for an unknown message, a room of other people, and a workspace without threads.
 */
export function chatGetThreadMessages(
  upstream: RequestUpstream,
  { rootId, roomId, offset, count, sort }: ThreadMessagesParams,
  cut?: RowCut,
): Promise<RestPage<RestMessage>> {
  const params = { tmid: rootId, offset, count, sort: JSON.stringify(sort) };
  return upstream.get('chat.getThreadMessages', params, {
    cutter: cut && rowCutter(messageList, cut),
    read: (response) => response.page('messages', readReplyTo(rootId, roomId), count),
  });
}

const readReplyTo = (rootId: string, roomId: string): ReadRow<RestMessage> => {
  const read = readMessageOf(roomId);
  return (row) => (row['tmid'] === rootId ? read(row) : undefined);
};
