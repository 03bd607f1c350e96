import { parseMarkup } from '../../src/demo/markup.ts';
import { callerId, roomIdAt } from './workloads.ts';

/**
 * A made-up workspace of realistic sizes: 50 messages are about 26 KB, 50 rooms with their last message about 45 KB.
 * Everything follows from the indices, so that every run answers the same bytes.
 */
const roomCount = 60;
const channelCount = 15;
const messagesPerRoom = 240;

const firstInstant = Date.UTC(2026, 0, 5, 8);
const instant = (minutes: number): string => new Date(firstInstant + minutes * 60_000).toISOString();

const partnerId = (room: number): string => roomIdAt(room).slice(callerId.length);
const caller = { _id: callerId, username: 'ada.lovelace', name: 'Ada Lovelace' };
const partner = (room: number) => ({
  _id: partnerId(room),
  username: `colleague.${room}`,
  name: room % 7 === 0 ? `Zoë Müller ${room}` : `Robin Miller ${room}`,
});

const texts = [
  'Morning! Did the nightly build go through, or is it still waiting for a runner?',
  'Yes, all green since about half past six, thanks for asking',
  'The **release notes** are ready for a look',
  '@ada.lovelace can you check them?',
  'See https://docs.example.com/guides/release',
  'I will do it before lunch, as soon as the stand-up is over',
  'Sounds good 👍 and tell me when it is done, please',
  'One more thing: the _staging_ data is old',
  'Ok',
  'Then we can ship it on Thursday, if nobody objects until then',
];

function messageAt(room: number, index: number) {
  const text = texts[(room + index) % texts.length] ?? '';
  const sentAt = instant(room * 7 + index * 3);
  return {
    _id: `m${String(room).padStart(5, '0')}message${String(index).padStart(4, '0')}`,
    rid: roomIdAt(room),
    msg: text,
    ts: sentAt,
    u: index % 2 === 0 ? caller : partner(room),
    _updatedAt: sentAt,
    ...(index % 12 === 0 && { editedAt: sentAt, editedBy: { _id: callerId, username: caller.username } }),
    ...(index % 25 === 0 && { pinned: true }),
    urls: text.includes('https:') ? [{ url: 'https://docs.example.com/guides/release', meta: pageMeta }] : [],
    mentions: text.includes('@ada') ? [{ ...caller, type: 'user' }] : [],
    channels: [],
    md: parseMarkup(text),
  };
}

const pageMeta = { pageTitle: 'Releasing - Guides', ogTitle: 'Releasing', ogDescription: 'How a release is made.' };

/** A page of a room's messages, newest first. */
export function messagesPage(room: number, offset: number, count: number) {
  const rows = Math.max(0, Math.min(count, messagesPerRoom - offset));
  const messages = Array.from({ length: rows }, (_, row) => messageAt(room, messagesPerRoom - 1 - offset - row));
  return { messages, count: rows, offset, total: messagesPerRoom };
}

export function roomAt(room: number) {
  const lastMessage = messageAt(room, messagesPerRoom - 1);
  return {
    _id: roomIdAt(room),
    t: 'd',
    usernames: [caller.username, partner(room).username],
    uids: [callerId, partnerId(room)],
    usersCount: 2,
    msgs: messagesPerRoom,
    u: caller,
    ts: instant(room),
    default: false,
    ro: false,
    sysMes: true,
    _updatedAt: lastMessage.ts,
    lm: lastMessage.ts,
    lastMessage,
  };
}

/** The caller's rooms, latest first. */
export function roomsPage(offset: number, count: number) {
  const rows = Math.max(0, Math.min(count, roomCount - offset));
  const ims = Array.from({ length: rows }, (_, row) => roomAt(roomCount - 1 - offset - row));
  return { ims, offset, count: rows, total: roomCount };
}

function subscriptionAt(index: number) {
  const isDirect = index < roomCount;
  const name = isDirect ? partner(index).username : `channel-${index}`;
  return {
    _id: `subscription${String(index).padStart(5, '0')}`,
    open: true,
    alert: index % 5 === 0,
    unread: index % 5 === 0 ? 3 : 0,
    userMentions: index % 5 === 0 ? 1 : 0,
    groupMentions: 0,
    ts: instant(index),
    ls: instant(index * 7 + 600),
    rid: isDirect ? roomIdAt(index) : `channelRoom${String(index).padStart(6, '0')}`,
    name,
    fname: isDirect ? partner(index).name : name,
    t: isDirect ? 'd' : 'c',
    u: caller,
    _updatedAt: instant(index * 7 + 700),
  };
}

/** All of the caller's memberships, channels included. */
export const subscriptions = () => ({
  update: Array.from({ length: roomCount + channelCount }, (_, index) => subscriptionAt(index)),
  remove: [],
});

export const ownRooms = () => ({ update: Array.from({ length: roomCount }, (_, room) => roomAt(room)), remove: [] });

export function countersOf(room: number) {
  const { unread, ls, userMentions } = subscriptionAt(room);
  const { msgs, lm } = roomAt(room);
  return { joined: true, members: 2, unreads: unread, unreadsFrom: ls, msgs, latest: lm, userMentions };
}

/** Who read a message: two members, the earlier reader first. */
export function receiptsOf(room: number, messageId: string) {
  const receipts = [partner(room), caller].map((user, reader) => ({
    _id: `receipt${reader}${messageId}`,
    messageId,
    roomId: roomIdAt(room),
    userId: user._id,
    ts: instant(room * 7 + 900 + reader),
    _updatedAt: instant(room * 7 + 900 + reader),
    user,
  }));
  return { receipts };
}

/** The room that a room's or a message's id was made for. */
export const roomOfId = (id: string): number => Number(id.startsWith('m') ? id.slice(1, 6) : id.slice(-5));
