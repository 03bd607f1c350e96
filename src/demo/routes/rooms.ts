import { canAccess } from '../access.ts';
import { ApiError, codedError } from '../api-error.ts';
import { cutPage, readPaging, readSort, sortRows } from '../paging.ts';
import { presentRoom } from '../present.ts';
import { textOf, type Call, type Route } from '../route.ts';
import { deletedSince, readSince, updatedSince } from '../since.ts';
import type { Room } from '../types.ts';

function pageOf(rooms: readonly Room[], call: Call): Record<string, unknown> {
  const paging = readPaging(call.params, call.settings);
  const sort = readSort(call.params['sort'], call.settings, [['name', 1]]);
  const ims = cutPage(sortRows(rooms, sort), paging).map((room) => presentRoom(room, call));
  return { ims, offset: paging.offset, count: ims.length, total: rooms.length };
}

function ownRooms({ world, caller }: Call): Room[] {
  return world.subscriptionsOf(caller.id).flatMap(({ rid }) => world.rooms.get(rid) ?? []);
}

/** `dm.list.everyone`: all direct-message rooms of the workspace, even those the caller may not open. */
export const listEveryone: Route = {
  permission: 'view-room-administration',
  handle: (call) =>
    pageOf(
      [...call.world.rooms.values()].filter(({ t }) => t === 'd'),
      call,
    ),
};

/** `im.list`: the caller's own direct-message rooms. */
export const list: Route = {
  handle: (call) =>
    pageOf(
      ownRooms(call).filter(({ t }) => t === 'd'),
      call,
    ),
};

export const roomInfo: Route = {
  handle(call) {
    const { params, world, caller } = call;
    const roomId = textOf(params['roomId']);
    const roomName = textOf(params['roomName']);
    if (!roomId && !roomName) {
      throw codedError('error-roomid-param-not-provided', 'The parameter "roomId" or "roomName" is required');
    }
    const byName = (room: Room): boolean => room['name'] === roomName;
    const room = roomId ? world.rooms.get(roomId) : [...world.rooms.values()].find(byName);
    if (!room) {
      const reason = 'The required "roomId" or "roomName" param provided does not match any channel';
      throw codedError('error-room-not-found', reason);
    }
    if (!canAccess(world, room._id, caller.id)) {
      throw new ApiError(400, { success: false, error: 'not-allowed', errorType: 'Not Allowed' });
    }
    return { room: presentRoom(room, call) };
  },
};

/** Room fields that Rocket.Chat publishes, without the Apps engine's copies. */
const publishedFields = new Set(
  (
    '_id name fname t u lm topic announcement announcementDetails muted unmuted _updatedAt archived description default ' +
    'customFields lastMessage retention prid avatarETag usersCount msgs open ro reactWhenReadOnly sysMes broadcast ' +
    'encrypted e2eKeyId ts federated usernames uids usersWaitingForE2EKeys'
  ).split(' '),
);

const isPublished = ([field]: [string, unknown]): boolean => publishedFields.has(field);

/**
 * `rooms.get`: the caller's rooms of every type. With `updatedSince` only those written since, even the caller's closed
 * ones, and the ids of all rooms deleted since in the whole workspace.
 */
export const rooms: Route = {
  handle(call) {
    const { params, world } = call;
    const reason = 'The "updatedSince" query parameter must be a valid date.';
    const since = readSince(params, codedError('error-updatedSince-param-invalid', reason));
    const update = updatedSince(ownRooms(call), since).map((room) =>
      Object.fromEntries(Object.entries(presentRoom(room, call)).filter(isPublished)),
    );
    return { update, remove: deletedSince(world.trash.rooms.rows(), since) };
  },
};
