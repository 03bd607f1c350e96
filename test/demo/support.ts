import { onTestFinished } from 'vitest';
import { startDemo, type DemoOptions, type DemoWorkspace } from '../../src/demo/server.ts';
import { createEmptyWorld } from '../../src/demo/seed.ts';
import type { Account, Room } from '../../src/demo/types.ts';
import type { World } from '../../src/demo/world.ts';

export interface Reply {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface OpenDemo extends DemoWorkspace {
  /** GETs a path below `/api/v1/`, as the member unless told; `null` sends no credentials. */
  get: (path: string, account?: Account | null, headers?: Record<string, string>) => Promise<Reply>;
}

/** A workspace that closes itself after the test. Its world has accounts only, unless another is given. */
export async function openDemo(options: DemoOptions = {}): Promise<OpenDemo> {
  const demo = await startDemo({ world: createEmptyWorld(), ...options });
  onTestFinished(() => demo.close());
  return {
    ...demo,
    async get(path, account = demo.world.member, headers = {}) {
      const credentials = account && { 'X-Auth-Token': account.token, 'X-User-Id': account.id };
      const response = await fetch(`${demo.url}/api/v1/${path}`, { headers: { ...credentials, ...headers } });
      return { status: response.status, headers: response.headers, body: (await response.json()) as Reply['body'] };
    },
  };
}

/** The nth colleague of the member: neither the member, nor the admin, nor the bot. */
export function colleague(world: World, index = 0): Account {
  const { member, admin, bot } = world;
  const found = world.accounts.filter((account) => ![member, admin, bot].includes(account) && account.active)[index];
  if (!found) throw new Error('No such colleague.');
  return found;
}

/** A one-to-one room of the member with a colleague, and `count` messages a minute apart, the first at 9:00. */
export function roomOf(world: World, count = 0): Room {
  const room = world.createRoom({ userIds: [world.member.id, colleague(world).id], at: '2026-03-02T08:00:00.000Z' });
  for (let index = 0; index < count; index += 1) {
    const at = new Date(Date.parse('2026-03-02T09:00:00.000Z') + index * 60_000).toISOString();
    const userId = index % 2 === 0 ? world.member.id : colleague(world).id;
    world.post({ roomId: room._id, userId, text: `line ${index}`, at });
  }
  return room;
}

/** Texts of the messages in a body, in their order. */
export const texts = (body: Reply['body']): unknown[] =>
  (body['messages'] as { msg?: string }[]).map((message) => message.msg);

export const encode = (value: unknown): string => encodeURIComponent(JSON.stringify(value));
