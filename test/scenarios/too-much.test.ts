import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { type TestGateway, startTestGateway } from '../support/gateway.ts';

/**
 * The demo workspace filters its responses, as Rocket.Chat mostly does. Here it does not: responses contain what belongs
 * to other users or rooms, and the gateway must leave it out.
 */
const { busyRoomId, groupRoomId, users, messages, strangerUsername } = landmarks;

type Row = Record<string, unknown>;

/** Changes every message of every answer, wherever it stands. */
function changeMessages({ demo }: TestGateway, endpoint: string, change: (message: Row) => Row): void {
  const changed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== 'object' || value === null) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, changed(part)]));
    return 'rid' in copy && 'msg' in copy ? change(copy) : copy;
  };
  demo.fail(endpoint, { transform: changed });
}

/** Where a client meets messages, and which endpoint they come from there. */
const places: [endpoint: string, query: string][] = [
  ['chat.getMessage', `{ message(id: "${messages.plain}") { isStarred } }`],
  ['dm.messages', `{ directMessage(id: "${busyRoomId}") { messages(first: 2) { nodes { isStarred } } } }`],
  ['dm.history', `{ directMessage(id: "${busyRoomId}") { history(first: 2) { nodes { isStarred } } } }`],
  ['rooms.info', `{ directMessage(id: "${busyRoomId}") { lastMessage { isStarred } } }`],
  ['im.list', '{ viewer { directMessages(first: 2) { nodes { lastMessage { isStarred } } } } }'],
];

/** Every value of that field in an answer. */
const valuesOf = (data: unknown, name: string): unknown[] =>
  typeof data !== 'object' || data === null
    ? []
    : Object.entries(data).flatMap(([key, value]) => (key === name ? [value] : valuesOf(value, name)));

describe('Other users’ stars in upstream responses', () => {
  it.each(places)('isStarred ignores other users’ stars: %s', async (endpoint, query) => {
    const gateway = await startTestGateway();
    const starredOf = async (...ids: readonly string[]) => {
      gateway.demo.heal();
      changeMessages(gateway, endpoint, (message) => ({ ...message, starred: ids.map((_id) => ({ _id })) }));
      const { data, errors } = await gateway.ask(query);
      expect(errors).toBeUndefined();
      const values = valuesOf(data, 'isStarred');
      expect(values.length).toBeGreaterThan(0);
      return [...new Set(values)];
    };
    expect(await starredOf(users.busy)).toEqual([false]);
    expect(await starredOf(users.busy, users.member)).toEqual([true]);
    expect(await starredOf()).toEqual([false]);
  });
});

describe('A last message that belongs to another room', () => {
  const fields = 'id lastMessage { id roomId text }';
  it.each([
    ['rooms.info', `{ directMessage(id: "${busyRoomId}") { ${fields} } }`],
    [
      'rooms.get',
      `{ ${[busyRoomId, groupRoomId, landmarks.hundredRoomId].map((id, index) => `r${index}: directMessage(id: "${id}") { ${fields} }`).join(' ')} }`,
    ],
    ['im.list', `{ viewer { directMessages(first: 3) { nodes { ${fields} } } } }`],
  ])('a last message of another room is not returned, although the record holds it: %s', async (endpoint, query) => {
    const gateway = await startTestGateway();
    const lastMessages = async () => {
      const { data, errors } = await gateway.ask(query);
      expect(errors).toBeUndefined();
      return valuesOf(data, 'lastMessage');
    };
    const before = await lastMessages();
    expect(before.filter((message) => message === null)).toEqual([]);
    changeMessages(gateway, endpoint, (message) => ({ ...message, rid: landmarks.foreignRoomId }));
    expect(await lastMessages()).toEqual(before.map(() => null));
  });
});

describe('A channel with a user’s name', () => {
  const query = `{ directMessageWith(username: "${strangerUsername}") { id } }`;

  it('directMessageWith does not return a channel with the user’s name', async () => {
    const gateway = await startTestGateway();
    const { world } = gateway.demo;
    world.createRoom({ t: 'c', name: strangerUsername, userIds: [users.member, users.busy] });
    expect(await gateway.ask(query)).toMatchObject({ data: { directMessageWith: null }, errors: undefined });
    const room = world.createRoom({ userIds: [users.member, users.stranger] });
    expect(await gateway.ask(query)).toMatchObject({
      data: { directMessageWith: { id: room._id } },
      errors: undefined,
    });
  });

  it('viewer.unreadCount ignores channels and counts that are no numbers', async () => {
    const gateway = await startTestGateway();
    const { world } = gateway.demo;
    const unreadCount = async () => (await gateway.ask('{ viewer { unreadCount } }')).data?.['viewer'];
    const before = await unreadCount();
    const rooms = ['c', 'p', 'l'].map((t) =>
      world.createRoom({ t, name: `room-${t}`, userIds: [users.member, users.busy] }),
    );
    for (const { _id } of rooms) Object.assign(world.subscription(_id, users.member) ?? {}, { unread: 1000 });
    Object.assign(
      world.subscription(world.createRoom({ userIds: [users.member, users.stranger] })._id, users.member) ?? {},
      { unread: '1000' },
    );
    expect(await unreadCount()).toEqual(before);
  });
});
