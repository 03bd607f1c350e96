import { expect } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { createLiveWorld } from '../sync/live-world.ts';
import { randomFrom } from '../sync/schedule.ts';
import { startTestGateway, type TestGateway } from './gateway.ts';

export interface LiveRoom {
  readonly gateway: TestGateway;
  readonly url: string;
  readonly roomId: string;
  readonly session: { readonly userId: string; readonly authToken: string };
  /** Posts, edits, reacts, deletes at random: up to so many times. */
  readonly write: (most: number) => void;
  /** The member's view without a client: id and text of each message, newest first. */
  readonly listed: () => Promise<string[]>;
}

/** The member of the demo workspace, as a client's application knows them. */
export const sessionOf = ({ demo }: TestGateway) => {
  const { id: userId, token: authToken } = demo.world.member;
  return { userId, authToken };
};

export const written = ({ id, text }: { readonly id: string; readonly text: string }): string => `${id} ${text}`;

/** A room with some messages that somebody writes in, before a gateway. The gateway closes with the test. */
export async function startLiveRoom(messages: number, dialect: 'R7' | 'R8' = 'R8'): Promise<LiveRoom> {
  const random = randomFrom(42);
  const { world, room, writeMessage } = createLiveWorld(random);
  const gateway = await startTestGateway({ demo: { world, dialect } });
  const roomId = room._id;
  const startedAt = Date.now();
  for (let left = messages; left > 0; left -= 1) {
    const at = new Date(startedAt - left * 60_000).toISOString();
    world.post({ roomId, userId: landmarks.users.busy, text: `message ${left}`, at });
  }
  const query = `query ($id: ID!, $after: String) {
    directMessage(id: $id) { messages(first: 100, after: $after) { nodes { id text } pageInfo { hasNextPage endCursor } } }
  }`;
  return {
    gateway,
    url: `${gateway.url}/graphql`,
    roomId,
    session: sessionOf(gateway),
    write(most) {
      for (let left = random(most) + 1; left > 0; left -= 1) writeMessage();
    },
    async listed() {
      const rows: string[] = [];
      for (let after: string | null = null, hasNextPage = true; hasNextPage;) {
        const { data } = await gateway.ask(query, { variables: { id: roomId, after } });
        const { messages: page } = (data as { directMessage: { messages: MessagePage } }).directMessage;
        rows.push(...page.nodes.map(written));
        after = page.pageInfo.endCursor;
        hasNextPage = page.pageInfo.hasNextPage;
      }
      return rows;
    },
  };
}

interface MessagePage {
  readonly nodes: readonly { readonly id: string; readonly text: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** A list of the loaded messages that a client keeps. */
export interface KeptList {
  readonly rows: readonly { readonly id: string; readonly text: string }[];
  readonly hasOlder: boolean;
  loadOlder(): Promise<void>;
  sync(): Promise<void>;
}

/** Makes the next request for changes one without a cursor, as if the workspace could not tell what changed. */
function forgetCursorOnce(): void {
  const { fetch } = globalThis;
  globalThis.fetch = (url, init) => {
    const body = typeof init?.body === 'string' ? init.body : '';
    if (!/"since":"/.test(body)) return fetch(url, init);
    globalThis.fetch = fetch;
    return fetch(url, { ...init, body: body.replace(/"since":"[^"]*"/, '"since":null') });
  };
}

/**
 * Writes in the room, loads older pages, lets the client start again, and expects the list to be the room's at every step:
 * all of it, or its latest messages without a gap.
 */
export async function expectKept(room: LiveRoom, list: KeptList): Promise<void> {
  const check = async (step: string) => {
    await list.sync();
    const all = await room.listed();
    const expected = list.hasOlder ? all.slice(0, list.rows.length) : all;
    expect(list.rows.map(written), step).toEqual(expected);
    expect(list.rows.length).toBeGreaterThan(20);
  };
  await check('at first');
  const { world } = room.gateway.demo;
  const { length } = list.rows;
  for (let round = 0; round < 20; round += 1) {
    room.write(12);
    if (round === 4 || round === 12 || round === 14) await list.loadOlder();
    if (round === 8) forgetCursorOnce();
    await check(`round ${round}`);
    if (round === 8) expect(list.rows).toHaveLength(length);
    if (round === 10) {
      const { _id, ts } = world.message(list.rows.at(-1)?.id ?? expect.unreachable());
      world.remove(_id);
      await check('without the oldest of the loaded messages');
      const at = new Date(Date.parse(ts) + 1).toISOString();
      const _updatedAt = new Date().toISOString();
      world.post({ roomId: room.roomId, userId: landmarks.users.busy, text: 'imported', at, _updatedAt });
      await check('with another in its place, imported since');
      expect(list.rows.at(-1)?.text).toBe('imported');
    }
    if (round < 12) expect(list.hasOlder).toBe(true);
  }
  while (list.hasOlder) await list.loadOlder();
  await check('with all pages');
}
