import { between, createRandom, type Random } from '../ids.ts';
import type { Room } from '../types.ts';
import type { World } from '../world.ts';
import { backToWork, writeChatter, type Line } from './chatter.ts';
import { dayMs, hourMs, minuteMs } from './durations.ts';
import { addEncrypted } from './encrypted.ts';
import { addNotes, addReleases } from './notes.ts';
import { userIdOf } from './people.ts';
import { channelId, planRoomId, planUserIds, roomPlans, roomWith, type RoomPlan } from './rooms.ts';
import { addShapes } from './shapes.ts';

const newestMoment = Date.parse('2026-10-30T15:58:21.314Z');
/** When read receipts were switched on. */
const receiptsSince = '2026-06-01T00:00:00.000Z';
/** When the chatter in the room of shapes ends and the shapes begin. */
const beforeShapes = Date.parse('2026-10-26T16:12:48.019Z');

const iso = (ms: number): string => new Date(ms).toISOString();

/** When each room's last message is sent, newest first: some today, most this week, the rest over the year. */
function lastMoments(count: number, random: Random): number[] {
  const moments: number[] = [];
  for (let moment = newestMoment; moments.length < count;) {
    moments.push(moment);
    if (moments.length < 8) moment -= between(random, 9 * minuteMs, 42 * minuteMs);
    else if (moments.length < 26) moment = backToWork(moment - between(random, hourMs, 14 * hourMs), random);
    else moment = backToWork(moment - between(random, dayMs, 8 * dayMs), random);
  }
  return moments;
}

/** The plan's closing lines, two minutes apart. */
function closingLines({ closing = [] }: RoomPlan, lastAt: number): Line[] {
  return closing.map(([username, text], index) => ({
    userId: userIdOf(username),
    text,
    at: iso(lastAt - (closing.length - 1 - index) * 2 * minuteMs - (index % 2) * 17_000),
  }));
}

/** Creates the room, posts its lines, and adds what makes it special. */
function talk(world: World, plan: RoomPlan, lastAt: number, random: Random): void {
  const userIds = planUserIds(plan);
  const roomId = planRoomId(plan);
  const speakers = userIds.map((userId) => world.accountOf(userId));
  const isShapesRoom = roomId === roomWith('priya.raman');
  const closing = closingLines(plan, lastAt);
  const end = isShapesRoom ? beforeShapes : Date.parse(closing[0]?.at ?? iso(lastAt + hourMs)) - hourMs;
  const chatter = speakers.length < 2 || plan.count === 0 ? [] : writeChatter(random, speakers, plan.count, end);
  const lines = [...chatter, ...closing];
  const createdAt = iso(Date.parse(lines[0]?.at ?? iso(lastAt - 60 * dayMs)) - 3 * minuteMs);
  world.createRoom({ userIds, id: roomId, at: createdAt, ...plan.fields });
  for (const { userId, text, at } of lines) world.post({ roomId, userId, text, at });
  if (speakers.length === 1) addNotes(world, roomId, userIds[0] ?? '', lastAt);
  if (roomId === roomWith('rocket.cat')) addReleases(world, roomId);
  if (roomId === roomWith('uma.krishnan', 'grace.kimani'))
    addEncrypted(world, roomId, userIds, iso(lastAt + hourMs / 4));
  if (isShapesRoom) closeShapes(world, roomId, lastAt);
}

function closeShapes(world: World, roomId: string, lastAt: number): void {
  const other = userIdOf('priya.raman');
  addShapes(world, roomId, other);
  const lines: Line[] = [
    { userId: other, text: 'The launch page is signed off by Carla :tada:', at: iso(lastAt - 4 * minuteMs) },
    {
      userId: world.member.id,
      text: 'That’s the best news today. Thank you for all the late iterations!',
      at: iso(lastAt - minuteMs),
    },
    { userId: other, text: 'Monday: *screenshots for the press kit*. Have a lovely weekend!', at: iso(lastAt) },
  ];
  for (const { userId, text, at } of lines) world.post({ roomId, userId, text, at });
}

/** When a member last read the room: never before their own last message. */
function lastSeen(world: World, room: Room, userId: string, unread: number, random: Random): string {
  const messages = world.messagesOf(room._id).filter((message) => message._hidden !== true);
  const own = messages.findLast((message) => message.u._id === userId)?.ts ?? '';
  const newest = messages.at(-1 - unread)?.ts ?? room.ts;
  const seen = own > newest ? own : newest;
  return iso(Math.min(Date.parse(seen) + between(random, 2000, 9000), newestMoment));
}

function readRoom(world: World, plan: RoomPlan, random: Random): void {
  const room = world.room(planRoomId(plan));
  for (const userId of room.uids) {
    const isMember = userId === world.member.id;
    if (isMember && plan.neverOpened === true) continue;
    const othersUnread = random() < 0.7 ? 0 : between(random, 1, 4);
    const unread = isMember ? (plan.unread ?? 0) : othersUnread;
    world.setLastSeen(room._id, userId, lastSeen(world, room, userId, unread, random));
  }
  writeReceipts(world, room, random);
}

/** Receipts of all messages since receipts were switched on, each within 35 minutes of its message. */
function writeReceipts(world: World, room: Room, random: Random): void {
  for (const message of world.messagesOf(room._id)) {
    if (message.ts < receiptsSince) {
      world.receipts.delete(message._id);
      continue;
    }
    for (const userId of room.uids) {
      const seen = world.subscription(room._id, userId)?.ls ?? '';
      const readAt = iso(Date.parse(message.ts) + between(random, 4000, 35 * minuteMs));
      if (seen >= message.ts) world.addReceipt(message, userId, readAt < seen ? readAt : seen);
    }
    if ((world.receipts.get(message._id)?.length ?? 0) < room.uids.length) message.unread = true;
  }
}

/** States that ordinary use does not produce. */
function addOddities(world: World): void {
  world.room(roomWith()).usersCount = 2;
  delete world.room(roomWith('sam.whitaker', 'rosa.vega')).lastMessage;
  delete world.subscription(roomWith('keiko.tanaka'), world.member.id)?.unread;
  delete world.room(roomWith('viktor.ivanov'))['_USERNAMES'];
}

/** Fills the oldest room first, so that the newest room's last message is the world's newest moment. */
export function fillRooms(world: World): void {
  const moments = lastMoments(roomPlans.length, createRandom('moments'));
  for (const [index, plan] of [...roomPlans.entries()].toReversed()) {
    const random = createRandom(planRoomId(plan));
    talk(world, plan, moments[index] ?? newestMoment, random);
    readRoom(world, plan, random);
  }
  addOddities(world);
}

export function addChannel(world: World): void {
  const userIds = world.accounts.filter(({ active }) => active).map(({ id }) => id);
  world.createRoom({
    userIds,
    id: channelId,
    at: '2024-01-08T08:00:00.000Z',
    t: 'c',
    name: 'general',
    fname: 'general',
  });
  const lines = [
    'Welcome to Northlight! Say hello :wave:',
    'Hello everybody!',
    'Office in Porto opens on 1 June :tada:',
  ];
  for (const [index, text] of lines.entries()) {
    const userId = userIds[index] ?? world.member.id;
    world.post({
      roomId: channelId,
      userId,
      text,
      at: iso(Date.parse('2026-03-02T09:00:00.000Z') + index * 3 * dayMs),
    });
  }
}
