import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { type Caller, type GraphqlResult, startTestGateway } from '../support/gateway.ts';
import { codesOf, expectNoLeak } from '../support/scenario.ts';
import { takeLeaks } from '../support/secrets.ts';

const { shapesRoomId, busyRoomId, foreignRoomId, users, messages: shapes } = landmarks;

const gist = (result: GraphqlResult & { calls: string[] }) => ({
  data: result.data,
  errors: codesOf(result),
  calls: result.calls.toSorted(),
});

/** What is one caller's own in it: rooms, stars, and what is unread. */
const mailbox = `{
  viewer { userId user { id } unreadCount directMessages(first: 100) { totalCount nodes { id usernames counters { unreadCount } lastMessage { id isStarred } } } }
  starred: message(id: "${shapes.starredByMember}") { isStarred }
  starredByOther: message(id: "${shapes.starredByOther}") { isStarred }
  directMessageWith(username: "jonas.weber") { id }
}`;

describe('Concurrent callers', () => {
  it('concurrent callers each get their own rooms, stars and counters', async () => {
    const gateway = await startTestGateway();
    const { world } = gateway.demo;
    const callers = [world.member, world.accountOf(users.shapes), world.accountOf(users.busy)];
    const alone: GraphqlResult['data'][] = [];
    for (const as of callers) {
      const { data, errors } = await gateway.ask(mailbox, { as });
      expect({
        id: (data as { viewer: { userId: string } }).viewer.userId,
        paths: codesOf({ errors })?.map((code) => code.split(':')[0]),
      }).toEqual({
        id: as.id,
        paths: as.id === users.busy ? ['starred', 'starredByOther'] : undefined, // not a member of that room
      });
      alone.push(data);
    }
    expect(alone[0]).toMatchObject({
      starred: { isStarred: true },
      starredByOther: { isStarred: false },
      directMessageWith: { id: busyRoomId },
    });
    expect(alone[1]).toMatchObject({
      starred: { isStarred: true },
      starredByOther: { isStarred: true },
      directMessageWith: { id: foreignRoomId },
    });
    expect(alone[2]).toMatchObject({ starred: null, starredByOther: null });
    gateway.demo.resetCalls();
    const rounds = 20;
    const answers = await Promise.all(
      Array.from({ length: rounds * callers.length }, (_, index) =>
        gateway.ask(mailbox, { as: callers[index % callers.length] as Caller }),
      ),
    );
    for (const [index, { data }] of answers.entries()) expect(data).toEqual(alone[index % callers.length]);
    for (const { userId, headers } of gateway.demo.calls) {
      expect(headers['x-auth-token']).toBe(callers.find(({ id }) => id === userId)?.token);
    }
    expectNoLeak(gateway, ...answers);
  });

  it('concurrent callers never share a call for the same page', async () => {
    const gateway = await startTestGateway();
    const { world } = gateway.demo;
    const query = `{ directMessage(id: "${shapesRoomId}") { messages(first: 60) { nodes { id isStarred } } } }`;
    const callers = [world.member, world.accountOf(users.shapes)] as const;
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => gateway.ask(query, { as: callers[index % 2] as Caller })),
    );
    const stars = answers.map(({ data }) =>
      (
        data as { directMessage: { messages: { nodes: { id: string; isStarred: boolean }[] } } }
      ).directMessage.messages.nodes
        .filter(({ isStarred }) => isStarred)
        .map(({ id }) => id),
    );
    for (let index = 0; index < 40; index += 2) {
      expect(stars[index]).toEqual([shapes.starredByMember]);
      expect(stars[index + 1]?.toSorted()).toEqual([shapes.starredByMember, shapes.starredByOther].toSorted());
    }
    // Those of one caller may share theirs, so only who asked is counted.
    expect(new Set(gateway.demo.calls.map(({ userId }) => userId))).toEqual(new Set(callers.map(({ id }) => id)));
  });
});

describe('The list of all rooms', () => {
  const query = '{ directMessages(first: 1) { totalCount nodes { id } } }';
  const call = 'dm.list.everyone?offset=0&count=1&sort={"lm":-1,"_id":-1}';

  it.each([['administrator first'], ['member first']])(
    'is an administrator’s alone, whoever asked before: %s',
    async (order) => {
      const gateway = await startTestGateway();
      const { world } = gateway.demo;
      const total = [...world.rooms.values()].filter(({ t }) => t === 'd').length;
      const asAdmin = async () =>
        expect(gist(await gateway.askCounting(query, { as: world.admin }))).toEqual({
          data: { directMessages: { totalCount: total, nodes: [{ id: busyRoomId }] } },
          errors: undefined,
          calls: [call],
        });
      const asMember = async () =>
        expect(gist(await gateway.askCounting(query))).toEqual({
          data: { directMessages: null },
          errors: ['directMessages: FORBIDDEN'],
          calls: [call],
        });
      const steps = order === 'member first' ? [asMember, asAdmin, asMember] : [asAdmin, asMember, asAdmin];
      for (const step of steps) await step();
    },
  );

  it('the list of all rooms gives an administrator the rooms but not their messages', async () => {
    const gateway = await startTestGateway();
    const result = await gateway.askCounting(
      `{ directMessages(first: 1) { nodes { id messageCount messages(first: 1) { totalCount } counters { joined } } } }`,
      { as: gateway.demo.world.admin },
    );
    expect(gist(result)).toEqual({
      data: { directMessages: { nodes: [{ id: busyRoomId, messageCount: 433, messages: null, counters: null }] } },
      errors: ['directMessages.nodes.0.messages: FORBIDDEN', 'directMessages.nodes.0.counters: FORBIDDEN'],
      calls: [
        call,
        `dm.messages?roomId=${busyRoomId}&offset=0&count=1&sort={"ts":-1,"_id":-1}`,
        `im.counters?roomId=${busyRoomId}`,
      ].toSorted(),
    });
  });
});

describe.each(['R7', 'R8'] as const)('Operations that require a permission (%s)', (dialect) => {
  it.each([
    ['directMessages', '{ directMessages(first: 1) { nodes { id } } }', 'viewer { directMessages }'],
    ['directMessages.totalCount', '{ directMessages(first: 0) { totalCount } }', 'viewer { directMessages }'],
    [
      'directMessage.counters',
      `{ directMessage(id: "${landmarks.groupRoomId}") { counters(userId: "${landmarks.users.shapes}") { unreadCount } } }`,
      'omit `userId`',
    ],
  ])('part 6: a FORBIDDEN error names the missing permission and the alternative: %s', async (path, query, hint) => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { status, errors } = await gateway.ask(query);
    expect({ status, errors }).toMatchObject({
      status: 200,
      errors: [
        {
          path: path === 'directMessages.totalCount' ? ['directMessages', 'totalCount'] : path.split('.'),
          extensions: { code: 'FORBIDDEN' },
        },
      ],
    });
    expect(errors?.[0]?.message).toContain('`view-room-administration`');
    expect(errors?.[0]?.message).toContain(hint);
    expect(gateway.logs.at(-1)).toMatchObject({
      codes: { FORBIDDEN: 1 },
      details: [expect.stringContaining('HTTP 403')],
    });
    const allowed = await gateway.ask(query, { as: gateway.demo.world.admin });
    expect(allowed.errors?.map(({ extensions }) => extensions['code']) ?? []).not.toContain('INTERNAL_SERVER_ERROR');
  });

  it('part 6: an error for another reason does not mention the permission of administrators, but what it takes', async () => {
    const gateway = await startTestGateway({ demo: { dialect } });
    const { errors } = await gateway.ask(
      `{ directMessage(id: "${landmarks.foreignRoomId}") { counters { unreadCount } } }`,
    );
    expect(errors).toMatchObject([
      {
        message:
          'The workspace does not allow this user to do that (im.counters). It takes membership of the room and the permission `view-d-room` (or `view-joined-room`).',
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
    gateway.demo.fail('dm.list.everyone', { status: 503 });
    const down = await gateway.ask('{ directMessages { totalCount } }', { as: gateway.demo.world.admin });
    expect(down.errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });
});

it('part 6: a wrong token passes until the first upstream call, as the schema says', async () => {
  const gateway = await startTestGateway();
  const as = { ...gateway.demo.world.member, token: 'wrong' };
  const { status, data, errors } = await gateway.ask(
    '{ viewer { userId user { id } } __type(name: "Viewer") { fields { name description } } }',
    { as },
  );
  expect({ status, data, errors }).toMatchObject({
    status: 200,
    data: { viewer: { userId: as.id, user: null } },
    errors: [{ path: ['viewer', 'user'], extensions: { code: 'UNAUTHENTICATED' } }],
  });
  const { fields } = (data as { __type: { fields: { name: string; description: string }[] } }).__type;
  expect(fields.find(({ name }) => name === 'userId')?.description).toContain(
    'does not prove that the credentials are\nvalid',
  );
});

describe('Mismatched credentials', () => {
  const query = `{ viewer { user { id } } directMessage(id: "${busyRoomId}") { topic messages(first: 1) { totalCount } } }`;
  const nothing = { viewer: { user: null }, directMessage: { topic: null, messages: null } };

  it.each([
    'another user’s token',
    'another user’s id',
    'an unknown user’s id',
    'a token in other letters',
    'a revoked token',
  ])('mismatched credentials are UNAUTHENTICATED: %s', async (kind) => {
    const gateway = await startTestGateway();
    const { member, admin } = gateway.demo.world;
    const wrong: Record<string, Caller> = {
      'another user’s token': { id: admin.id, token: member.token },
      'another user’s id': { id: member.id, token: admin.token },
      'an unknown user’s id': { id: 'nobodyNobodyNobod', token: member.token },
      'a token in other letters': { id: member.id, token: member.token.toLowerCase() },
      'a revoked token': { id: member.id, token: 'wasValidYesterday0123456789abcdefghijklmnop' },
    };
    const as = wrong[kind] as Caller;
    // Also right after those that do belong together have been answered.
    expect((await gateway.ask(query)).errors).toBeUndefined();
    const result = await gateway.askCounting(query, { as });
    expect({ data: result.data, codes: new Set(result.errors?.map(({ extensions }) => extensions['code'])) }).toEqual({
      data: nothing,
      codes: new Set(['UNAUTHENTICATED']),
    });
    expect(result.calls.length).toBeLessThanOrEqual(3);
    expect((await gateway.ask(query)).errors).toBeUndefined();
    expectNoLeak(gateway, result);
    expect(JSON.stringify(gateway.logs)).not.toContain(as.token);
  });

  it('mismatched credentials do not turn a cursor into access to another user’s rooms', async () => {
    const gateway = await startTestGateway();
    const { world } = gateway.demo;
    const first = await gateway.ask(
      `{ directMessage(id: "${busyRoomId}") { messages(first: 3) { pageInfo { endCursor } } } }`,
    );
    const { endCursor } = (first.data as { directMessage: { messages: { pageInfo: { endCursor: string } } } })
      .directMessage.messages.pageInfo;
    const next = `{ directMessage(id: "${busyRoomId}") { messages(first: 3, after: "${endCursor}") { nodes { id } } } }`;
    const stranger = await gateway.askCounting(next, { as: world.accountOf(users.stranger) });
    expect(gist(stranger)).toEqual({
      data: { directMessage: { messages: null } },
      errors: ['directMessage.messages: FORBIDDEN'],
      calls: [expect.stringContaining(`dm.messages?roomId=${busyRoomId}&`), `rooms.info?roomId=${busyRoomId}`],
    });
    const other = await gateway.ask(next, { as: world.accountOf(users.busy) });
    const own = await gateway.ask(next);
    expect({ data: other.data, errors: other.errors }).toEqual({ data: own.data, errors: undefined });
    expect(own.data).toMatchObject({ directMessage: { messages: { nodes: [{}, {}, {}] } } });
  });
});

it('no token is logged, wherever a client puts it', async () => {
  const gateway = await startTestGateway({ env: { LOG_LEVEL: 'trace' } });
  const { member, admin } = gateway.demo.world;
  await gateway.ask('{ viewer { user { id } } }');
  await gateway.ask(`query ${member.token.replaceAll(/^[^a-zA-Z]/g, 'a')} { viewer { userId } }`);
  await gateway.ask(`{ directMessage(id: "${admin.token}") { topic } }`);
  await gateway.ask(`{ directMessageWith(username: "${admin.token}") { id } ${admin.token} }`);
  await gateway.ask('{ viewer { userId } }', { headers: { 'x-request-id': member.token } });
  await gateway.ask('{ viewer { user { id } } }', { as: { id: member.token, token: member.id } });
  await fetch(`${gateway.url}/graphql?token=${member.token}`, {
    headers: { 'apollo-require-preflight': 'x', authorization: `Bearer ${member.token}` },
  });
  await fetch(`${gateway.url}/elsewhere?token=${member.token}`, { headers: { 'x-auth-token': member.token } });
  expect(gateway.logs.length).toBeGreaterThanOrEqual(7);
  for (const { token } of [member, admin]) expect(JSON.stringify(gateway.logs)).not.toContain(token);
  // Errors quote a client's query to that client only.
  expect(takeLeaks().filter((leak) => !/ in the (?:body|head)/.test(leak))).toEqual([]);
});
