import { describe, expect, it } from 'vitest';
import { createEmptyWorld } from '../../../src/demo/seed.ts';
import { askPage, at, openAt, queries, roomId } from './edges.ts';

describe('A room with more members than one response holds', () => {
  const worldWithMembers = () => {
    const world = createEmptyWorld();
    const userIds = world.accounts.slice(0, 9).map(({ id }) => id);
    world.createRoom({ id: roomId, userIds: [world.member.id, ...userIds], at: at(0) });
    return world;
  };

  it('M2: all members are listed although they move while being read', async () => {
    const world = worldWithMembers();
    const gateway = await openAt(world, { upperCount: 4 });
    const whole = (await askPage(gateway, queries.members, 'first: 100')).nodes;
    expect(whole.length).toBeGreaterThan(8);
    const members = whole.map(({ id }) => world.accountOf(id));
    for (const [index, account] of members.entries()) account.updatedAt = at(-index);
    const last = world.accountOf(whole.at(-1)?.id ?? '');
    let isMoved = false;
    gateway.demo.fail('im.members', {
      when: ({ query }) => {
        // Who would come last changes once the first rows are read, and so comes first from then on.
        if (query['offset'] === '4' && !isMoved) last.updatedAt = at(9_999_999);
        isMoved ||= query['offset'] === '4';
        return false;
      },
    });
    expect((await askPage(gateway, queries.members, 'first: 100')).nodes).toEqual(whole);
    expect(isMoved).toBe(true);
  });

  it('M2: members are read once more, and no more, if the workspace counts members that it does not return', async () => {
    const gateway = await openAt(worldWithMembers());
    const whole = (await askPage(gateway, queries.members, 'first: 100')).nodes;
    gateway.demo.fail('im.members', { transform: (body) => ({ ...(body as object), total: 40 }) });
    const { nodes, calls } = await askPage(gateway, queries.members, 'first: 100');
    expect(nodes).toEqual(whole);
    expect(calls).toHaveLength(4);
  });
});
