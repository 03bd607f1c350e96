import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { createPublishedSdl } from '../../../src/schema/executable.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

const { users, messages, busyRoomId, groupRoomId, hundredRoomId, foreignRoomId } = landmarks;
const room = (id: unknown) => ({ __typename: 'DirectMessage', id });
const message = (id: unknown) => ({ __typename: 'Message', id });
const user = (id: unknown) => ({ __typename: 'User', id });

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
beforeEach(() => gateway.demo.heal());
afterAll(() => gateway.close());

const find = (representations: readonly unknown[], fields: string, headers: Record<string, string> = {}) =>
  gateway.askCounting(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${fields} } }`,
    {
      variables: { representations },
      headers: { 'x-upstream-report': '1', ...headers },
    },
  );

describe('_service', () => {
  it('_service returns the published schema without credentials and without an upstream call', async () => {
    const { data, status, calls } = await gateway.askCounting('{ _service { sdl } }', { as: null });
    expect(status).toBe(200);
    expect(data?.['_service']).toEqual({ sdl: createPublishedSdl() });
    expect(calls).toEqual([]);
  });

  it('_service returns the SDL of the published schema file', () => {
    expect(readFileSync(new URL('../../../schema/published/subgraph.graphql', import.meta.url), 'utf8')).toBe(
      createPublishedSdl(),
    );
  });

  it('allowing _service without credentials allows nothing else', async () => {
    const { status, errors } = await gateway.ask('{ _service { sdl } viewer { userId } }', { as: null });
    expect(status).toBe(401);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('_entities', () => {
  it('_entities requires credentials', async () => {
    const { status, errors } = await gateway.ask(
      `{ _entities(representations: [{ __typename: "User", id: "${users.busy}" }]) { __typename } }`,
      {
        as: null,
      },
    );
    expect(status).toBe(401);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('_entities returns all three types in the order of the references', async () => {
    const { data, errors, calls } = await find(
      [user(users.busy), room(busyRoomId), message(messages.plain)],
      '... on User { username } ... on DirectMessage { id messageCount } ... on Message { id text }',
    );
    expect(errors).toBeUndefined();
    expect(data?.['_entities']).toEqual([
      { __typename: 'User', username: 'jonas.weber' },
      { __typename: 'DirectMessage', id: busyRoomId, messageCount: gateway.demo.world.room(busyRoomId).msgs },
      { __typename: 'Message', id: messages.plain, text: gateway.demo.world.message(messages.plain).msg },
    ]);
    expect(calls.toSorted()).toEqual([
      `chat.getMessage?msgId=${messages.plain}`,
      `rooms.info?roomId=${landmarks.shapesRoomId}`, // whether the message is of a direct one
      `rooms.info?roomId=${busyRoomId}`,
      `users.info?userId=${users.busy}`,
    ]);
  });

  it('room ids by reference cost no call', async () => {
    const { data, calls } = await find([room(busyRoomId)], '... on DirectMessage { id }');
    expect(data?.['_entities']).toEqual([{ __typename: 'DirectMessage', id: busyRoomId }]);
    expect(calls).toEqual([]);
  });

  it('one call reads the records of a hundred referenced rooms, as for other rooms', async () => {
    const ids = [...gateway.demo.world.rooms.values()]
      .filter(({ uids }) => uids?.includes(users.member))
      .map(({ _id }) => _id);
    const hundred = Array.from({ length: 100 }, (_, index) => room(ids[index % ids.length]));
    const { data, errors, calls, extensions } = await find(
      hundred,
      '... on DirectMessage { id usernames topic createdAt }',
    );
    expect(errors).toBeUndefined();
    expect(data?.['_entities']).toMatchObject(hundred.map(({ id }) => ({ id })));
    expect(calls).toEqual(['rooms.get']);
    expect(extensions?.['upstream']).toMatchObject({ calls: 1, plannedCalls: 1 });
  });

  it('a hundred referenced rooms make the calls of a hundred listed rooms, without the list', async () => {
    const own = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '200' } });
    const { world } = own.demo;
    for (let index = 0; index < 100; index += 1)
      world.createRoom({ id: `hundred-rooms-${index}`, userIds: [users.member, users.busy, users.shapes] });
    const below = 'topic counters { unreadCount } messages(first: 1) { totalCount }';
    const listed = await own.askCounting(`{ viewer { directMessages(first: 100) { nodes { id ${below} } } } }`);
    const { nodes } = (listed.data as { viewer: { directMessages: { nodes: { id: string }[] } } }).viewer
      .directMessages;
    expect(nodes).toHaveLength(100);
    const representations = nodes.map(({ id }) => room(id));
    const found = await own.askCounting(
      `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on DirectMessage { id ${below} } } }`,
      { variables: { representations } },
    );
    expect([listed.errors, found.errors]).toEqual([undefined, undefined]);
    expect(found.data?.['_entities']).toEqual(nodes);
    const withoutList = listed.calls.filter((call) => !call.startsWith('im.list'));
    expect(found.calls.toSorted()).toEqual([...withoutList, 'rooms.get'].toSorted());
    expect(found.calls.filter((call) => !call.startsWith('dm.messages')).toSorted()).toEqual([
      'rooms.get',
      'subscriptions.get',
    ]);
    await own.close();
  });

  it('a message or user referenced many times is loaded once', async () => {
    const { data, calls } = await find(
      [message(messages.plain), user(users.busy), message(messages.plain), user(users.busy)],
      '... on Message { text } ... on User { name }',
    );
    expect(data?.['_entities']).toHaveLength(4);
    expect(calls).toHaveLength(2);
  });

  it('a rejected reference is null with its own error, and the others are intact', async () => {
    const { data, errors } = await find(
      [
        room(busyRoomId),
        room(foreignRoomId),
        room('@jonas.weber'),
        room(users.member),
        message('bad,id'),
        message(messages.plain),
        { __typename: 'Message' },
        user(7),
        { __typename: 'Viewer', id: users.member },
        { __typename: 'Query' },
        { __typename: '__proto__', id: 'x' },
        { id: 'x' },
        'User',
        user(users.busy),
      ],
      '... on DirectMessage { id messages(first: 1) { nodes { id } } } ... on Message { id } ... on User { id }',
    );
    const entities = data?.['_entities'] as unknown[];
    expect(entities.map((entity) => entity !== null)).toEqual([
      true,
      true,
      ...Array<boolean>(3).fill(false),
      true,
      ...Array<boolean>(7).fill(false),
      true,
    ]);
    expect(entities[0]).toMatchObject({ messages: { nodes: [{}] } });
    expect(entities[1]).toMatchObject({ id: foreignRoomId, messages: null });
    const refused = (errors ?? []).map(
      ({ path, extensions }) => `${path?.slice(0, 3).join('.') ?? ''} ${String(extensions['code'])}`,
    );
    expect(refused.toSorted()).toEqual(
      [
        '_entities.1.messages NOT_FOUND',
        ...[2, 3, 4, 6, 7, 8, 9, 10, 11, 12].map((index) => `_entities.${index} BAD_USER_INPUT`),
      ].toSorted(),
    );
  });

  it('a reference to a missing message or user is null without an error', async () => {
    const { data, errors } = await find(
      [message('nothing'), user('nobody')],
      '... on Message { id } ... on User { id }',
    );
    expect(errors).toBeUndefined();
    expect(data?.['_entities']).toEqual([null, null]);
  });

  it('each entity that the workspace refuses has its own error', async () => {
    gateway.demo.fail('users.info', { status: 503, when: ({ query }) => query['userId'] === users.shapes });
    const { data, errors } = await find([user(users.shapes), user(users.busy)], '... on User { username }');
    expect(data?.['_entities']).toEqual([null, { __typename: 'User', username: 'jonas.weber' }]);
    expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });

  it('references are resolved with each caller’s own permissions', async () => {
    const ask = (as: { id: string; token: string }) =>
      gateway.ask(
        `{ _entities(representations: [{ __typename: "DirectMessage", id: "${groupRoomId}" }]) { ... on DirectMessage { messages(first: 1) { totalCount } } } }`,
        { as },
      );
    expect((await ask(gateway.demo.world.member)).errors).toBeUndefined();
    expect((await ask({ ...gateway.demo.world.member, token: 'wrong' })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });
});

describe('The cost of _entities', () => {
  const planOf = async (representations: readonly unknown[], fields: string) => {
    const { extensions, calls } = await find(representations, fields, { 'x-upstream-plan': 'only' });
    expect(calls).toEqual([]);
    return extensions?.['upstream'] as {
      plannedCalls: number;
      byEndpoint: Record<string, number>;
      heaviest: { path: string; calls: number }[];
    };
  };

  it('_entities costs each reference plus the fields selected on its type', async () => {
    const representations = [
      room(busyRoomId),
      room(groupRoomId),
      room(hundredRoomId),
      message('m1'),
      message('m2'),
      user('u1'),
    ];
    const fields = `
      ... on DirectMessage { messages(first: 5) { nodes { readReceipts { totalCount } } } }
      ... on Message { ...Read directMessage { topic } }
      ... on User { username }
    `;
    const { byEndpoint, heaviest } = await planOf(
      representations,
      `${fields} } } fragment Read on Message { readReceipts { totalCount `,
    );
    expect(byEndpoint).toEqual({
      'chat.getMessage': 2,
      'chat.getMessageReadReceipts': 17,
      'dm.messages': 3,
      'rooms.get': 1,
      'users.info': 1,
    });
    expect(heaviest[0]).toEqual({ path: '_entities.messages.readReceipts', calls: 15 });
  });

  it('references that will be rejected and types without references cost nothing', async () => {
    expect(
      (await planOf([{ __typename: 'Viewer' }, 'x', {}], '... on Message { readReceipts { totalCount } }'))
        .plannedCalls,
    ).toBe(0);
  });

  it('duplicate references cost as much as one', async () => {
    const often = [room(busyRoomId), message('m1'), user('u1')].flatMap((reference) =>
      Array<unknown>(150).fill(reference),
    );
    const { plannedCalls, byEndpoint } = await planOf(
      often,
      '... on DirectMessage { messages { totalCount } } ... on Message { id } ... on User { id }',
    );
    expect({ plannedCalls, byEndpoint }).toEqual({
      plannedCalls: 4,
      byEndpoint: { 'chat.getMessage': 1, 'dm.messages': 1, 'rooms.info': 1, 'users.info': 1 },
    });
  });

  it.each([
    [
      'values than an answer may hold',
      '... on DirectMessage { messages(first: 100) { nodes { id text sentAt author { username } } } }',
      [room(busyRoomId)],
      126,
    ],
    ['values, of one name as of several', 'a: __typename b: __typename c: __typename d: __typename', [room('r')], 1800],
    ['references, though they cost no call', '... on DirectMessage { id }', [room('r')], 2000],
    ['references, though all will be refused', '', [{}, 0, 'x'], 1000],
  ])('_entities rejects more %s', async (_what, fields, references, count) => {
    const { status, errors, calls } = await find(Array.from({ length: count }, () => references).flat(), fields);
    expect({ status, codes: errors?.map(({ extensions }) => extensions['code']), calls }).toEqual({
      status: 400,
      codes: ['QUERY_TOO_COMPLEX'],
      calls: [],
    });
  });

  it.each([
    ['id', 1100, 200],
    ['id', 1160, 400],
    ['id topic kind usernames messageCount', 900, 200],
  ])('claim 10: _entities with %s costs %i: %i', async (fields, count, expected) => {
    const { status, errors } = await find(
      Array.from({ length: count }, () => room(busyRoomId)),
      `... on DirectMessage { ${fields} }`,
    );
    expect({ status, message: errors?.[0]?.message }).toEqual({
      status: expected,
      message:
        expected === 200
          ? undefined
          : expect.stringMatching(
              /^The response to this query can hold \d+ values; the limit is 30000\. Ask for smaller pages or fewer references, or for less in each\.$/,
            ),
    });
  });

  it('the same references under several aliases cost once per alias', async () => {
    const names = Array.from(
      { length: 50 },
      (_, index) => `a${index}: _entities(representations: $representations) { __typename }`,
    );
    const { status, errors } = await gateway.ask(`query ($representations: [_Any!]!) { ${names.join(' ')} }`, {
      variables: { representations: Array.from({ length: 60 }, () => ({})) },
    });
    expect({ status, codes: errors?.map(({ extensions }) => extensions['code']) }).toEqual({
      status: 400,
      codes: ['QUERY_TOO_COMPLEX'],
    });
  });

  it('references beyond the cost limit of a request are rejected before any call', async () => {
    const { status, errors, calls } = await find(
      Array.from({ length: 101 }, (_, index) => message(`m${index}`)),
      '... on Message { id }',
    );
    expect(status).toBe(400);
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'QUERY_TOO_COMPLEX',
          cost: { estimated: 102, heaviest: [{ path: '_entities', calls: 102 }] },
        },
      },
    ]);
    expect(calls).toEqual([]);
  });
});
