import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

/** Many rooms in one query are read in bulk, one room in a query singly: the data must be the same. */

const { messages: _messages, users, strangerUsername: _stranger, ...rooms } = landmarks;
const roomIds = [
  ...Object.values(rooms).filter((value): value is string => typeof value === 'string'),
  'nothing',
  users.stranger,
];
const recordFields = [
  'kind',
  'usernames',
  'userIds',
  'memberCount',
  'messageCount',
  'createdAt',
  'updatedAt',
  'lastMessageAt',
  'topic',
  'description',
  'announcement',
  'isReadOnly',
  'isDefault',
  'isEncrypted',
  'showsSystemMessages',
  'hiddenSystemTypes',
  'typeCode',
  'legacyUsernames',
  'lastMessage { id text isStarred author { name } }',
];
const counterFields = ['joined', 'messageCount', 'unreadCount', 'unreadSince', 'latestAt', 'userMentionCount'];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => gateway.close());

describe('Bulk and single reads', () => {
  it('rooms read in bulk equal rooms read singly, also foreign and missing ones', async () => {
    const asked = fc.record({
      ids: fc.uniqueArray(fc.constantFrom(...roomIds), { minLength: 1, maxLength: 8 }),
      fields: fc.subarray(recordFields),
      counters: fc.subarray(counterFields),
    });
    const property = fc.asyncProperty(asked, async ({ ids, fields, counters }) => {
      const selection = `id ${fields.join(' ')} ${counters.length > 0 ? `counters { ${counters.join(' ')} }` : ''}`;
      const together = await gateway.ask(
        `{ ${ids.map((id, index) => `r${index}: directMessage(id: "${id}") { ${selection} }`).join(' ')} }`,
      );
      for (const [index, id] of ids.entries()) {
        const alone = await gateway.ask(`{ r${index}: directMessage(id: "${id}") { ${selection} } }`);
        expect(together.data?.[`r${index}`]).toEqual(alone.data?.[`r${index}`]);
        const errorsOf = ({ errors }: typeof alone) =>
          (errors ?? [])
            .filter(({ path }) => path?.[0] === `r${index}`)
            .map(({ path, extensions }) => `${path?.join('.')} ${String(extensions['code'])}`)
            .toSorted();
        expect(errorsOf(together)).toEqual(errorsOf(alone));
      }
    });
    await fc.assert(property, {
      numRuns: Number(process.env['PROPERTY_RUNS'] ?? 150),
      seed: Number(process.env['PROPERTY_SEED'] ?? 5),
    });
  }, 120_000);

  it('counters read in bulk equal counters read singly', async () => {
    const selection = `counters { ${counterFields.join(' ')} }`;
    const { data } = await gateway.ask(`{ viewer { directMessages(first: 100) { nodes { id ${selection} } } } }`);
    const { nodes } = (data as { viewer: { directMessages: { nodes: { id: string; counters: unknown }[] } } }).viewer
      .directMessages;
    expect(nodes.length).toBeGreaterThan(30);
    for (const { id, counters } of nodes) {
      expect((await gateway.ask(`{ directMessage(id: "${id}") { ${selection} } }`)).data).toEqual({
        directMessage: { counters },
      });
    }
  });

  it('L5: bulk and single reads agree when the record lacks fields or its messages were deleted', async () => {
    const { world } = gateway.demo;
    const changes: Record<string, unknown>[] = [
      { default: undefined },
      { msgs: 0 }, // all of its messages were deleted, and the time of the last one stays
      { msgs: undefined },
      { lm: undefined },
      { lm: undefined, lastMessage: undefined, msgs: 0 },
      { default: true },
    ];
    const before = new Map(
      Object.values(rooms).flatMap((id) => (typeof id === 'string' ? [[id, { ...world.rooms.get(id) }] as const] : [])),
    );
    const own = [...before.keys()].filter((id) => world.subscription(id, world.member.id)?.t === 'd');
    const changed = own.slice(0, changes.length);
    for (const [index, id] of changed.entries()) {
      Object.assign(world.room(id), changes[index]);
      Object.assign(world.subscription(id, world.member.id) ?? {}, { ls: '2026-03-02T10:00:00.000Z' });
    }
    const selection = `isDefault lastMessageAt messageCount counters { ${counterFields.join(' ')} }`;
    const together = await gateway.ask(
      `{ ${changed.map((id, index) => `r${index}: directMessage(id: "${id}") { ${selection} }`).join(' ')} }`,
    );
    expect([changed.length, together.errors]).toEqual([6, undefined]);
    for (const [index, id] of changed.entries()) {
      const alone = await gateway.ask(`{ r${index}: directMessage(id: "${id}") { ${selection} } }`);
      expect(together.data?.[`r${index}`], id).toEqual(alone.data?.[`r${index}`]);
    }
    const of = (name: string) =>
      together.data?.[name] as { isDefault: boolean; counters: { unreadSince: string | null } };
    expect(['r0', 'r5'].map((name) => of(name).isDefault)).toEqual([false, true]);
    expect(['r0', 'r1', 'r2', 'r3', 'r4'].map((name) => of(name).counters.unreadSince !== null)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
    for (const [id, room] of before) Object.assign(world.room(id), room);
  });

  it('L5: a record that lacks a field in the bulk list has its default', async () => {
    gateway.demo.fail('rooms.get', {
      times: 1,
      transform: (body) => {
        const { update, ...rest } = body as { update: Record<string, unknown>[] };
        return { ...rest, update: update.map(({ default: _default, ...room }) => room) };
      },
    });
    const own = [landmarks.busyRoomId, landmarks.groupRoomId, landmarks.selfRoomId];
    const { data, errors } = await gateway.ask(
      `{ ${own.map((id, index) => `r${index}: directMessage(id: "${id}") { isDefault }`).join(' ')} }`,
    );
    expect([data, errors]).toEqual([
      { r0: { isDefault: false }, r1: { isDefault: false }, r2: { isDefault: false } },
      undefined,
    ]);
  });
});
