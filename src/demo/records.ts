import type { Account, Message, Room, Subscription } from './types.ts';
import { later } from './world-clock.ts';

const byText = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
const listed = (values: string[]): string => values.toSorted(byText).join(', ');

/** Usernames are sorted by display name and user ids by id, so the two lists do not correspond. Channels have neither. */
export function memberLists(t: string, members: readonly Account[]): Pick<Room, 'usernames' | 'uids'> {
  if (t !== 'd') return { usernames: [], uids: [] };
  const byName = members.toSorted((left, right) => byText(left.name, right.name));
  return { usernames: byName.map(({ username }) => username), uids: members.map(({ id }) => id).toSorted(byText) };
}

export function roomRecord(id: string, t: string, members: readonly Account[], ts: string): Room {
  const isDirect = t === 'd';
  const { usernames, uids } = memberLists(t, members);
  return {
    _id: id,
    t,
    usernames,
    usersCount: members.length,
    msgs: 0,
    ts,
    uids,
    default: false,
    ro: isDirect && members.some((member) => !member.active),
    sysMes: true,
    _updatedAt: ts,
    ...(isDirect && { _USERNAMES: usernames }),
  };
}

/** A new membership. Its names are those of the other members, or one's own in notes to self. */
export function subscriptionRecord(
  id: string,
  room: Room,
  own: Account,
  members: readonly Account[],
  ts: string,
): Subscription {
  const others = members.length > 1 ? members.filter(({ id }) => id !== own.id) : members;
  const { name, fname } = room;
  return {
    _id: id,
    rid: room._id,
    u: { _id: own.id, username: own.username, name: own.name },
    t: room.t,
    name: typeof name === 'string' ? name : listed(others.map(({ username }) => username)),
    fname: typeof fname === 'string' ? fname : listed(others.map(({ name }) => name)),
    open: true,
    alert: false,
    unread: 0,
    userMentions: 0,
    groupMentions: 0,
    ts,
    _updatedAt: ts,
  };
}

/** A message is stored a moment after it was sent. */
export const storedAt = (ts: string): string => later(ts, 46);

export function messageRecord(id: string, roomId: string, author: Account, text: string, ts: string): Message {
  const { id: _id, username, name } = author;
  return { _id: id, rid: roomId, msg: text, ts, u: { _id, username, name }, _updatedAt: storedAt(ts) };
}
