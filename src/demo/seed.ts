import { addChannel, fillRooms } from './seed/fill-rooms.ts';
import { accounts, deletedUserId, mainAccounts, userIdOf } from './seed/people.ts';
import { channelId, planRoomId, roomWith } from './seed/rooms.ts';
import { shapeIds, shapeId } from './seed/shape-ids.ts';
import type { Clock } from './world-clock.ts';
import { World } from './world.ts';

/** Useful ids, the same in every world that `createWorld` creates. */
export const landmarks = {
  /** Over 400 messages, a few of them unread; its id is both user ids. */
  busyRoomId: roomWith('jonas.weber'),
  /** One message of every shape except the encrypted one. */
  shapesRoomId: roomWith('priya.raman'),
  hundredRoomId: roomWith('carla.mendes'),
  oneMessageRoomId: roomWith('quentin.dubois'),
  /** Neither `lm` nor `lastMessage`. */
  emptyRoomId: roomWith('viktor.ivanov'),
  /** `usersCount` 2 with one user id. */
  selfRoomId: roomWith(),
  groupRoomId: roomWith('jonas.weber', 'priya.raman', 'ben.hartley', 'daria.novak'),
  /** Eight members, as many as a group can have. */
  largestGroupRoomId: roomWith(
    'jonas.weber',
    'amara.okafor',
    'carla.mendes',
    'elif.demir',
    'hugo.laurent',
    'marta.silva',
    'quentin.dubois',
  ),
  /** Empty, and never opened by the member. */
  emptyGroupRoomId: roomWith('marta.silva', 'rosa.vega'),
  /** Three messages that the member has never opened: no `ls`. */
  neverOpenedRoomId: roomWith('viktor.ivanov', 'chen.wei'),
  /** The member's subscription has no `unread`. */
  noUnreadFieldRoomId: roomWith('keiko.tanaka'),
  /** `ro`, because a member's account is deactivated. */
  readOnlyRoomId: roomWith('erik.hansen'),
  /** `sysMes` is a list. */
  hiddenTypesRoomId: roomWith('priya.raman', 'ines.castillo', 'noor.haddad'),
  encryptedRoomId: roomWith('uma.krishnan', 'grace.kimani'),
  /** `lm` without `lastMessage`. */
  noLastMessageRoomId: roomWith('sam.whitaker', 'rosa.vega'),
  botRoomId: roomWith('rocket.cat'),
  adminRoomId: roomWith('tomas.berg'),
  /** Neither the member nor the admin is in it. */
  foreignRoomId: planRoomId({ others: ['jonas.weber', 'priya.raman'], count: 0, isForeign: true, hasOldId: true }),
  foreignGroupRoomId: planRoomId({ others: ['chen.wei', 'keiko.tanaka', 'noor.haddad'], count: 0, isForeign: true }),
  /** Not a direct message. */
  channelId,
  users: {
    member: mainAccounts.memberId,
    admin: mainAccounts.adminId,
    bot: mainAccounts.botId,
    /** The other member of the busy room. */
    busy: userIdOf('jonas.weber'),
    /** The other member of the room of shapes. */
    shapes: userIdOf('priya.raman'),
    /** Has no room with the member. */
    stranger: userIdOf('wanda.kowalska'),
    deactivated: userIdOf('erik.hansen'),
    /** Has left a receipt on `messages.deletedReader`. */
    deleted: deletedUserId,
  },
  strangerUsername: 'wanda.kowalska',
  messages: shapeIds,
} as const;

/** A world with accounts only; its clock can be another than the usual one. */
export function createEmptyWorld(clock?: Clock): World {
  return new World(accounts, mainAccounts, clock);
}

/** A small company's direct messages, up to the afternoon of 30 October 2026. */
export function createWorld(): World {
  const world = createEmptyWorld();
  addChannel(world);
  fillRooms(world);
  world.addReceipt(world.message(shapeId('deletedReader')), deletedUserId, '2026-10-29T16:02:11.402Z');
  world.receipts.delete(shapeId('noReceipts'));
  return world;
}
