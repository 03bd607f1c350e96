import { createRandom, pick, type Random } from './ids.ts';
import { landmarks } from './seed.ts';
import { talk, type Line, type Speaker } from './seed/chatter.ts';
import type { Message } from './types.ts';
import { later } from './world-clock.ts';
import type { World } from './world.ts';

/** One thing that happened, for whoever watches or tests. */
export interface LifeEvent {
  readonly what: 'write' | 'reply' | 'read' | 'react' | 'edit' | 'delete';
  readonly roomId: string;
  readonly userId: string;
  /** Missing if the room was read. */
  readonly messageId?: string;
}

/** Rooms where something happens, each as often as it is named: mostly the member's busiest ones. */
const livelyRoomIds: readonly string[] = [
  landmarks.busyRoomId,
  landmarks.busyRoomId,
  landmarks.busyRoomId,
  landmarks.groupRoomId,
  landmarks.groupRoomId,
  landmarks.hundredRoomId,
  landmarks.adminRoomId,
  landmarks.largestGroupRoomId,
  landmarks.foreignGroupRoomId,
];

/** What happens next, each as often as it is named. */
const habits: readonly LifeEvent['what'][] = [
  ...(['write', 'write', 'write', 'write', 'reply', 'reply'] as const),
  ...(['read', 'read', 'read', 'react', 'react', 'edit', 'delete'] as const),
];

const emojis = [':thumbsup:', ':heart:', ':tada:', ':eyes:', ':joy:', ':raised_hands:'];

/** New messages that a room keeps: then the oldest of them is deleted, so that rooms stay as long as they are. */
export const keptMessages = 60;

/** Rocket.Chat remembers deletions for 30 days. At this pace that would be a million, so the demo forgets them sooner. */
const keptDeletionsMs = 24 * 60 * 60 * 1000;

/** Reactions and edits go to one of the latest messages, where they are seen. */
const seenMessages = 6;

const correction = ' (typo fixed)';

/** Another text, whichever it was, so that texts do not grow either. */
const corrected = (text: string): string =>
  text.endsWith(correction) ? text.slice(0, -correction.length) : text + correction;

/**
 * The life of a demo workspace: people write, reply, read, react, edit and delete, one thing at a `step`. The same seed gives
 * the same things in the same order; only their moments are by the clock.
 */
export class Life {
  readonly #world: World;
  readonly #random: Random;
  readonly #now: () => number;
  /** Each does its thing in a room; undefined if there is nothing to do it to. */
  readonly #habits: Readonly<Record<LifeEvent['what'], (roomId: string, at: string) => LifeEvent | undefined>> = {
    write: (roomId, at) => this.#write(roomId, at),
    reply: (roomId, at) => this.#reply(roomId, at),
    read: (roomId, at) => this.#read(roomId, at),
    react: (roomId, at) => this.#react(roomId, at),
    edit: (roomId, at) => this.#edit(roomId, at),
    delete: (roomId, at) => this.#delete(roomId, at),
  };
  readonly #talks = new Map<string, Generator<Omit<Line, 'at'>, never>>();
  /** Ids of the messages that were written here, by room, oldest first. Seeded messages are never deleted. */
  readonly #written = new Map<string, readonly string[]>();

  constructor(world: World, { seed = 'life', now = Date.now }: { seed?: string; now?: () => number } = {}) {
    this.#world = world;
    this.#random = createRandom(seed);
    this.#now = now;
  }

  step(): LifeEvent {
    const at = this.#moment();
    const roomId = pick(this.#random, livelyRoomIds);
    const what = pick(this.#random, habits);
    const event = this.#habits[what](roomId, at) ?? this.#write(roomId, at);
    this.#trim(roomId, at);
    this.#world.forgetDeletions(later(at, -keptDeletionsMs));
    return event;
  }

  /** By the clock, and never before what has already happened. */
  #moment(): string {
    const next = Date.parse(this.#world.now) + 1;
    return new Date(Math.max(next, this.#now())).toISOString();
  }

  #write(roomId: string, at: string): LifeEvent {
    return this.#post('write', roomId, this.#nextLine(roomId), at);
  }

  /** To one of the latest new messages that is not itself a reply. */
  #reply(roomId: string, at: string): LifeEvent | undefined {
    const roots = this.#latestWritten(roomId).filter(({ tmid }) => tmid === undefined);
    if (roots.length === 0) return undefined;
    return this.#post('reply', roomId, this.#nextLine(roomId), at, pick(this.#random, roots)._id);
  }

  #post(what: LifeEvent['what'], roomId: string, line: Omit<Line, 'at'>, at: string, tmid?: string): LifeEvent {
    // The workspace records who has read what, so a new message is unread until all have.
    const { _id } = this.#world.post({ ...line, roomId, at, unread: true, ...(tmid !== undefined && { tmid }) });
    this.#written.set(roomId, [...this.#writtenIn(roomId), _id]);
    return { what, roomId, userId: line.userId, messageId: _id };
  }

  #read(roomId: string, at: string): LifeEvent | undefined {
    const readers = this.#speakers(roomId).filter(({ id }) => (this.#world.subscription(roomId, id)?.unread ?? 0) > 0);
    if (readers.length === 0) return undefined;
    const userId = pick(this.#random, readers).id;
    this.#world.read(roomId, userId, at);
    return { what: 'read', roomId, userId };
  }

  /** The reaction of a member who has not reacted with that emoji before. */
  #react(roomId: string, at: string): LifeEvent | undefined {
    const message = this.#oneOf(this.#latest(roomId));
    const { id: userId, username } = pick(this.#random, this.#speakers(roomId));
    const emoji = pick(this.#random, emojis);
    if (message === undefined || message.reactions?.[emoji]?.usernames.includes(username) === true) return undefined;
    this.#world.react(message._id, userId, emoji, at);
    return { what: 'react', roomId, userId, messageId: message._id };
  }

  #edit(roomId: string, at: string): LifeEvent | undefined {
    const message = this.#oneOf(this.#latestWritten(roomId));
    if (message === undefined) return undefined;
    this.#world.edit(message._id, corrected(message.msg ?? ''), at);
    return { what: 'edit', roomId, userId: message.u._id, messageId: message._id };
  }

  #delete(roomId: string, at: string): LifeEvent | undefined {
    const message = this.#oneOf(this.#latestWritten(roomId));
    if (message === undefined) return undefined;
    this.#remove(message, at);
    return { what: 'delete', roomId, userId: message.u._id, messageId: message._id };
  }

  #trim(roomId: string, at: string): void {
    const written = this.#writtenIn(roomId);
    const oldest = written[0];
    if (written.length > keptMessages && oldest !== undefined) this.#remove(this.#world.message(oldest), at);
  }

  /** With its replies first: the root of a thread would otherwise stay, shown as deleted. */
  #remove(message: Message, at: string): void {
    const replies = this.#world.messagesOf(message.rid).filter(({ tmid }) => tmid === message._id);
    const ids = [...replies.map(({ _id }) => _id), message._id];
    for (const id of ids) this.#world.remove(id, { at });
    this.#written.set(
      message.rid,
      this.#writtenIn(message.rid).filter((id) => !ids.includes(id)),
    );
  }

  #nextLine(roomId: string): Omit<Line, 'at'> {
    const lines = this.#talks.get(roomId) ?? talk(this.#random, this.#speakers(roomId));
    this.#talks.set(roomId, lines);
    return lines.next().value;
  }

  #speakers(roomId: string): Speaker[] {
    return this.#world.room(roomId).uids.map((id) => this.#world.accountOf(id));
  }

  #writtenIn(roomId: string): readonly string[] {
    return this.#written.get(roomId) ?? [];
  }

  #latestWritten(roomId: string): Message[] {
    return this.#writtenIn(roomId)
      .slice(-seenMessages)
      .map((id) => this.#world.message(id));
  }

  #latest(roomId: string): Message[] {
    const isShown = ({ t, _hidden, tmid }: Message) => t === undefined && _hidden !== true && tmid === undefined;
    return this.#world.messagesOf(roomId).filter(isShown).slice(-seenMessages);
  }

  #oneOf(messages: readonly Message[]): Message | undefined {
    return messages.length === 0 ? undefined : pick(this.#random, messages);
  }
}
