import { createEmptyWorld } from '../../src/demo/seed.ts';
import type { Room } from '../../src/demo/types.ts';
import type { World } from '../../src/demo/world.ts';

const start = Date.parse('2026-03-02T09:00:00.000Z');
const at = (minute: number): string => new Date(start + minute * 60_000).toISOString();

/** Rooms of the member with a colleague, each with `messages` messages a minute apart, oldest first. */
export function worldOfRooms(count: number, messages: number): { world: World; rooms: Room[] } {
  const world = createEmptyWorld();
  const { member } = world;
  const other = world.accounts.find(({ id, active }) => active && id !== member.id);
  const rooms = Array.from({ length: count }, (_, index) => {
    const room = world.createRoom({ id: `moving-room-${index}`, userIds: [member.id, other?.id ?? ''], at: at(0) });
    for (let number = 0; number < messages; number += 1) {
      world.post({ id: `m${index}-${number}`, roomId: room._id, userId: member.id, text: 'x', at: at(number) });
    }
    return room;
  });
  return { world, rooms };
}

/** Adds new messages and removes as many old ones, so that the total does not change. */
export function move(world: World, roomId: string, by: number): void {
  const messages = [...world.messagesOf(roomId)];
  for (const { _id } of messages.slice(0, by)) world.remove(_id);
  const last = (Date.parse(messages.at(-1)?.ts ?? at(0)) - start) / 60_000;
  for (let number = 1; number <= by; number += 1)
    world.post({ roomId, userId: world.member.id, text: 'new', at: at(last + number) });
}
