import type { Change } from './message-changes.ts';
import type { Message, Room, Subscription } from './types.ts';
import { later } from './world-clock.ts';

/** Consequences of a message: for its room, its thread, and the members who have not read it. */

export const isOnlyInThread = (message: Message): boolean => message.tmid !== undefined && message.tshow !== true;

/** Neither replies inside a thread nor system messages become a room's last message. */
export function isLatest(message: Message, room: Room): boolean {
  if (isOnlyInThread(message) || (message.t !== undefined && message.t !== 'e2e')) return false;
  return room.lm === undefined || message.ts >= room.lm;
}

export function setLatest(room: Room, message: Message): void {
  room.lm = message.ts;
  room.lastMessage = message;
}

export function findLatest(room: Room, messages: readonly Message[]): void {
  delete room.lm;
  delete room.lastMessage;
  for (const message of messages) if (message._hidden !== true && isLatest(message, room)) setLatest(room, message);
}

/**
 * The room record changes a moment after the event. Like every `_updatedAt` the moment is by the clock of the server that
 * writes, so with several servers it can go back.
 */
export function touch(room: Room, at: string): void {
  room._updatedAt = later(at, 107);
}

export const withReply =
  (reply: Message): Change =>
  ({ tcount = 0, replies = [], u }) => ({
    tcount: tcount + 1,
    tlm: reply.ts,
    replies: [...new Set([...replies, u._id, reply.u._id])],
  });

/** A reply is deleted. Rocket.Chat then takes the first remaining reply for the latest. */
export function uncountReply(root: Message, messages: readonly Message[], at: string): void {
  const first = messages
    .filter(({ tmid }) => tmid === root._id)
    .toSorted((left, right) => (left.ts < right.ts ? -1 : 1))[0];
  if (first) Object.assign(root, { tcount: (root.tcount ?? 0) - 1, tlm: first.ts });
  else for (const field of ['tcount', 'tlm', 'replies']) delete root[field];
  root._updatedAt = at;
}

/** In direct messages Rocket.Chat counts every message as unread, and thread replies separately (`tunread`). */
export function notifyMembers(message: Message, subscriptions: Iterable<Subscription>, at: string): void {
  const mentioned = new Set(message.mentions?.map(({ _id }) => _id));
  for (const subscription of subscriptions) {
    if (subscription.u._id === message.u._id) continue;
    subscription._updatedAt = at;
    if (isOnlyInThread(message)) {
      subscription.tunread = [...new Set([...(subscription.tunread ?? []), message.tmid ?? ''])];
      continue;
    }
    subscription.unread = (subscription.unread ?? 0) + 1;
    if (mentioned.has(subscription.u._id)) subscription.userMentions = (subscription.userMentions ?? 0) + 1;
    if (mentioned.has('all') || mentioned.has('here')) subscription.groupMentions += 1;
    Object.assign(subscription, { open: true, alert: true });
  }
}
