import { describe, expect, it } from 'vitest';
import { createRandom, pick, type Random } from '../../../src/demo/ids.ts';
import { createEmptyWorld } from '../../../src/demo/seed.ts';
import type { World } from '../../../src/demo/world.ts';
import { colleague } from '../support.ts';

type Rows = Map<string, { readonly text: string; readonly updatedAt: string | undefined }>;

/** Every row that a client can have, as JSON without its `_updatedAt`. */
function rowsOf(world: World): Rows {
  const memberships = [...world.subscriptions.values()].flatMap((members) => [...members.values()]);
  const all = [...world.messages.values(), ...world.rooms.values(), ...memberships];
  return new Map(
    all.map(({ _updatedAt, ...row }) => [row._id, { text: JSON.stringify(row), updatedAt: _updatedAt }] as const),
  );
}

function memberOf(world: World, roomId: string, random: Random): string {
  return pick(random, [...(world.subscriptions.get(roomId)?.keys() ?? [])]);
}

/** One write of any kind. */
function write(world: World, random: Random): string {
  const roomId = pick(random, [...world.rooms.keys()]);
  const userId = memberOf(world, roomId, random);
  const text = `text ${random()}`;
  const messages = world.messagesOf(roomId).filter(({ _hidden }) => _hidden !== true);
  if (messages.length < 3) return world.post({ roomId, userId, text, unread: true })._id;
  const { _id, tmid } = pick(random, messages);
  const main = messages.filter((message) => message.tmid === undefined && message._id !== _id);
  const members = world.subscriptions.get(roomId)?.size ?? 0;
  const outside = world.accounts.find(({ id }) => world.subscription(roomId, id) === undefined)?.id ?? '';
  const writes: Record<string, () => unknown> = {
    post: () => world.post({ roomId, userId, text, unread: true }),
    reply: () => world.post({ roomId, userId, text, tmid: tmid ?? _id }),
    shownReply: () => world.post({ roomId, userId, text, tmid: tmid ?? _id, tshow: true }),
    edit: () => world.edit(_id, text),
    remove: () => world.remove(_id),
    removeShown: () => world.remove(_id, { showStatus: true }),
    removeKept: () => world.remove(_id, { keepHistory: true }),
    removeBoth: () => world.remove(_id, { showStatus: true, keepHistory: true }),
    hide: () => world.hide(_id),
    move: () => main[0] && world.moveToThread(_id, pick(random, main)._id),
    show: () => tmid !== undefined && world.showInRoom(_id),
    star: () => world.star(_id, userId),
    unstar: () => world.unstar(_id, userId),
    pin: () => world.pin(_id, userId),
    unpin: () => world.unpin(_id),
    react: () => world.react(_id, userId, ':+1:'),
    read: () => world.read(roomId, userId),
    close: () => world.setOpen(roomId, userId, false),
    leave: () => members > 2 && world.leave(roomId, userId),
    join: () => world.join(roomId, outside),
    create: () => world.createRoom({ userIds: world.accounts.slice(0, 4).map(({ id }) => id) }),
    removeRoom: () => world.rooms.size > 1 && world.removeRoom(roomId),
  };
  const name = pick(random, Object.keys(writes));
  writes[name]?.();
  return name;
}

describe('no write is silent', () => {
  it.each([1, 2, 3, 4, 5])(
    'whatever changes a row also changes its _updatedAt, or leaves it in the trash (%i)',
    (seed) => {
      const random = createRandom(`writes ${seed}`);
      const world = createEmptyWorld();
      world.createRoom({ userIds: [world.member.id, colleague(world).id, colleague(world, 1).id] });
      let before = rowsOf(world);
      for (let step = 0; step < 400; step += 1) {
        const name = write(world, random);
        const after = rowsOf(world);
        const trash = new Set(Object.values(world.trash).flatMap((each) => each.rows().map(({ _id }) => _id)));
        for (const [id, { text, updatedAt }] of before) {
          const row = after.get(id);
          const silent = row === undefined ? !trash.has(id) : row.text !== text && row.updatedAt === updatedAt;
          expect({ step, name, id, silent }).toEqual({ step, name, id, silent: false });
        }
        before = after;
      }
    },
  );
});
