import { createEmptyWorld, landmarks } from '../../src/demo/seed.ts';
import type { World } from '../../src/demo/world.ts';
import type { Clock } from '../../src/demo/world-clock.ts';

const { users } = landmarks;

/** Servers of one workspace, each with its clock, near that of the responses' `Date`. */
class ServerClocks implements Clock {
  readonly #random: (below: number) => number;
  readonly #skews: readonly number[];
  #tie: string | undefined;

  constructor(random: (below: number) => number) {
    this.#random = random;
    this.#skews = [0, 1, 2].map(() => random(16_000) - 8000);
  }

  get now(): string {
    return new Date().toISOString();
  }

  moment(at?: string): string {
    if (at !== undefined) return at;
    // Every third write falls into the millisecond of the one before.
    if (this.#tie !== undefined && this.#random(3) === 0) return this.#tie;
    this.#tie = new Date(Date.now() + (this.#skews[this.#random(3)] ?? 0)).toISOString();
    return this.#tie;
  }
}

/** A world that lives now, with a room of two and groups, and somebody who writes in it at random. */
export function createLiveWorld(random: (below: number) => number) {
  const world = createEmptyWorld(new ServerClocks(random));
  const { member, busy, shapes, stranger } = users;
  const room = world.createRoom({ userIds: [member, busy] });
  world.createRoom({ userIds: [member, busy, shapes] });
  world.createRoom({ userIds: [busy, stranger] });
  return { world, room, writeMessage: messageWriter(world, room._id, random), writeRoom: roomWriter(world, random) };
}

function messageWriter(world: World, roomId: string, random: (below: number) => number): () => void {
  let texts = 0;
  const text = () => `text ${(texts += 1)}`;
  const post = (id?: string) =>
    void world.post({ roomId, userId: random(2) === 0 ? users.member : users.busy, text: text(), ...(id && { id }) });
  return (): void => {
    const shown = world.messagesOf(roomId).filter(({ _hidden, t }) => _hidden !== true && t !== 'rm');
    const one = shown[random(Math.max(1, shown.length))];
    const other = shown[random(Math.max(1, shown.length))];
    if (one === undefined || other === undefined) {
      post();
      return;
    }
    const deleted = world.trash.messages.rows().find(({ rid }) => rid === roomId)?._id;
    const choices: (() => unknown)[] = [
      () => post(),
      () => post(),
      () => post(),
      () => (deleted === undefined || world.messages.has(deleted) ? post() : post(deleted)),
      () => world.edit(one._id, text()),
      () => world.edit(one._id, text()),
      () => world.react(one._id, users.busy, ':tada:'),
      () => world.star(one._id, users.member),
      () => world.pin(one._id, users.member),
      () => world.remove(one._id),
      () => world.remove(one._id),
      () => world.remove(one._id, { showStatus: true }),
      () => (one === other || one.tmid !== undefined ? undefined : world.moveToThread(one._id, other._id)),
      () => (one.tmid === undefined ? undefined : world.showInRoom(one._id)),
    ];
    choices[random(choices.length)]?.();
  };
}

function roomWriter(world: World, random: (below: number) => number): () => void {
  const { member, busy, shapes, stranger } = users;
  /** Makes the membership an invitation, or the invitation a membership. */
  const invite = (roomId: string, isInvited: boolean) => {
    world.setOpen(roomId, member, true);
    Object.assign(world.subscription(roomId, member) ?? {}, { status: isInvited ? 'INVITED' : undefined });
  };
  return () => {
    const rooms = [...world.rooms.values()];
    const room = rooms[random(rooms.length)];
    if (room === undefined) {
      world.createRoom({ userIds: [member, shapes] });
      return;
    }
    const isIn = world.subscription(room._id, member) !== undefined;
    const choices: (() => unknown)[] = [
      () => world.createRoom({ userIds: random(3) === 0 ? [busy, stranger] : [member, busy, shapes] }),
      () => world.post({ roomId: room._id, userId: busy, text: 'hello' }),
      () => world.post({ roomId: room._id, userId: busy, text: 'hello' }),
      () => isIn && world.read(room._id, member),
      () => isIn && world.setOpen(room._id, member, random(2) === 0),
      () => isIn && invite(room._id, random(2) === 0),
      () => (isIn ? world.leave(room._id, member) : world.join(room._id, member)),
      () => rooms.length > 2 && world.removeRoom(room._id),
    ];
    choices[random(choices.length)]?.();
  };
}
