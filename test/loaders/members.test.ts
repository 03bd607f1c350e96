import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway } from '../support/gateway.ts';
import { codesOf } from '../support/scenario.ts';

const { largestGroupRoomId, users } = landmarks;
const query = `{ directMessage(id: "${largestGroupRoomId}") { members { totalCount nodes { id } } } }`;

const membersIn = (data: Record<string, unknown> | null | undefined) =>
  (data?.['directMessage'] as { members: { totalCount: number; nodes: { id: string }[] } } | undefined)?.members;

describe('Members of a room that do not fit into one response', () => {
  it('are read completely, each once, in as many calls as it takes', async () => {
    const gateway = await startTestGateway({ demo: { upperCount: 3 } });
    const { data, errors, calls } = await gateway.askCounting(query);
    const members = membersIn(data);
    expect(errors).toBeUndefined();
    expect(members?.totalCount).toBe(8);
    expect(members?.nodes.map(({ id }) => id).toSorted()).toEqual(
      gateway.demo.world.room(largestGroupRoomId).uids.toSorted(),
    );
    expect(
      calls
        .filter((call) => call.startsWith('im.members'))
        .map((call) => new URLSearchParams(call.split('?')[1]).get('offset')),
    ).toEqual(['0', '3', '6']);
  });

  it('appear once when they move between two responses', async () => {
    const gateway = await startTestGateway({ demo: { upperCount: 4 } });
    gateway.demo.fail('im.members', {
      when: ({ query: asked }) => asked['offset'] === '4',
      transform: (body) => {
        const { members, ...rest } = body as { members: { _id: string }[] };
        return { ...rest, members: [{ _id: users.member, username: 'maya.lindqvist' }, ...members.slice(1)] };
      },
    });
    const ids = membersIn((await gateway.ask(query)).data)?.nodes.map(({ id }) => id);
    expect(ids?.length).toBeGreaterThan(4);
    expect(new Set(ids).size).toBe(ids?.length);
  });

  it('end when a response is empty and reading again finds no more, whatever its total', async () => {
    const gateway = await startTestGateway();
    gateway.demo.fail('im.members', {
      when: ({ query: asked }) => asked['offset'] !== '0',
      transform: (body) => ({ ...(body as object), members: [], total: 1000 }),
    });
    gateway.demo.fail('im.members', { transform: (body) => ({ ...(body as object), total: 1000 }) });
    const { errors, calls } = await gateway.askCounting(query);
    expect(errors).toBeUndefined();
    expect(calls.filter((call) => call.startsWith('im.members'))).toHaveLength(4);
  });

  it('fail when they do not end, within the request’s search allowance', async () => {
    const gateway = await startTestGateway();
    gateway.demo.fail('im.members', {
      transform: (body) => ({
        ...(body as object),
        members: [{ _id: users.busy, username: 'jonas.weber' }],
        total: 1000,
      }),
    });
    const result = await gateway.askCounting(query);
    expect(codesOf(result)).toEqual(['directMessage.members: QUERY_TOO_COMPLEX']);
    expect(result.calls.length).toBeGreaterThan(1);
    expect(result.calls.length).toBeLessThanOrEqual(22);
  });
});
