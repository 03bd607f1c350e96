import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startEmbeddedDemo } from '../../src/demo/embedded.ts';
import { keptMessages, Life, type LifeEvent } from '../../src/demo/life.ts';
import { createWorld, landmarks } from '../../src/demo/seed.ts';
import type { World } from '../../src/demo/world.ts';

const start = Date.parse('2026-11-26T09:00:00.000Z');

/** A world with life in it, and a clock that each step moves by two and a half seconds. */
function openLife(seed?: string) {
  const world = createWorld();
  let now = start;
  const life = new Life(world, { ...(seed !== undefined && { seed }), now: () => now });
  const steps = (count: number): LifeEvent[] =>
    Array.from({ length: count }, () => {
      now += 2500;
      return life.step();
    });
  return { world, steps };
}

const sizesOf = (world: World): number[] => [...world.rooms.keys()].map((id) => world.messagesOf(id).length);

describe('a live demo', () => {
  it('the same seed gives the same events in the same order, another seed others', () => {
    const [first, second, other] = [openLife(), openLife(), openLife('other')].map(({ steps }) => steps(300));
    expect(first).toEqual(second);
    expect(first).not.toEqual(other);
  });

  it('people write, reply, read, react, edit and delete, in rooms of the member', () => {
    const { world, steps } = openLife();
    const events = steps(200);
    const kinds = new Set(events.map(({ what }) => what));
    expect([...kinds].toSorted()).toEqual(['delete', 'edit', 'react', 'read', 'reply', 'write']);
    const inMembersRooms = events.filter(({ roomId }) => world.subscription(roomId, world.member.id) !== undefined);
    expect(inMembersRooms.length).toBeGreaterThan(100);
    for (const { roomId, userId } of events) expect(world.room(roomId).uids).toContain(userId);
  });

  it('each event shows where Rocket.Chat would show it', () => {
    const { world, steps } = openLife();
    for (let count = 0; count < 300; count += 1) {
      const [event] = steps(1);
      const message = world.messages.get(event?.messageId ?? '');
      const room = world.room(event?.roomId ?? '');
      if (event?.what === 'write') expect(room.lastMessage?._id).toBe(event.messageId);
      if (event?.what === 'reply') expect(world.message(message?.tmid ?? '').tcount).toBeGreaterThan(0);
      if (event?.what === 'edit') expect(message?.editedAt).toBe(world.now);
      if (event?.what === 'react') expect(message?._updatedAt).toBe(world.now);
      if (event?.what === 'read') expect(world.subscription(room._id, event.userId)?.unread).toBe(0);
      if (event?.what === 'delete') {
        expect(message).toBeUndefined();
        expect(world.trash.messages.has(event.messageId ?? '')).toBe(true);
      }
    }
  });

  it('events happen now, each later than what happened before, even on a machine whose clock is years behind', () => {
    const { world, steps } = openLife();
    steps(3);
    expect(world.now).toBe(new Date(start + 3 * 2500).toISOString());
    const late = createWorld();
    const life = new Life(late, { now: () => 0 });
    let before = late.now;
    for (let count = 0; count < 20; count += 1) {
      life.step();
      expect(late.now > before).toBe(true);
      before = late.now;
    }
  });

  it('rooms do not grow for ever, and the messages that they began with stay', () => {
    const { world, steps } = openLife();
    const seeded = [...world.messages.keys()];
    const before = sizesOf(world);
    steps(3000);
    for (const [index, size] of sizesOf(world).entries()) {
      expect(size - (before[index] ?? 0)).toBeGreaterThanOrEqual(0);
      expect(size - (before[index] ?? 0)).toBeLessThanOrEqual(keptMessages);
    }
    expect(seeded.filter((id) => !world.messages.has(id))).toEqual([]);
    expect(world.messagesOf(landmarks.busyRoomId).some(({ t }) => t === 'rm')).toBe(false);
    expect([...world.receipts.keys()].filter((id) => !world.messages.has(id))).toEqual([]);
  });

  it('deletions are remembered for a day', () => {
    const { world, steps } = openLife();
    const deleted = steps(500).find(({ what }) => what === 'delete');
    expect(world.trash.messages.has(deleted?.messageId ?? '')).toBe(true);
    const life = new Life(world, { now: () => start + 25 * 60 * 60 * 1000 });
    life.step();
    expect(world.trash.messages.has(deleted?.messageId ?? '')).toBe(false);
  });
});

async function openEmbedded(isLive: boolean) {
  const intervals = vi.spyOn(globalThis, 'setInterval');
  const cleared = vi.spyOn(globalThis, 'clearInterval');
  onTestFinished(() => void vi.restoreAllMocks());
  const demo = await startEmbeddedDemo({ hasRateLimit: false, dialect: 'R8', isLive });
  const ours = intervals.mock.calls.flatMap(([callback, ms], index) =>
    ms === 2500 ? [{ callback, timer: intervals.mock.results[index]?.value as unknown }] : [],
  );
  return { demo, ours, cleared };
}

describe('the demo of npm start', () => {
  it('lives at a pace that one can watch until it closes', async () => {
    const { demo, ours, cleared } = await openEmbedded(true);
    expect(ours).toHaveLength(1);
    const before = demo.world.now;
    ours[0]?.callback();
    expect(demo.world.now > before).toBe(true);
    await demo.close();
    expect(cleared.mock.calls.map(([timer]) => timer)).toContain(ours[0]?.timer);
  });

  it('stands still unless asked to live', async () => {
    const { demo, ours } = await openEmbedded(false);
    expect(ours).toEqual([]);
    await demo.close();
  });
});
