import { codedError, invalidChannel } from './api-error.ts';
import type { Settings } from './settings.ts';
import type { Account, Room } from './types.ts';
import type { World } from './world.ts';

export type Permission =
  | 'api-bypass-rate-limit'
  | 'create-d'
  | 'view-d-room'
  | 'view-full-other-user-info'
  | 'view-room-administration';

/** Rocket.Chat's defaults, as far as these endpoints use them. */
const permissionsByRole: Record<string, readonly Permission[]> = {
  admin: ['api-bypass-rate-limit', 'create-d', 'view-d-room', 'view-full-other-user-info', 'view-room-administration'],
  app: ['api-bypass-rate-limit', 'create-d', 'view-d-room'],
  bot: ['api-bypass-rate-limit', 'create-d', 'view-d-room'],
  guest: ['view-d-room'],
  user: ['create-d', 'view-d-room'],
};

export function hasPermission(account: Account, permission: Permission): boolean {
  return account.roles.some((role) => permissionsByRole[role]?.includes(permission) ?? false);
}

/**
 * Members only, without invited or banned users and without an exemption for administrators. An unknown room is not
 * accessible.
 */
export function canAccess(world: World, roomId: string, userId: string): boolean {
  const account = world.account(userId);
  const subscription = world.subscription(roomId, userId);
  if (!account || subscription === undefined) return false;
  if (subscription['status'] === 'INVITED' || subscription['status'] === 'BANNED') return false;
  return hasPermission(account, 'view-d-room');
}

const concatenated = (userIds: readonly string[]): string => userIds.toSorted().join('');

/** Up to Rocket.Chat 7 the id of a one-to-one room was both user ids, sorted; 8 uses an opaque id. */
function createDirectRoom(world: World, caller: Account, other: Account, settings: Settings): Room {
  if (!hasPermission(caller, 'create-d')) {
    throw codedError('error-not-allowed', 'Not allowed', { method: 'createDirectMessage' });
  }
  const userIds = [...new Set([caller.id, other.id])];
  const hasOldId = settings.dialect === 'R7' && userIds.length === 2;
  return world.createRoom({ userIds, ...(hasOldId && { id: concatenated(userIds) }) });
}

function roomBetween(world: World, caller: Account, other: Account): Room | undefined {
  const size = caller.id === other.id ? 1 : 2;
  for (const { rid } of world.subscriptionsOf(caller.id)) {
    const room = world.rooms.get(rid);
    if (room?.t === 'd' && room.uids.length === size && room.uids.includes(other.id)) return room;
  }
  return undefined;
}

/**
 * How Rocket.Chat resolves both `roomId` and `username`: first as a user, by id or username, whose room with the caller
 * it creates if there is none (a GET that writes), and only then as a room id.
 */
export function findDirectRoom(world: World, text: string, caller: Account, settings: Settings): Room {
  const name = text.replace('@', '');
  const room = world.rooms.get(name);
  const user = world.account(name) ?? (room ? undefined : world.accounts.find(({ username }) => username === name));
  if (user) return roomBetween(world, caller, user) ?? createDirectRoom(world, caller, user, settings);
  if (room?.t !== 'd') throw invalidChannel();
  return room;
}
