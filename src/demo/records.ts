import { idOf } from './ids.ts';
import type { Account, Message, Room, Subscription } from './types.ts';

const byText = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
const listed = (values: string[]): string => values.toSorted(byText).join(', ');

/** A new room. Usernames are sorted by display name and user ids by id, so the two lists do not correspond. */
export function roomRecord(id: string, t: string, members: readonly Account[], ts: string): Room {
  const isDirect = t === 'd';
  const byName = members.toSorted((left, right) => byText(left.name, right.name));
  const usernames = isDirect ? byName.map(({ username }) => username) : [];
  return {
    _id: id,
    t,
    usernames,
    usersCount: members.length,
    msgs: 0,
    ts,
    uids: isDirect ? members.map((member) => member.id).toSorted(byText) : [],
    default: false,
    ro: isDirect && members.some((member) => !member.active),
    sysMes: true,
    _updatedAt: ts,
    ...(isDirect && { _USERNAMES: usernames }),
  };
}

/** A new membership. Its names are those of the other members, or one's own in notes to self. */
export function subscriptionRecord(room: Room, own: Account, members: readonly Account[]): Subscription {
  const others = members.length > 1 ? members.filter(({ id }) => id !== own.id) : members;
  const { name, fname } = room;
  return {
    _id: idOf(`subscription ${room._id} ${own.id}`),
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
    ts: room.ts,
    _updatedAt: room.ts,
  };
}

/** Fields of a message shown as deleted; `file` and `files` stay. */
export const removedFields: Partial<Message> = {
  t: 'rm',
  msg: '',
  urls: [],
  mentions: [],
  attachments: [],
  reactions: {},
  md: undefined,
  blocks: undefined,
  tshow: undefined,
};
