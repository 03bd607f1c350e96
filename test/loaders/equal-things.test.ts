import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

/** Equal selections in a request are read once; selections that differ in anything are read separately. */
const { busyRoomId, groupRoomId, shapesRoomId, users, messages } = landmarks;
const since = '2026-09-15T00:00:00.000Z';
const until = '2026-10-20T00:00:00.000Z';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
});
beforeEach(() => gateway.demo.heal());
afterAll(() => gateway.close());

/** Queries two fields of the same parent together, and each of them alone. */
async function askBoth(parent: (fields: string) => string, one: string, other: string, as = gateway.demo.world.member) {
  const ask = (fields: string) => gateway.askCounting(parent(fields), { as });
  const both = await ask(`a: ${one} b: ${other}`);
  const alone = [await ask(`a: ${one}`), await ask(`b: ${other}`)];
  const errors = [both, ...alone].flatMap((each) => each.errors ?? []);
  return { both, alone, errors };
}

const inRoom = (fields: string): string => `{ directMessage(id: "${busyRoomId}") { ${fields} } }`;
const ofCaller = (fields: string): string => `{ viewer { ${fields} } }`;
const atRoot = (fields: string): string => `{ ${fields} }`;
const page = (name: string, args: string): string => `${name}(${args}) { nodes { id } pageInfo { hasNextPage } }`;
const range = (conditions: string): string => `first: 4 range: { ${conditions} }`;

describe('Two pages of one request', () => {
  it.each<[what: string, parent: (fields: string) => string, one: string, other: string]>([
    ['in their size', inRoom, page('messages', 'first: 2'), page('messages', 'first: 3')],
    [
      'in their order',
      inRoom,
      page('messages', 'first: 2'),
      page('messages', 'first: 2 orderBy: { field: UPDATED_AT, direction: DESC }'),
    ],
    ['in their direction', inRoom, page('messages', 'first: 2'), page('messages', 'last: 2')],
    [
      'in what is pinned',
      inRoom,
      page('messages', 'first: 2'),
      page('messages', 'first: 2 filterBy: { pinnedOnly: true }'),
    ],
    [
      'in what is mentioned',
      inRoom,
      page('messages', `first: 2 filterBy: { mentioning: ["${users.member}"] }`),
      page('messages', `first: 2 filterBy: { mentioning: ["${users.busy}"] }`),
    ],
    [
      'in what is starred',
      inRoom,
      page('messages', `first: 2 filterBy: { starredBy: ["${users.member}"] }`),
      page('messages', `first: 2 filterBy: { starredBy: ["${users.busy}"] }`),
    ],
    [
      'in whether it is starred or mentioned',
      inRoom,
      page('messages', `first: 2 filterBy: { starredBy: ["${users.member}"] }`),
      page('messages', `first: 2 filterBy: { mentioning: ["${users.member}"] }`),
    ],
    ['in the size of a history', inRoom, page('history', 'first: 2'), page('history', 'first: 3')],
    [
      'in the beginning of a range',
      inRoom,
      page('history', range(`since: "${since}"`)),
      page('history', range('since: "2026-10-30T00:00:00.000Z"')),
    ],
    [
      'in the end of a range',
      inRoom,
      page('history', range(`until: "${until}"`)),
      page('history', range('until: "2026-10-01T00:00:00.000Z"')),
    ],
    [
      'in whether the range holds its ends',
      inRoom,
      page('history', range(`since: "${since}" until: "${until}"`)),
      page('history', range(`since: "${since}" until: "${until}" inclusive: true`)),
    ],
    [
      'in replies in threads',
      inRoom,
      page('history', 'first: 40'),
      page('history', 'first: 40 includeThreadReplies: true'),
    ],
    [
      'in the size of a list of rooms',
      ofCaller,
      page('directMessages', 'first: 2'),
      page('directMessages', 'first: 3'),
    ],
    [
      'in the order of rooms',
      ofCaller,
      page('directMessages', 'first: 2'),
      page('directMessages', 'first: 2 orderBy: { field: CREATED_AT, direction: DESC }'),
    ],
  ])('are both read when they differ %s', async (_what, parent, one, other) => {
    const { both, alone, errors } = await askBoth(parent, one, other);
    expect(errors).toEqual([]);
    expect(both.calls.toSorted()).toEqual(alone.flatMap(({ calls }) => calls).toSorted());
    const valueOf = (data: unknown, name: string): unknown => {
      const [below] = Object.values(data as Record<string, unknown>);
      return (below as Record<string, unknown>)[name];
    };
    expect(['a', 'b'].map((name) => valueOf(both.data, name))).toEqual(
      alone.map(({ data }, index) => valueOf(data, ['a', 'b'][index] ?? '')),
    );
  });

  it('are both read when they differ in their cursor', async () => {
    for (const connection of ['messages', 'history']) {
      const cursorOf = async () => {
        const { data } = await gateway.ask(inRoom(`c: ${connection}(first: 2) { pageInfo { endCursor } }`));
        return (data as unknown as { directMessage: { c: { pageInfo: { endCursor: string } } } }).directMessage.c
          .pageInfo.endCursor;
      };
      const next = page(connection, `first: 2 after: "${await cursorOf()}"`);
      const { both, alone, errors } = await askBoth(inRoom, page(connection, 'first: 2'), next);
      expect(errors).toEqual([]);
      expect(both.calls.toSorted()).toEqual(alone.flatMap(({ calls }) => calls).toSorted());
      expect(Object.values(both.data?.['directMessage'] as object)).toEqual(
        alone.flatMap(({ data }) => Object.values(data?.['directMessage'] as object)),
      );
    }
  });

  it('are both read when only one counts messages that are not loaded', async () => {
    const [one, other] = ['nodes { id }', 'notLoadedCount'].map(
      (fields) => `history(${range(`since: "${since}"`)}) { ${fields} }`,
    );
    const { both, errors } = await askBoth(inRoom, one ?? '', other ?? '');
    expect(errors).toEqual([]);
    expect(both.calls.map((call) => call.includes('unreads=true'))).toEqual([false, true]);
    expect(both.data).toMatchObject({
      directMessage: { a: { nodes: [{}, {}, {}, {}] }, b: { notLoadedCount: expect.any(Number) as number } },
    });
  });
});

describe('Two counters of one request', () => {
  it('are both read for different users', async () => {
    const [own, other] = [
      'counters { unreadCount memberCount }',
      `counters(userId: "${users.busy}") { unreadCount memberCount }`,
    ];
    const { admin } = gateway.demo.world;
    const room = (fields: string) => `{ directMessage(id: "${landmarks.adminRoomId}") { ${fields} } }`;
    const { both, alone } = await askBoth(room, own, other.replace(users.busy, users.member), admin);
    expect(both.calls).toHaveLength(2);
    expect(both.data).toEqual({
      directMessage: {
        ...(alone[0]?.data?.['directMessage'] as object),
        ...(alone[1]?.data?.['directMessage'] as object),
      },
    });
  });

  it('are each complete when only one has the number of members', async () => {
    const ids = [busyRoomId, groupRoomId, shapesRoomId];
    const rooms = (fields: string) =>
      `{ ${ids.map((id, index) => `r${index}: directMessage(id: "${id}") { ${fields} }`).join(' ')} }`;
    const { data, errors, calls } = await gateway.askCounting(
      rooms('a: counters { unreadCount } b: counters { unreadCount memberCount }'),
    );
    expect(errors).toBeUndefined();
    expect(calls.filter((call) => call.startsWith('im.counters'))).toHaveLength(3);
    for (const { a, b } of Object.values(data as Record<string, { a: object; b: { memberCount: number } }>)) {
      expect(b.memberCount).toBeGreaterThan(0);
      expect(b).toEqual({ ...a, memberCount: b.memberCount });
    }
  });
});

describe('Equal selections in one request', () => {
  it.each<[what: string, parent: (fields: string) => string, field: string, calls: number]>([
    [
      'a page of messages',
      inRoom,
      page('messages', `first: 2 filterBy: { mentioning: ["${users.busy}", "${users.member}"] }`),
      1,
    ],
    ['a page of history', inRoom, page('history', range(`since: "${since}"`)), 1],
    ['members', inRoom, 'members { nodes { id } }', 1],
    ['own counters', inRoom, 'counters { memberCount }', 1],
    ['a page of rooms', ofCaller, page('directMessages', 'first: 2'), 1],
    ['the caller’s record', ofCaller, 'user { name }', 1],
    ['what is unread', ofCaller, 'unreadCount', 1],
    ['a message', atRoot, `message(id: "${messages.plain}") { text }`, 1],
    ['a user', atRoot, `user(id: "${users.busy}") { name }`, 1],
    ['receipts', atRoot, `readReceipts(messageId: "${messages.plain}") { totalCount isAvailable }`, 1],
    ['a room’s record', atRoot, `directMessage(id: "${busyRoomId}") { topic }`, 1],
  ])('are read once: %s', async (_what, parent, field, calls) => {
    const { both, errors } = await askBoth(parent, field, field);
    expect(errors).toEqual([]);
    expect(both.calls).toHaveLength(calls);
  });

  it('are equal whatever the order and repetition of ids in a filter', async () => {
    const [one, other] = [
      [users.busy, users.member],
      [users.member, users.busy, users.member],
    ].map((ids) => page('messages', `first: 2 filterBy: { mentioning: ${JSON.stringify(ids)} }`));
    const { both, errors } = await askBoth(inRoom, one ?? '', other ?? '');
    expect(errors).toEqual([]);
    expect(both.calls).toHaveLength(1);
    expect(new URLSearchParams(both.calls[0]?.split('?')[1]).get('mentionIds')?.split(',')).toEqual(
      [users.busy, users.member].toSorted(),
    );
  });
});
