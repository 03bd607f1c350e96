import { canAccess, findDirectRoom } from '../access.ts';
import { codedError, forbidden, plainFailure } from '../api-error.ts';
import { cutPage, readPaging, readSort, sortRows } from '../paging.ts';
import { presentMessage } from '../present.ts';
import { textOf, type Call, type Route } from '../route.ts';
import { messageSchema, messagesSchema } from '../schemas.ts';
import type { Message, Room } from '../types.ts';

/** The room that `roomId` or `username` refers to, if the caller is in it. */
export function readRoom({ caller, params, world, settings }: Call): Room {
  const text = textOf(params['roomId']) ?? textOf(params['username']);
  if (!text) throw codedError('error-room-param-not-provided', 'Query param "roomId" or "username" is required');
  const room = findDirectRoom(world, text, caller, settings);
  if (!canAccess(world, room._id, caller.id)) throw forbidden();
  return room;
}

/** User ids separated by commas; a JSON list counts as one id that matches no user. */
function readIds(value: Call['params'][string]): Set<string> | undefined {
  const text = textOf(value);
  return text ? new Set(text.split(',').map((id) => id.trim())) : undefined;
}

function holds(users: Message['mentions'], ids: Set<string>): boolean {
  return users?.some(({ _id }) => _id !== undefined && ids.has(_id)) ?? false;
}

function readFilter({ params }: Call): (message: Message) => boolean {
  const mentionIds = readIds(params['mentionIds']);
  const starredIds = readIds(params['starredIds']);
  const pinnedOnly = textOf(params['pinned'])?.toLowerCase() === 'true';
  return (message) =>
    (mentionIds === undefined || holds(message.mentions, mentionIds)) &&
    (starredIds === undefined || holds(message.starred, starredIds)) &&
    (!pinnedOnly || message.pinned === true);
}

function pageOf(messages: readonly Message[], call: Call): Record<string, unknown> {
  const paging = readPaging(call.params, call.settings);
  const sort = readSort(call.params['sort'], call.settings, [['ts', -1]]);
  const page = cutPage(sortRows(messages, sort), paging).map((message) => presentMessage(message, call));
  return { messages: page, count: page.length, offset: paging.offset, total: messages.length };
}

/** `dm.messages`: all messages except hidden ones, with thread replies and system messages. */
export const messages: Route = {
  schemas: { R7: messagesSchema, R8: messagesSchema },
  handle(call) {
    const room = readRoom(call);
    const matches = readFilter(call);
    const visible = call.world.messagesOf(room._id).filter((message) => message._hidden !== true && matches(message));
    return pageOf(visible, call);
  },
};

/** `im.messages.others`: other users' rooms for administrators, off by default; includes hidden rows. */
export const messagesOfOthers: Route = {
  permission: 'view-room-administration',
  handle(call) {
    const { params, settings, world, endpoint } = call;
    if (!settings.directHistoryEndpoint) {
      throw codedError('error-endpoint-disabled', 'This endpoint is disabled', { route: `/api/v1/${endpoint}` });
    }
    const roomId = textOf(params['roomId']);
    if (!roomId) throw codedError('error-roomid-param-not-provided', 'The parameter "roomId" is required');
    if (world.rooms.get(roomId)?.t !== 'd') {
      throw codedError('error-room-not-found', `No direct message room found by the id of: ${roomId}`);
    }
    return pageOf(world.messagesOf(roomId), call);
  },
};

/** `chat.getMessage`: one message, even a hidden one. */
export const message: Route = {
  schemas: { R7: messageSchema, R8: messageSchema },
  handle(call) {
    const { params, world, caller } = call;
    const found = world.messages.get(textOf(params['msgId']) ?? '');
    if (!found) throw plainFailure();
    if (!canAccess(world, found.rid, caller.id)) {
      throw codedError('error-not-allowed', 'Not allowed', { method: 'getSingleMessage' });
    }
    return { message: presentMessage(found, call) };
  },
};
