import { GatewayError } from '../errors.ts';
import type { RowCut } from '../projection/row-cutter.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { chatGetMessage } from '../upstream/endpoints/chat-get-message.ts';
import { chatGetThreadMessages, type ThreadMessagesParams } from '../upstream/endpoints/chat-get-thread-messages.ts';
import { dmHistory, type DmHistory, type DmHistoryParams } from '../upstream/endpoints/dm-history.ts';
import { dmMessages, type DmMessagesParams } from '../upstream/endpoints/dm-messages.ts';
import type { RestMessage, RestPage, RestRows } from '../upstream/types.ts';
import { callByKey, type Loader, type PrimedLoader } from './loader.ts';
import type { RoomCheck } from './room-check.ts';

/** How often a page has read the same window before, from 0 on: each reading is a separate call. */
export interface Reading {
  readonly reading: number;
}

/** What the rows of a page are cut into, for the page that is loaded at this moment. */
export type CutNow = () => RowCut | undefined;

/** Pages of `dm.messages`; equal pages share a call. Their rows are messages that need no call any more. */
export const messagePageLoader = (
  upstream: RequestUpstream,
  check: RoomCheck,
  messages: PrimedLoader<string, RestMessage | null>,
  cutNow: CutNow,
): Loader<DmMessagesParams & Reading, RestPage<RestMessage>> =>
  callByKey(
    (params) => {
      const cut = cutNow();
      const read = () => dmMessages(upstream, params, cut).then((page) => shown(messages, page));
      const checking = check.isRoom(params.roomId);
      return checking === undefined ? read() : checking.then(read);
    },
    ({ roomId, offset, count, sort, mentionIds, starredIds, pinned, reading }) =>
      JSON.stringify([roomId, offset, count, sort, mentionIds, starredIds, pinned, reading]),
  );

/** Pages of `dm.history`; equal pages share a call, and their rows need none any more. */
export const historyPageLoader = (
  upstream: RequestUpstream,
  check: RoomCheck,
  messages: PrimedLoader<string, RestMessage | null>,
  cutNow: CutNow,
): Loader<DmHistoryParams & Reading, DmHistory> =>
  callByKey(
    (params) => {
      const cut = cutNow();
      const read = () => dmHistory(upstream, params, cut).then((page) => shown(messages, page));
      const checking = check.isRoom(params.roomId);
      return checking === undefined ? read() : checking.then(read);
    },
    ({ roomId, latest, oldest, inclusive, offset, count, showThreadMessages, unreads, reading }) =>
      JSON.stringify([roomId, latest, oldest, inclusive, offset, count, showThreadMessages, unreads, reading]),
  );

/** The page, whose rows need no call of their own any more. */
function shown<Page extends RestRows<RestMessage>>(
  messages: PrimedLoader<string, RestMessage | null>,
  page: Page,
): Page {
  messages.prime(() => page.rows.filter((row) => row !== undefined).map((row) => [row._id, row] as const));
  return page;
}

/** Pages of `chat.getThreadMessages`; equal pages share a call. */
export const threadPageLoader = (
  upstream: RequestUpstream,
  cutNow: CutNow,
): Loader<ThreadMessagesParams & Reading, RestPage<RestMessage>> =>
  callByKey<ThreadMessagesParams & Reading, RestPage<RestMessage>>(
    (params) => chatGetThreadMessages(upstream, params, cutNow()),
    ({ rootId, offset, count, sort, reading }) => JSON.stringify([rootId, offset, count, sort, reading]),
  );

/** Messages by id, in whatever room; null for an unknown message. */
export const anyMessageLoader = (upstream: RequestUpstream): PrimedLoader<string, RestMessage | null> =>
  callByKey((id) => chatGetMessage(upstream, id));

/** Messages by id. Null for an unknown message; NOT_FOUND for one in a channel, which this API does not serve. */
export const messageLoader = (
  messages: Loader<string, RestMessage | null>,
  check: RoomCheck,
): Loader<string, RestMessage | null> =>
  callByKey(async (id) => {
    const message = await messages.load(id);
    if (message !== null && !(await check.isDirectMessage(message.rid))) throw notInDirectMessage();
    return message;
  });

export interface ThreadRoot {
  readonly messageId: string;
  /** The room of the reply. */
  readonly roomId: string;
}

/** The messages that started threads, by id. They are in the room of their replies, so they need no check of their own. */
export const threadRootLoader = (messages: Loader<string, RestMessage | null>): Loader<ThreadRoot, RestMessage> =>
  callByKey<ThreadRoot, RestMessage>(
    async ({ messageId, roomId }) => {
      const message = await messages.load(messageId);
      if (message?.rid !== roomId) throw noRoot();
      return message;
    },
    ({ messageId, roomId }) => JSON.stringify([messageId, roomId]),
  );

const noRoot = (): GatewayError =>
  new GatewayError('NOT_FOUND', 'The message that started this thread no longer exists.');

export const notInDirectMessage = (): GatewayError =>
  new GatewayError('NOT_FOUND', 'That message is not in a direct message.');
