import { expect } from 'vitest';
import { createEmptyWorld, landmarks } from '../../src/demo/seed.ts';
import type { DemoOptions } from '../../src/demo/server.ts';
import type { World } from '../../src/demo/world.ts';
import { settingsOfAll, startTestGateway, type TestGateway } from '../support/gateway.ts';

const { busyRoomId, users } = landmarks;

interface Told {
  readonly changed: readonly { readonly id: string; readonly text?: string }[];
  readonly removedIds: readonly string[];
  readonly cursor: string;
  readonly hasMore?: boolean;
  readonly mustReload: boolean;
}

const toldOf = (data: unknown): Told => Object.values(Object.values(data as object)[0] as object)[0] as Told;

export async function askRoom(gateway: TestGateway, since: string | null, { id = busyRoomId, first = 50 } = {}) {
  const { data, errors, calls, codes } = await gateway.askCounting(
    `query ($id: ID!, $since: String, $first: Int) {
      directMessage(id: $id) { changes(since: $since, first: $first) { changed { id text } removedIds cursor hasMore mustReload } }
    }`,
    { variables: { id, since, first } },
  );
  const told = errors === undefined ? toldOf(data) : undefined;
  return { told, calls: calls.map(nameOf).filter((name) => name !== settingsOfAll), codes };
}

export async function askInbox(gateway: TestGateway, since: string | null, fields = 'id') {
  const { data, errors, calls } = await gateway.askCounting(
    `query ($since: String) { viewer { changes(since: $since) { changed { ${fields} } removedIds cursor mustReload } } }`,
    { variables: { since } },
  );
  expect(errors).toBeUndefined();
  return { told: toldOf(data), calls: calls.map(nameOf) };
}

const nameOf = (line: string): string => line.split('?')[0] ?? '';

export async function open(demo: DemoOptions = {}, env: Record<string, string> = {}) {
  const gateway = await startTestGateway({ demo, env });
  const { world } = gateway.demo;
  const say = (text: string, roomId = busyRoomId) => world.post({ roomId, userId: users.busy, text })._id;
  return { gateway, world, say };
}

/** The cursor of an inbox that has been told what was new when it began. */
export async function settledInbox(gateway: TestGateway): Promise<string> {
  const { told } = await askInbox(gateway, cursorOf(await askInbox(gateway, null)));
  return told.cursor;
}

/** The cursor of an answer, which must have one. */
export const cursorOf = ({ told }: { readonly told: Told | undefined }): string => told?.cursor ?? expect.unreachable();

/** The same rooms in each world. */
export function openWorld(texts: readonly string[]): World {
  const world = createEmptyWorld();
  world.createRoom({ id: busyRoomId, userIds: [users.member, users.busy] });
  for (const text of texts) world.post({ roomId: busyRoomId, userId: users.busy, text, id: `message ${text}` });
  return world;
}

/** What `Date` says from now on. */
export function setDate({ demo }: TestGateway, at: number): void {
  demo.heal();
  demo.fail('*', { headers: { date: new Date(at).toUTCString() } });
}
