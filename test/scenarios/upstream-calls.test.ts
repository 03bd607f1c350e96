import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { type GraphqlResult, type TestGateway, startTestGateway } from '../support/gateway.ts';
import { sendRaw } from '../support/raw.ts';
import { codesOf } from '../support/scenario.ts';

const {
  shapesRoomId,
  busyRoomId,
  groupRoomId,
  selfRoomId,
  emptyRoomId,
  foreignRoomId,
  users,
  messages: shapes,
} = landmarks;
const newestFirst = 'sort={"ts":-1,"_id":-1}';
const latestFirst = 'sort={"lm":-1,"_id":-1}';
const messagesCall = (id: string, count: number) => `dm.messages?roomId=${id}&offset=0&count=${count}&${newestFirst}`;
const byIds = (ids: readonly string[], fields: string) =>
  ids.map((id, index) => `r${index}: directMessage(id: "${id}") { ${fields} }`).join(' ');

/** A gateway whose caller has listed their rooms, as clients do before they open one. */
async function openKnownRooms(): Promise<TestGateway> {
  const gateway = await startTestGateway();
  await gateway.ask('{ viewer { directMessages(first: 100) { nodes { id } } } }');
  return gateway;
}

type Asked = GraphqlResult & { calls: string[] };
const gist = (result: Asked) => ({ data: result.data, errors: codesOf(result), calls: result.calls.toSorted() });

const named = (id: string) => ({ id, __typename: 'DirectMessage' });

describe('A room', () => {
  it('a room by id costs no call, even an unknown one', async () => {
    const gateway = await startTestGateway();
    const result = await gateway.askCounting(`{ ${byIds([shapesRoomId, foreignRoomId, 'unknown'], 'id __typename')} }`);
    expect(gist(result)).toEqual({
      data: { r0: named(shapesRoomId), r1: named(foreignRoomId), r2: named('unknown') },
      errors: undefined,
      calls: [],
    });
  });

  it('a room under ten aliases with different fields is read once', async () => {
    const gateway = await startTestGateway();
    const fields = [
      'topic',
      'kind',
      'usernames',
      'messageCount',
      'createdAt',
      'lastMessage { id }',
      'isReadOnly',
      'userIds',
      'updatedAt',
      'typeCode',
    ];
    const result = await gateway.askCounting(
      `{ ${fields.map((field, index) => `r${index}: directMessage(id: "${groupRoomId}") { ${field} }`).join(' ')} }`,
    );
    expect(result.errors).toBeUndefined();
    expect(Object.keys(result.data ?? {})).toHaveLength(10);
    expect(result.data).toMatchObject({ r0: { topic: 'Release 4.2' }, r1: { kind: 'GROUP' }, r9: { typeCode: 'd' } });
    expect(result.calls).toEqual([`rooms.info?roomId=${groupRoomId}`]);
  });

  it('two rooms cost one call each, three or more one call together', async () => {
    const gateway = await startTestGateway();
    const two = await gateway.askCounting(`{ ${byIds([groupRoomId, selfRoomId], 'kind')} }`);
    expect(gist(two)).toEqual({
      data: { r0: { kind: 'GROUP' }, r1: { kind: 'SELF' } },
      errors: undefined,
      calls: [`rooms.info?roomId=${groupRoomId}`, `rooms.info?roomId=${selfRoomId}`].toSorted(),
    });
    const three = await gateway.askCounting(`{ ${byIds([groupRoomId, selfRoomId, busyRoomId], 'kind')} }`);
    expect(gist(three)).toEqual({
      data: { r0: { kind: 'GROUP' }, r1: { kind: 'SELF' }, r2: { kind: 'ONE_TO_ONE' } },
      errors: undefined,
      calls: ['rooms.get'],
    });
  });

  it('a room from a list costs no further call, nor does its last message', async () => {
    const gateway = await startTestGateway();
    const record =
      'id kind usernames userIds memberCount messageCount createdAt updatedAt lastMessageAt topic legacyUsernames';
    const result = await gateway.askCounting(
      `{ viewer { directMessages(first: 3) { nodes { ${record} lastMessage { id text author { name } directMessage { id } } } } } }`,
    );
    expect(result.errors).toBeUndefined();
    expect(result.data).toMatchObject({
      viewer: {
        directMessages: {
          nodes: [
            { id: busyRoomId, lastMessage: { directMessage: { id: busyRoomId } } },
            { id: groupRoomId },
            { id: shapesRoomId },
          ],
        },
      },
    });
    expect(result.calls).toEqual([`im.list?offset=0&count=3&${latestFirst}`]);
  });

  it('a message’s room is free by id, and one call serves all messages for more', async () => {
    const gateway = await openKnownRooms();
    const free = await gateway.askCounting(`{ message(id: "${shapes.plain}") { directMessage { id } } }`);
    expect(gist(free)).toEqual({
      data: { message: { directMessage: { id: shapesRoomId } } },
      errors: undefined,
      calls: [`chat.getMessage?msgId=${shapes.plain}`],
    });
    const more = await gateway.askCounting(
      `{ directMessage(id: "${groupRoomId}") { messages(first: 20) { nodes { directMessage { topic } } } } }`,
    );
    const nodes = Array.from({ length: 20 }, () => ({ directMessage: { topic: 'Release 4.2' } }));
    expect(gist(more)).toEqual({
      data: { directMessage: { messages: { nodes } } },
      errors: undefined,
      calls: [messagesCall(groupRoomId, 20), `rooms.info?roomId=${groupRoomId}`],
    });
  });

  it('a field of the full record takes one rooms.info call, which serves the other fields too', async () => {
    const gateway = await startTestGateway();
    const ids = [groupRoomId, selfRoomId, busyRoomId];
    const result = await gateway.askCounting(`{ ${byIds(ids, 'kind legacyUsernames')} }`);
    expect(result.errors).toBeUndefined();
    expect(result.calls.toSorted()).toEqual(ids.map((id) => `rooms.info?roomId=${id}`).toSorted());
  });
});

describe('The caller', () => {
  it('the viewer costs no call by id and one call as a user', async () => {
    const gateway = await startTestGateway();
    expect(gist(await gateway.askCounting('{ viewer { userId } }'))).toEqual({
      data: { viewer: { userId: users.member } },
      errors: undefined,
      calls: [],
    });
    const twice = await gateway.askCounting('{ a: viewer { user { name } } b: viewer { user { username } } }');
    expect(gist(twice)).toEqual({
      data: { a: { user: { name: 'Maya Lindqvist' } }, b: { user: { username: 'maya.lindqvist' } } },
      errors: undefined,
      calls: ['me'],
    });
  });

  it('the caller’s memberships are read once for all fields that need them', async () => {
    const gateway = await startTestGateway();
    const result = await gateway.askCounting(
      `{ viewer { unreadCount } directMessageWith(username: "priya.raman") { id } ${byIds([busyRoomId, groupRoomId, selfRoomId], 'topic counters { unreadCount }')} }`,
    );
    expect(gist(result)).toEqual({
      data: {
        viewer: { unreadCount: expect.toSatisfy((count) => Number.isInteger(count) && count > 5) },
        directMessageWith: { id: shapesRoomId },
        r0: { topic: null, counters: { unreadCount: 3 } },
        r1: { topic: 'Release 4.2', counters: { unreadCount: 2 } },
        r2: { topic: null, counters: { unreadCount: 0 } },
      },
      errors: undefined,
      calls: ['rooms.get', 'subscriptions.get'],
    });
  });
});

describe('Counters', () => {
  it('counters of twenty of the caller’s rooms cost one call besides the list', async () => {
    const gateway = await startTestGateway();
    const result = await gateway.askCounting(
      '{ viewer { directMessages(first: 20) { nodes { counters { joined unreadCount unreadSince messageCount latestAt userMentionCount } } } } }',
    );
    expect(result.errors).toBeUndefined();
    expect(result.data).toMatchObject({
      viewer: { directMessages: { nodes: Array.from({ length: 20 }, () => ({ counters: { joined: true } })) } },
    });
    expect(result.calls).toEqual([`im.list?offset=0&count=20&${latestFirst}`, 'subscriptions.get']);
  });

  it('counters with memberCount cost one call per room', async () => {
    const gateway = await startTestGateway();
    const { data, errors, calls } = await gateway.askCounting(
      '{ viewer { directMessages(first: 20) { nodes { id counters { memberCount } } } } }',
    );
    expect(errors).toBeUndefined();
    const { nodes } = (
      data as { viewer: { directMessages: { nodes: { id: string; counters: { memberCount: number } }[] } } }
    ).viewer.directMessages;
    expect(nodes.every(({ counters }) => counters.memberCount > 0)).toBe(true);
    expect(calls.toSorted()).toEqual(
      [`im.list?offset=0&count=20&${latestFirst}`, ...nodes.map(({ id }) => `im.counters?roomId=${id}`)].toSorted(),
    );
  });

  it('counters of another user cost an administrator one call per room', async () => {
    const gateway = await startTestGateway();
    const { admin, rooms } = gateway.demo.world;
    const ids = [foreignRoomId, landmarks.foreignGroupRoomId];
    const [first = '', second = ''] = ids.map((id) => rooms.get(id)?.uids[0]);
    const query = `{ a: directMessage(id: "${foreignRoomId}") { counters(userId: "${first}") { joined } } b: directMessage(id: "${landmarks.foreignGroupRoomId}") { counters(userId: "${second}") { joined } } }`;
    expect(gist(await gateway.askCounting(query, { as: admin }))).toEqual({
      data: { a: { counters: { joined: true } }, b: { counters: { joined: true } } },
      errors: undefined,
      calls: [
        `im.counters?roomId=${foreignRoomId}&userId=${first}`,
        `im.counters?roomId=${landmarks.foreignGroupRoomId}&userId=${second}`,
      ].toSorted(),
    });
  });

  it('L7: counters with the caller’s own userId need no permission and share a call with those that select memberCount', async () => {
    const gateway = await startTestGateway();
    const own = `counters(userId: "${users.member}") { unreadCount }`;
    const result = await gateway.askCounting(
      `{ ${byIds([busyRoomId, groupRoomId, selfRoomId], `${own} members: counters { memberCount }`)} }`,
    );
    expect(gist(result)).toEqual({
      data: {
        r0: { counters: { unreadCount: 3 }, members: { memberCount: 2 } },
        r1: { counters: { unreadCount: 2 }, members: { memberCount: 5 } },
        r2: { counters: { unreadCount: 0 }, members: { memberCount: 1 } },
      },
      errors: undefined,
      calls: [busyRoomId, groupRoomId, selfRoomId].map((id) => `im.counters?roomId=${id}`).toSorted(),
    });
  });

  it('counters of one or two rooms cost a call each', async () => {
    const gateway = await startTestGateway();
    const result = await gateway.askCounting(
      `{ ${byIds([busyRoomId, groupRoomId], 'counters { unreadCount }')} again: directMessage(id: "${busyRoomId}") { counters { joined } } }`,
    );
    expect(gist(result)).toEqual({
      data: {
        r0: { counters: { unreadCount: 3 } },
        r1: { counters: { unreadCount: 2 } },
        again: { counters: { joined: true } },
      },
      errors: undefined,
      calls: [`im.counters?roomId=${busyRoomId}`, `im.counters?roomId=${groupRoomId}`].toSorted(),
    });
  });
});

describe('Bulk calls', () => {
  const ids = [busyRoomId, groupRoomId, selfRoomId];

  it.each([
    { status: 403, code: 'FORBIDDEN' },
    { status: 404, code: 'UPSTREAM_BAD_RESPONSE' },
  ])(
    'a rejected bulk call ($status) falls back to single calls, within the request’s limit',
    async ({ status, code }) => {
      const gateway = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '4' } });
      gateway.demo.fail('rooms.get', { status, body: { success: false } });
      const records = await gateway.askCounting(`{ ${byIds(ids, 'kind')} }`);
      expect(gist(records)).toEqual({
        data: { r0: { kind: 'ONE_TO_ONE' }, r1: { kind: 'GROUP' }, r2: { kind: 'SELF' } },
        errors: undefined,
        calls: ['rooms.get', ...ids.map((id) => `rooms.info?roomId=${id}`)].toSorted(),
      });
      const other = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '4' } });
      other.demo.fail('subscriptions.get', { status, body: { success: false } });
      const counters = await other.askCounting(`{ ${byIds(ids, 'counters { unreadCount }')} }`);
      expect(gist(counters)).toEqual({
        data: { r0: { counters: { unreadCount: 3 } }, r1: { counters: { unreadCount: 2 } }, r2: { counters: null } },
        errors: [`r2.counters: ${code}`],
        calls: [
          `im.counters?roomId=${busyRoomId}`,
          `im.counters?roomId=${groupRoomId}`,
          'rooms.get',
          'subscriptions.get',
        ].toSorted(),
      });
    },
  );

  it('a bulk call fails as a whole if the workspace is down, without single calls', async () => {
    const gateway = await startTestGateway();
    for (const endpoint of ['rooms.get', 'subscriptions.get'])
      gateway.demo.fail(endpoint, { status: 500, body: { success: false } });
    expect(gist(await gateway.askCounting(`{ ${byIds(ids, 'kind')} }`))).toEqual({
      data: { r0: { kind: null }, r1: { kind: null }, r2: { kind: null } },
      errors: ['r0.kind: UPSTREAM_UNAVAILABLE', 'r1.kind: UPSTREAM_UNAVAILABLE', 'r2.kind: UPSTREAM_UNAVAILABLE'],
      calls: ['rooms.get'],
    });
    const counters = await gateway.askCounting(`{ ${byIds(ids, 'counters { unreadCount }')} }`);
    expect({ data: counters.data, errors: codesOf(counters) }).toEqual({
      data: { r0: { counters: null }, r1: { counters: null }, r2: { counters: null } },
      errors: [
        'r0.counters: UPSTREAM_UNAVAILABLE',
        'r1.counters: UPSTREAM_UNAVAILABLE',
        'r2.counters: UPSTREAM_UNAVAILABLE',
      ],
    });
    expect(counters.calls.filter((call) => call.startsWith('im.counters'))).toEqual([]);
  });

  it('a failed bulk call does not affect counters read by single calls', async () => {
    const gateway = await startTestGateway();
    gateway.demo.fail('subscriptions.get', { status: 500, body: { success: false } });
    const result = await gateway.askCounting(
      `{ ${byIds(ids, 'counters { unreadCount }')} other: directMessage(id: "${shapesRoomId}") { counters { memberCount } } }`,
    );
    expect({ data: result.data, errors: codesOf(result) }).toEqual({
      data: {
        r0: { counters: null },
        r1: { counters: null },
        r2: { counters: null },
        other: { counters: { memberCount: 2 } },
      },
      errors: [
        'r0.counters: UPSTREAM_UNAVAILABLE',
        'r1.counters: UPSTREAM_UNAVAILABLE',
        'r2.counters: UPSTREAM_UNAVAILABLE',
      ],
    });
    expect(result.calls.filter((call) => call.startsWith('im.counters'))).toEqual([
      `im.counters?roomId=${shapesRoomId}`,
    ]);
  });
});

describe('directMessageWith', () => {
  it.each([
    ['somebody else', 'priya.raman', shapesRoomId],
    ['oneself', 'maya.lindqvist', selfRoomId],
    ['somebody without a room', landmarks.strangerUsername, null],
    ['nobody of this workspace', 'no.such.user', null],
    ['a channel’s name', 'general', null],
    ['another case', 'Priya.Raman', null],
  ])('directMessageWith costs one call and creates no room: %s', async (_name, username, id) => {
    const gateway = await startTestGateway();
    const { world } = gateway.demo;
    const rooms = [...world.rooms.keys()];
    const result = await gateway.askCounting(
      `{ directMessageWith(username: "${username}") { id } again: directMessageWith(username: "${username}") { id } }`,
    );
    const answer = id === null ? null : { id };
    expect(gist(result)).toEqual({
      data: { directMessageWith: answer, again: answer },
      errors: undefined,
      calls: ['subscriptions.get'],
    });
    expect([...world.rooms.keys()]).toEqual(rooms);
  });

  it('directMessageWith never returns a group by its members’ names', async () => {
    const gateway = await startTestGateway();
    const { world } = gateway.demo;
    const rooms = world.rooms.size;
    const name = world.subscription(groupRoomId, users.member)?.name ?? '';
    expect(
      gist(
        await gateway.askCounting('query ($name: String!) { directMessageWith(username: $name) { id } }', {
          variables: { name },
        }),
      ),
    ).toEqual({
      data: undefined,
      errors: ['directMessageWith: BAD_USER_INPUT'],
      calls: [],
    });
    expect(world.rooms.size).toBe(rooms);
  });
});

describe('Pages', () => {
  it('equal pages share a call wherever they are selected', async () => {
    const gateway = await openKnownRooms();
    const page = 'messages(first: 5, filterBy: { mentioning: ["a", "b"] }) { totalCount }';
    const same =
      'messages(first: 5, filterBy: { mentioning: ["b", "a", "b"], pinnedOnly: false }, orderBy: { field: SENT_AT, direction: DESC }) { totalCount }';
    const result = await gateway.askCounting(
      `{ ${byIds([shapesRoomId, shapesRoomId], `a: ${page} b: ${same}`)} viewer { x: directMessages { totalCount } y: directMessages(first: 20) { totalCount } } }`,
    );
    expect(result.errors).toBeUndefined();
    expect(result.calls.toSorted()).toEqual(
      [`${messagesCall(shapesRoomId, 5)}&mentionIds=a,b`, `im.list?offset=0&count=20&${latestFirst}`].toSorted(),
    );
  });

  it('pages that differ in anything share no call', async () => {
    const gateway = await openKnownRooms();
    const fields =
      'a: messages(first: 5) { totalCount } b: messages(first: 6) { totalCount } c: messages(first: 5, filterBy: { pinnedOnly: true }) { totalCount } d: messages(last: 5) { totalCount } e: messages(first: 5, filterBy: { starredBy: ["x"] }) { totalCount }';
    const result = await gateway.askCounting(`{ ${byIds([shapesRoomId], fields)} }`);
    expect(result.errors).toBeUndefined();
    const call = (count: number, sort = newestFirst) =>
      `dm.messages?roomId=${shapesRoomId}&offset=0&count=${count}&${sort}`;
    expect(result.calls.toSorted()).toEqual(
      [
        call(5),
        call(6),
        `${call(5)}&pinned=true`,
        call(5, 'sort={"ts":1,"_id":1}'),
        `${call(5)}&starredIds=x`,
      ].toSorted(),
    );
  });

  it('`first: 0` costs no call, or one call of one row with totalCount', async () => {
    const gateway = await startTestGateway();
    const result = await gateway.askCounting(
      `{ ${byIds([shapesRoomId, emptyRoomId], 'messages(first: 0) { nodes { id } } history(first: 0) { nodes { id } } members(first: 0) { nodes { id } }')} viewer { directMessages(first: 0) { nodes { id } } } readReceipts(messageId: "${shapes.plain}", first: 0) { nodes { id } } }`,
    );
    const none = { nodes: [] };
    const room = { messages: none, history: none, members: none };
    expect(gist(result)).toEqual({
      data: { r0: room, r1: room, viewer: { directMessages: none }, readReceipts: none },
      errors: undefined,
      calls: [],
    });
    const total = await gateway.askCounting(
      `{ ${byIds([landmarks.hundredRoomId], 'messages(first: 0) { totalCount }')} }`,
    );
    expect(gist(total)).toEqual({
      data: { r0: { messages: { totalCount: 100 } } },
      errors: undefined,
      calls: [messagesCall(landmarks.hundredRoomId, 1)],
    });
  });

  it('pages of members come from one call', async () => {
    const gateway = await openKnownRooms();
    const result = await gateway.askCounting(
      `{ ${byIds([landmarks.largestGroupRoomId], 'a: members(first: 2) { nodes { username } } b: members(last: 1) { nodes { username } totalCount }')} }`,
    );
    expect(gist(result)).toEqual({
      data: {
        r0: {
          a: { nodes: [{ username: 'amara.okafor' }, { username: 'carla.mendes' }] },
          b: { nodes: [{ username: 'quentin.dubois' }], totalCount: 8 },
        },
      },
      errors: undefined,
      calls: [`im.members?roomId=${landmarks.largestGroupRoomId}&offset=0&count=100&sort={"username":1}`],
    });
  });
});

describe('A time range', () => {
  const history = (range: string, header = '') =>
    `query ${header} { directMessage(id: "${busyRoomId}") { history(first: 2 range: ${range}) { nodes { sentAt } pageInfo { endCursor } } } }`;
  const rangeSent = ({ calls }: Asked) =>
    calls.map((call) =>
      Object.fromEntries(
        [...new URLSearchParams(call.split('?')[1]).entries()].filter(
          ([name]) => name === 'oldest' || name === 'latest',
        ),
      ),
    );

  it.each([
    // What is sent includes its ends: the first millisecond after `since`.
    ['2026-09-01T02:30:00+02:00', '2026-09-01T00:30:00.001Z'],
    ['2026-08-31T19:00:00.5-05:30', '2026-09-01T00:30:00.501Z'],
    ['2026-09-01T00:30:00.123456789Z', '2026-09-01T00:30:00.124Z'],
    ['2026-09-01T00:30:00Z', '2026-09-01T00:30:00.001Z'],
  ])(
    'part 7: a time range reaches upstream in UTC from a literal, a variable, an input object and a default: %s',
    async (since, sent) => {
      const gateway = await startTestGateway();
      const asked = await Promise.all([
        gateway.askCounting(history(`{ since: "${since}" }`)),
        gateway.askCounting(history('{ since: $since }', '($since: DateTime)'), { variables: { since } }),
        gateway.askCounting(history('$range', '($range: TimeRange)'), { variables: { range: { since } } }),
        gateway.askCounting(history('{ since: $since }', `($since: DateTime = "${since}")`)),
      ]);
      expect(asked.map(({ errors }) => errors)).toEqual([undefined, undefined, undefined, undefined]);
      expect(rangeSent({ ...asked[0], calls: gateway.demo.callLines() }).map(({ oldest }) => oldest)).toEqual([
        sent,
        sent,
        sent,
        sent,
      ]);
    },
  );

  it('part 7: a time range is compared by instants, not by strings', async () => {
    const gateway = await startTestGateway();
    const variables = { since: '2026-10-02T00:30:00+02:00', until: '2026-10-01T23:00:00Z' };
    const right = await gateway.askCounting(
      history('{ since: $since until: $until }', '($since: DateTime $until: DateTime)'),
      { variables },
    );
    expect([right.status, right.errors, rangeSent(right)]).toEqual([
      200,
      undefined,
      [{ oldest: '2026-10-01T22:30:00.001Z', latest: '2026-10-01T22:59:59.999Z' }],
    ]);
    const swapped = await gateway.askCounting(
      history('{ since: $until until: $since }', '($since: DateTime $until: DateTime)'),
      { variables },
    );
    expect(gist(swapped)).toEqual({ data: undefined, errors: ['directMessage.history: BAD_USER_INPUT'], calls: [] });
  });

  it('part 7: a cursor continues the same time range written in another zone', async () => {
    const gateway = await startTestGateway();
    const first = await gateway.ask(history('{ since: $since }', '($since: DateTime)'), {
      variables: { since: '2020-01-01T02:00:00+02:00' },
    });
    const { endCursor } = (first.data as { directMessage: { history: { pageInfo: { endCursor: string } } } })
      .directMessage.history.pageInfo;
    const next = await gateway.ask(
      history('{ since: "2020-01-01T00:00:00Z" }').replace('first: 2', `first: 2 after: "${endCursor}"`),
    );
    expect(next.errors).toBeUndefined();
  });

  it.each(['9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+23:59'])(
    'part 7: is refused where UTC has no year of four digits for it: %s',
    async (since) => {
      const gateway = await startTestGateway();
      for (const asked of [
        await gateway.askCounting(history(`{ since: "${since}" }`)),
        await gateway.askCounting(history('{ since: $since }', '($since: DateTime)'), { variables: { since } }),
      ])
        expect({
          status: asked.status,
          codes: asked.errors?.map(({ extensions }) => extensions['code']),
          calls: asked.calls,
        }).toEqual({ status: 400, codes: ['BAD_USER_INPUT'], calls: [] });
    },
  );
});

describe('Read receipts', () => {
  it('read receipts cost one call per message, however often each is selected', async () => {
    const gateway = await openKnownRooms();
    const result = await gateway.askCounting(
      `{ a: message(id: "${shapes.plain}") { readReceipts { totalCount } } b: readReceipts(messageId: "${shapes.plain}", first: 1) { nodes { messageId } } c: readReceipts(messageId: "${shapes.plain}") { isAvailable } d: message(id: "${shapes.noReceipts}") { readReceipts { totalCount isAvailable } } }`,
    );
    expect(gist(result)).toEqual({
      data: {
        a: { readReceipts: { totalCount: 2 } },
        b: { nodes: [{ messageId: shapes.plain }] },
        c: { isAvailable: true },
        d: { readReceipts: { totalCount: 0, isAvailable: true } },
      },
      errors: undefined,
      calls: [shapes.plain, shapes.noReceipts]
        .flatMap((id) => [`chat.getMessage?msgId=${id}`, `chat.getMessageReadReceipts?messageId=${id}`])
        .toSorted(),
    });
  });

  it('read receipts below a page cost one call per message', async () => {
    const gateway = await openKnownRooms();
    const { data, errors, calls } = await gateway.askCounting(
      `{ ${byIds([shapesRoomId], 'a: messages(first: 10) { nodes { id readReceipts { totalCount } } } b: messages(first: 10) { nodes { readReceipts { isAvailable } } }')} }`,
    );
    expect(errors).toBeUndefined();
    const { nodes } = (data as { r0: { a: { nodes: { id: string }[] } } }).r0.a;
    expect(calls.toSorted()).toEqual(
      [
        messagesCall(shapesRoomId, 10),
        ...nodes.map(({ id }) => `chat.getMessageReadReceipts?messageId=${id}`),
      ].toSorted(),
    );
  });
});

describe('upstreamBudget', () => {
  const budget = '{ upstreamBudget { endpoint limit remaining resetAt } }';
  const callMe = '{ viewer { user { id } } }';

  it('upstreamBudget is empty before the first call, then lists each endpoint called, and costs no call', async () => {
    const gateway = await startTestGateway({ demo: { rateLimit: { calls: 10, ms: 60_000 } } });
    expect(gist(await gateway.askCounting(budget))).toEqual({
      data: { upstreamBudget: [] },
      errors: undefined,
      calls: [],
    });
    await gateway.ask(callMe);
    await gateway.ask(callMe);
    await gateway.ask('{ viewer { directMessages { totalCount } } }');
    const inWindow = expect.toSatisfy(
      (time: string) => Date.parse(time) > Date.now() && Date.parse(time) <= Date.now() + 60_000,
    );
    const entry = (endpoint: string, remaining: number) => ({ endpoint, limit: 10, remaining, resetAt: inWindow });
    expect(gist(await gateway.askCounting(budget))).toEqual({
      data: { upstreamBudget: [entry('im.list', 9), entry('me', 8)] },
      errors: undefined,
      calls: [],
    });
    // The window is the gateway's address's, so it is everybody's whom the workspace has accepted.
    const other = gateway.demo.world.accountOf(users.busy);
    expect(gist(await gateway.askCounting(budget, { as: other })).data).toEqual({ upstreamBudget: [] });
    await gateway.ask(callMe, { as: other });
    expect(gist(await gateway.askCounting(budget, { as: other })).data).toEqual({
      upstreamBudget: [entry('im.list', 9), entry('me', 7)],
    });
  });

  it.each(['bot', 'admin'] as const)('upstreamBudget has no entry for an exempt caller: %s', async (role) => {
    const gateway = await startTestGateway({ demo: { rateLimit: { calls: 10, ms: 60_000 } } });
    const as = gateway.demo.world[role];
    await gateway.ask(callMe);
    await gateway.ask(callMe, { as });
    expect(gist(await gateway.askCounting(budget, { as }))).toEqual({
      data: { upstreamBudget: [] },
      errors: undefined,
      calls: [],
    });
    expect((await gateway.ask(budget)).data).toMatchObject({ upstreamBudget: [{ endpoint: 'me', remaining: 9 }] });
  });

  it('upstreamBudget has no entry once the window is over', async () => {
    const gateway = await startTestGateway({ demo: { rateLimit: { calls: 10, ms: 40 } } });
    await gateway.ask(callMe);
    await sleep(60);
    expect(gist(await gateway.askCounting(budget))).toEqual({
      data: { upstreamBudget: [] },
      errors: undefined,
      calls: [],
    });
  });

  it('upstreamBudget has no entry without a limiter', async () => {
    const gateway = await startTestGateway();
    await gateway.ask(callMe);
    expect(gist(await gateway.askCounting(budget))).toEqual({
      data: { upstreamBudget: [] },
      errors: undefined,
      calls: [],
    });
  });
});

/** All that may be sent to each endpoint; `sort` as it may read. */
const wire: Readonly<Record<string, { params: readonly string[]; sort?: RegExp }>> = {
  'chat.getMessage': { params: ['msgId'] },
  'chat.getMessageReadReceipts': { params: ['messageId'] },
  'dm.history': {
    params: ['roomId', 'latest', 'oldest', 'inclusive', 'offset', 'count', 'showThreadMessages', 'unreads'],
  },
  'dm.list.everyone': { params: ['offset', 'count', 'sort'], sort: /^\{"(lm|ts|msgs|_updatedAt)":-?1,"_id":-?1\}$/ },
  'dm.messages': {
    params: ['roomId', 'offset', 'count', 'sort', 'mentionIds', 'starredIds', 'pinned'],
    sort: /^\{"(ts|_updatedAt)":-?1,"_id":-?1\}$/,
  },
  'im.counters': { params: ['roomId', 'userId'] },
  'im.list': { params: ['offset', 'count', 'sort'], sort: /^\{"(lm|ts|msgs|_updatedAt)":-?1,"_id":-?1\}$/ },
  'im.members': { params: ['roomId', 'offset', 'count', 'sort'], sort: /^\{"username":1\}$/ },
  me: { params: [] },
  'rooms.get': { params: [] },
  'rooms.info': { params: ['roomId'] },
  'subscriptions.get': { params: [] },
  'users.info': { params: ['userId'] },
};

/** Queries that use every argument and every order there is, and continue pages both ways. */
async function askForEverything(gateway: TestGateway, ask: (query: string) => Promise<GraphqlResult>): Promise<void> {
  const info = 'pageInfo { startCursor endCursor hasPreviousPage hasNextPage }';
  const orders = ['CREATED_AT', 'LAST_MESSAGE_AT', 'MESSAGE_COUNT', 'UPDATED_AT'].flatMap((field) =>
    ['ASC', 'DESC'].map((direction) => `orderBy: { field: ${field}, direction: ${direction} }`),
  );
  const queries = [
    `{ ${orders.map((order, index) => `a${index}: directMessages(first: ${[1, 100][index % 2]}, ${order}) { totalCount }`).join(' ')} }`,
    `{ viewer { userId user { id } unreadCount ${orders.map((order, index) => `a${index}: directMessages(last: ${[1, 100][index % 2]}, ${order}) { totalCount }`).join(' ')} } }`,
    `{ ${byIds([shapesRoomId], `kind legacyUsernames counters { joined } other: counters(userId: "${users.shapes}") { joined } members { totalCount } p: messages(first: 100, filterBy: { mentioning: ["${users.busy}", "all"], starredBy: ["${users.member}"], pinnedOnly: true }) { totalCount } q: messages(last: 99, orderBy: { field: UPDATED_AT, direction: ASC }) { totalCount } h: history(first: 100, includeThreadReplies: true, range: { since: "2026-10-27T00:00:00+02:00", until: "2026-10-29T00:00:00Z", inclusive: true }) { notLoadedCount ${info} }`)} }`,
    `{ message(id: "${shapes.plain}") { id } readReceipts(messageId: "${shapes.plain}", first: 1) { totalCount } user(id: "${users.busy}") { id } directMessageWith(username: "priya.raman") { id } ${byIds([busyRoomId, groupRoomId, selfRoomId], 'kind counters { unreadCount }')} }`,
  ];
  for (const query of queries) await ask(query);
  for (const [list, args] of [
    ['messages', 'first: 100'],
    ['messages', 'last: 7'],
    ['history', 'first: 100'],
  ] as const) {
    const { data } = await ask(`{ directMessage(id: "${busyRoomId}") { ${list}(${args}) { ${info} } } }`);
    const { startCursor, endCursor } = (
      data as { directMessage: Record<string, { pageInfo: { startCursor: string; endCursor: string } }> }
    ).directMessage[list]?.pageInfo ?? { startCursor: '', endCursor: '' };
    const next = args.startsWith('first') ? `after: "${endCursor}"` : `before: "${startCursor}"`;
    await ask(`{ directMessage(id: "${busyRoomId}") { ${list}(${args}, ${next}) { ${info} } } }`);
  }
  expect(new Set(gateway.demo.calls.map(({ endpoint }) => endpoint))).toEqual(new Set(Object.keys(wire)));
}

describe.each(['R7', 'R8'] as const)('Upstream requests to %s', (dialect) => {
  it('upstream gets only known parameters, each once, with a count of 1 to 100 and id as the last sort key', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { member, admin } = gateway.demo.world;
    await askForEverything(gateway, (query) =>
      gateway.ask(query, { as: query.startsWith('{ a0: directMessages') ? admin : member }),
    );
    for (const { endpoint, query } of gateway.demo.calls) {
      const { params = [], sort } = wire[endpoint] ?? {};
      expect(
        Object.keys(query).filter((name) => !params.includes(name)),
        endpoint,
      ).toEqual([]);
      expect(Object.values(query), endpoint).not.toContain('');
      if (params.includes('count')) {
        expect(Number(query['count']), endpoint).toSatisfy(
          (count) => Number.isInteger(count) && count >= 1 && count <= 100,
        );
        expect(query['offset'], endpoint).toMatch(/^\d+$/);
      }
      if (sort !== undefined) expect(query['sort'], endpoint).toMatch(sort);
      for (const name of ['latest', 'oldest'])
        if (query[name] !== undefined) expect(query[name]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
    expect(gateway.demo.calls.filter(({ status }) => status === 400)).toEqual([]);
  });

  it('upstream gets the caller’s two credentials and none of the client’s other headers', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { member } = gateway.demo.world;
    const foreign = {
      cookie: 'rc_uid=a; rc_token=b',
      authorization: 'Bearer c',
      'user-agent': 'browser',
      referer: 'https://app.example.com/',
      'accept-language': 'de',
      'accept-encoding': 'gzip, br',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-host': 'evil.example',
      'x-real-ip': '203.0.113.9',
      'x-request-id': 'request-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-2fa-code': '123456',
      'x-http-method-override': 'DELETE',
    };
    await sendRaw(gateway, {
      headers: foreign,
      body: JSON.stringify({ query: '{ viewer { user { id } unreadCount } }' }),
    });
    expect(gateway.demo.callLines().toSorted()).toEqual(['me', 'subscriptions.get']);
    for (const { headers } of gateway.demo.calls) {
      expect(headers).toEqual({
        host: new URL(gateway.demo.url).host,
        connection: 'keep-alive',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'x-user-id': member.id,
        'x-auth-token': member.token,
      });
    }
  });
});
