import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway, type AskOptions, type GraphqlResult, type TestGateway } from '../support/gateway.ts';
import { codesOf } from '../support/scenario.ts';

const { users, groupRoomId, selfRoomId, busyRoomId, shapesRoomId, foreignRoomId, channelId, strangerUsername } =
  landmarks;
const dialects = ['R7', 'R8'] as const;
const resolvesNames = /^(dm\.messages|dm\.history|im\.members)\b/;
const report = { 'x-upstream-report': '1' };
const mailbox = '{ viewer { directMessages(first: 100) { nodes { id } } } }';

/** Every way to ask by a room's id for what Rocket.Chat would make a room for. */
const fields = [
  'messages { totalCount nodes { id } }',
  'messages(first: 0) { totalCount }',
  'messages(last: 3, filterBy: { pinnedOnly: true, mentioning: ["nobody"] }) { totalCount nodes { id } }',
  'history { nodes { id } pageInfo { hasNextPage } }',
  'history(range: { since: "2026-01-01T00:00:00Z" }) { notLoadedCount nodes { id } }',
  'members { totalCount nodes { id } }',
  'members(first: 0) { totalCount }',
];
/** The estimated calls of a response. */
const plannedOf = ({ extensions }: Pick<GraphqlResult, 'extensions'>) =>
  (extensions?.['upstream'] as { plannedCalls: number } | undefined)?.plannedCalls;
const nameOf = (field: string) => field.replace(/\W.*/s, '');

/** Both ways to name a room: as a client, and as another subgraph. */
const askBoth = async (gateway: TestGateway, ids: readonly string[], below: string, options: AskOptions = {}) => {
  const byId = ids.map((id, index) => `r${index}: directMessage(id: "${id}") { ${below} }`);
  const references = ids.map((id) => `{ __typename: "DirectMessage", id: "${id}" }`);
  return [
    await gateway.askCounting(`{ ${byId.join(' ')} }`, options),
    await gateway.askCounting(
      `{ _entities(representations: [${references.join(' ')}]) { ... on DirectMessage { ${below} } } }`,
      options,
    ),
  ];
};

describe.each(dialects)('L6: a user’s id or name given as a room id (%s)', (dialect) => {
  let shared: TestGateway;
  beforeAll(async () => {
    shared = await startTestGateway({ demo: { dialect } });
  });
  afterAll(() => shared.close());

  it.each(fields)('L6: a user’s id or name as a room id creates no room and is NOT_FOUND: %s', async (field) => {
    const gateway = shared;
    const { world } = gateway.demo;
    const rooms = [...world.rooms.keys()];
    // Without a room with the caller, and with one; ids and names.
    for (const id of [users.stranger, strangerUsername, users.shapes, 'priya.raman']) {
      for (const { data, errors, calls } of await askBoth(gateway, [id], field)) {
        expect(errors).toMatchObject([
          { message: expect.stringContaining('`directMessageWith`'), extensions: { code: 'NOT_FOUND' } },
        ]);
        expect(JSON.stringify(data)).toContain(`{"${nameOf(field)}":null}`);
        expect(calls).toEqual([`rooms.info?roomId=${id}`]);
      }
    }
    expect([...world.rooms.keys()]).toEqual(rooms);
  });

  it('no room is created for a user’s id among many ids, and one call checks them all', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { world } = gateway.demo;
    const rooms = [...world.rooms.keys()];
    const ids = [groupRoomId, users.stranger, selfRoomId, users.shapes, strangerUsername, 'unknown'];
    for (const { data, errors, calls } of await askBoth(gateway, ids, 'members { totalCount }')) {
      expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(Array.from({ length: 4 }, () => 'NOT_FOUND'));
      const members = (
        Object.values(data?.['_entities'] ?? data ?? {}) as { members: { totalCount: number } | null }[]
      ).map((room) => room.members?.totalCount);
      expect(members).toEqual([5, undefined, 1, undefined, undefined, undefined]);
      expect(calls.filter((call) => !resolvesNames.test(call))).toEqual(['rooms.get']);
    }
    expect([...world.rooms.keys()]).toEqual(rooms);
  });

  it('no room is created with a user whose name begins or ends with the caller’s id', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { world } = gateway.demo;
    const rooms = [...world.rooms.keys()];
    for (const name of [`${users.member}x`, `x.${users.member}`, `${users.member}${'a'.repeat(18)}`]) {
      world.accountOf(users.stranger).username = name;
      for (const field of fields) {
        for (const { errors, calls } of await askBoth(gateway, [name], field)) {
          expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
          expect(calls).toEqual([`rooms.info?roomId=${name}`]);
        }
      }
    }
    expect([...world.rooms.keys()]).toEqual(rooms);
  });

  it('no room is created if the check of an id fails', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { world } = gateway.demo;
    const rooms = [...world.rooms.keys()];
    for (const endpoint of ['rooms.info', 'rooms.get']) gateway.demo.fail(endpoint, { status: 502 });
    for (const ids of [[users.stranger], [users.stranger, users.shapes, strangerUsername]]) {
      for (const { errors, calls } of await askBoth(gateway, ids, 'messages { totalCount }')) {
        expect(new Set(errors?.map(({ extensions }) => extensions['code']))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
        expect(calls.filter((call) => resolvesNames.test(call))).toEqual([]);
      }
    }
    expect([...world.rooms.keys()]).toEqual(rooms);
  });

  it('one check serves all fields of a room, and is shared with its record', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const [result] = await askBoth(
      gateway,
      [groupRoomId],
      'topic messages(first: 1) { totalCount } history(first: 1) { nodes { id } } members { totalCount }',
    );
    expect(result?.errors).toBeUndefined();
    expect(result?.calls.map((call) => call.split('?')[0]).toSorted()).toEqual([
      'dm.history',
      'dm.messages',
      'im.members',
      'rooms.info',
    ]);
  });

  it('rooms that the workspace has shown to the caller are not checked: cost and calls are those of the page', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const query = `{ directMessage(id: "${groupRoomId}") { messages(first: 1) { totalCount } } }`;
    const costOf = async () => {
      const result = await gateway.askCounting(query, { headers: report });
      return [plannedOf(result), result.calls.length];
    };
    expect([await costOf(), await costOf()]).toEqual([
      [2, 2],
      [1, 1],
    ]);
    const other = gateway.demo.world.accountOf(users.busy);
    await gateway.ask(mailbox, { as: other });
    const theirs = await gateway.askCounting(query, { as: other, headers: report });
    expect([theirs.extensions, theirs.calls.length]).toMatchObject([{ upstream: { plannedCalls: 1 } }, 1]);
  });

  it('neither calls nor cost tell an unverified caller which rooms the claimed user knows', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    await gateway.ask(mailbox);
    const query = `{ directMessage(id: "${groupRoomId}") { messages(first: 1) { totalCount } } }`;
    const as = { id: users.member, token: 'notTheToken' };
    const forged = await gateway.askCounting(query, { as, headers: report });
    expect([codesOf(forged), forged.calls, forged.extensions]).toMatchObject([
      ['directMessage.messages: UNAUTHENTICATED'],
      [`rooms.info?roomId=${groupRoomId}`],
      { upstream: { plannedCalls: 2 } },
    ]);
    // Nor to another user, who is in that room as well.
    const other = await gateway.askCounting(query, { as: gateway.demo.world.accountOf(users.busy), headers: report });
    expect([other.calls.length, other.extensions]).toMatchObject([2, { upstream: { plannedCalls: 2 } }]);
  });

  it('other people’s rooms are FORBIDDEN or NOT_FOUND, depending on the field and the number of rooms', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const codesFor = async (ids: readonly string[], below: string) => {
      const rooms = ids.map((id, index) => `r${index}: directMessage(id: "${id}") { ${below} }`);
      return (await gateway.ask(`{ ${rooms.join(' ')} }`)).errors?.[0]?.extensions['code'];
    };
    const codesOfField = async (below: string) => [
      await codesFor([foreignRoomId], below),
      await codesFor([foreignRoomId, 'unknown', 'another'], below),
    ];
    expect(await codesOfField('topic')).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    for (const field of ['messages { totalCount }', 'history { nodes { id } }', 'members { totalCount }'])
      expect(await codesOfField(field)).toEqual(['FORBIDDEN', 'NOT_FOUND']);
    expect(await codesOfField('counters { unreadCount }')).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  it('the check does not change the result for a room, known or not', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { admin } = gateway.demo.world;
    const query = `{ a: directMessage(id: "${foreignRoomId}") { messages { totalCount } } b: directMessage(id: "${channelId}") { messages { totalCount } } }`;
    const codes = ['a.messages: FORBIDDEN', 'b.messages: NOT_FOUND'];
    expect(codesOf(await gateway.ask(query, { as: admin }))?.toSorted()).toEqual(codes);
    await gateway.ask('{ directMessages(first: 100) { nodes { id } } }', { as: admin });
    expect(codesOf(await gateway.ask(query, { as: admin }))?.toSorted()).toEqual(codes);
  });
});

describe.each(dialects)('M7: transient faults of a room whose id could be a user’s (%s)', (dialect) => {
  const asked = ['dm.messages', 'dm.history', 'im.members'] as const;
  const fieldOf = {
    'dm.messages': 'messages(first: 1) { nodes { id } }',
    'dm.history': 'history(first: 1) { nodes { id } }',
    'im.members': 'members { nodes { id } }',
  };

  it.each(asked)(
    'M7: a transient fault is retried for a room from a list and for a room by id: %s',
    async (endpoint) => {
      const gateway = await startTestGateway({ demo: { dialect } });
      const below = fieldOf[endpoint];
      const queries = [
        `{ viewer { directMessages(first: 2) { nodes { ${below} } } } }`,
        `{ directMessage(id: "${groupRoomId}") { ${below} } }`,
        `{ directMessageWith(username: "priya.raman") { ${below} } }`,
      ];
      for (const query of queries) {
        gateway.demo.fail(endpoint, {
          status: 502,
          times: 1,
          when: ({ query: { roomId } }) => roomId === groupRoomId || roomId === shapesRoomId,
        });
        const { errors, extensions } = await gateway.ask(query, { headers: report });
        expect([errors, extensions]).toMatchObject([undefined, { upstream: { retries: 1 } }]);
      }
    },
  );
});

describe.each(dialects)('L13: a message of a channel (%s)', (dialect) => {
  /** A channel in which the caller is, with a message that has a receipt and one that has none. */
  const open = async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { world } = gateway.demo;
    const room = world.createRoom({ userIds: [users.member, users.busy], t: 'c', name: 'design' });
    const [read, unread] = ['read', 'unread'].map((text) => world.post({ roomId: room._id, userId: users.busy, text }));
    for (const message of [read, unread]) world.receipts.delete(message?._id ?? '');
    if (read !== undefined) world.addReceipt(read, users.member, '2026-10-30T16:00:00.000Z');
    return { gateway, ids: [read, unread].map((message) => message?._id ?? '') };
  };

  it('a channel’s message and its receipts are NOT_FOUND, never a partial object', async () => {
    const { gateway, ids } = await open();
    const fields = ids.flatMap((id, index) => [
      `m${index}: message(id: "${id}") { text directMessage { id topic } }`,
      `r${index}: readReceipts(messageId: "${id}") { totalCount nodes { roomId } }`,
      `e${index}: _entities(representations: [{ __typename: "Message", id: "${id}" }]) { ... on Message { text } }`,
    ]);
    for (const field of fields) {
      const { data, errors } = await gateway.ask(`{ ${field} }`);
      expect(Object.values(data ?? {}).flat()).toEqual([null]);
      expect(errors).toMatchObject([
        { message: 'That message is not in a direct message.', extensions: { code: 'NOT_FOUND' } },
      ]);
    }
  });

  it('one call checks the rooms of three or more messages', async () => {
    const { gateway, ids } = await open();
    const rooms = [busyRoomId, groupRoomId, shapesRoomId, landmarks.largestGroupRoomId, landmarks.hiddenTypesRoomId];
    const messages = [...rooms.map((id) => gateway.demo.world.messagesOf(id)[0]?._id ?? ''), ...ids];
    const query = `{ ${messages.map((id, index) => `m${index}: message(id: "${id}") { directMessage { id } }`).join(' ')} }`;
    const result = await gateway.askCounting(query, { headers: report });
    const { data, errors, calls } = result;
    expect(Object.values(data ?? {})).toEqual([...rooms.map((id) => ({ directMessage: { id } })), null, null]);
    expect(errors?.map(({ path, extensions: { code } }) => [path, code])).toEqual([
      [['m5'], 'NOT_FOUND'],
      [['m6'], 'NOT_FOUND'],
    ]);
    expect(plannedOf(result)).toBe(messages.length + 1);
    expect(calls.length).toBeLessThanOrEqual(messages.length + 1);
  });

  it('messages of a room that the workspace has shown cost no check', async () => {
    const { gateway } = await open();
    await gateway.ask(mailbox);
    const id = landmarks.messages.plain;
    const { errors, calls } = await gateway.askCounting(
      `{ message(id: "${id}") { directMessage { id } } readReceipts(messageId: "${id}") { totalCount } }`,
    );
    expect([errors, calls.toSorted()]).toEqual([
      undefined,
      [`chat.getMessage?msgId=${id}`, `chat.getMessageReadReceipts?messageId=${id}`],
    ]);
  });

  it('a direct message is returned even if the check of its room fails: the workspace lets the caller see it', async () => {
    const { gateway } = await open();
    const id = landmarks.messages.plain;
    const unread = landmarks.messages.noReceipts;
    for (const fault of [{ status: 502 }, { status: 403 }, { status: 429 }, { body: '<html>' }]) {
      for (const endpoint of ['rooms.info', 'rooms.get']) gateway.demo.fail(endpoint, fault);
      const { data, errors } = await gateway.ask(
        `{ message(id: "${id}") { id } readReceipts(messageId: "${id}") { totalCount } }`,
      );
      expect([data, errors]).toEqual([{ message: { id }, readReceipts: { totalCount: 2 } }, undefined]);
      gateway.demo.fail('chat.getMessage', fault);
      expect(await gateway.ask(`{ readReceipts(messageId: "${unread}") { totalCount } }`)).toMatchObject({
        data: { readReceipts: { totalCount: 0 } },
        errors: undefined,
      });
      gateway.demo.heal();
    }
  });
});
