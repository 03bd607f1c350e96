import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway, type GraphqlResult, type TestGateway } from '../support/gateway.ts';

const { busyRoomId, groupRoomId, shapesRoomId, users, messages } = landmarks;
const dialects = ['R7', 'R8'] as const;

let gateway: TestGateway;
afterEach(() => gateway.close());

/** Without the look-up that an unknown room id takes. */
const endpointsOf = (calls: readonly string[]) =>
  calls
    .map((call) => call.replace(/\?.*/, ''))
    .filter((endpoint) => endpoint !== 'rooms.info')
    .toSorted();

const codesOf = ({ errors }: Pick<GraphqlResult, 'errors'>) => errors?.map(({ extensions }) => extensions['code']);

/** A user who has written in the group and is a member no more. */
function leave(userId: string): void {
  const room = gateway.demo.world.rooms.get(groupRoomId);
  if (room !== undefined) room.uids = room.uids.filter((id) => id !== userId);
}

describe.each(dialects)('Users as they are now (%s)', (dialect) => {
  beforeEach(async () => {
    gateway = await startTestGateway({ demo: { dialect } });
  });

  const page = `{ directMessage(id: "${groupRoomId}") { messages(first: 20) { nodes { author { userId name user { name status } } } } } }`;

  it('a renamed user has the new name, and their old messages keep the old one', async () => {
    const before = await gateway.ask(page);
    const account = gateway.demo.world.account(users.busy);
    const old = account?.name;
    if (account !== undefined) account.name = 'Jonas Neumann';
    const { data } = await gateway.ask(page);
    const authors = (data as { directMessage: { messages: { nodes: { author: Record<string, unknown> }[] } } })
      .directMessage.messages.nodes;
    const theirs = authors.map(({ author }) => author).filter(({ userId }) => userId === users.busy);
    expect(before.errors).toBeUndefined();
    expect(theirs.length).toBeGreaterThan(0);
    for (const author of theirs) expect(author).toMatchObject({ name: old, user: { name: 'Jonas Neumann' } });
  });

  it('the authors of a page cost one call, and one more for each who has left', async () => {
    const all = await gateway.askCounting(page);
    expect(endpointsOf(all.calls)).toEqual(['dm.messages', 'im.members']);
    leave(users.busy);
    leave(users.shapes);
    const { data, errors, calls } = await gateway.askCounting(page);
    expect(errors).toBeUndefined();
    expect(data).toEqual(all.data);
    expect(endpointsOf(calls)).toEqual(['dm.messages', 'im.members', 'users.info', 'users.info']);
  });

  it('a list of members that the workspace refuses leaves the users, one call each', async () => {
    const { data: expected } = await gateway.ask(page);
    gateway.demo.fail('im.members', { status: 403, body: { success: false, error: 'no', errorType: 'unauthorized' } });
    const { data, errors, calls } = await gateway.askCounting(page);
    expect(errors).toBeUndefined();
    expect(data).toEqual(expected);
    expect(endpointsOf(calls).filter((endpoint) => endpoint === 'users.info').length).toBeGreaterThan(1);
  });

  it('a list of members that fails costs the users alone', async () => {
    gateway.demo.fail('im.members', { status: 500, body: { success: false } });
    const { data, errors } = await gateway.ask(page);
    expect(new Set(codesOf({ errors }))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(JSON.stringify(data)).toMatch(/"user":\{"name":null,"status":null\}/);
    expect(JSON.stringify(data)).not.toContain('"name":null,"user"');
  });

  it('a message that mentions more users than planned takes them from the spare calls, and then says so', async () => {
    const { world } = gateway.demo;
    const mentions = world.accounts.slice(0, 30).map(({ id, username }) => ({ _id: id, username, type: 'user' }));
    world.post({ roomId: shapesRoomId, userId: users.shapes, text: '', id: 'crowd', mentions });
    const query = '{ message(id: "crowd") { mentions { userId user { name } } } }';
    const { data, errors, calls, extensions } = await gateway.askCounting(query, {
      headers: { 'x-upstream-report': '1' },
    });
    const atMost = (extensions?.['upstream'] as { atMost: number } | undefined)?.atMost ?? 0;
    const found = (data as { message: { mentions: { user: { name: string | null } }[] } }).message.mentions;
    expect(calls.length).toBeLessThanOrEqual(atMost);
    expect(found.filter(({ user }) => user.name !== null).length).toBe(21);
    expect(new Set(codesOf({ errors }))).toEqual(new Set(['QUERY_TOO_COMPLEX']));
    expect(errors?.[0]?.message).toContain('request fewer at a time');
  });

  it('a user who is met in several places is read once', async () => {
    const author = 'author { user { name } }';
    const { calls } = await gateway.askCounting(
      `{ a: directMessage(id: "${busyRoomId}") { members { nodes { status } } messages(first: 9) { nodes { ${author} } } history(first: 9) { nodes { ${author} } } lastMessage { ${author} } } }`,
    );
    expect(endpointsOf(calls)).toEqual(['dm.history', 'dm.messages', 'im.members']);
  });
});

describe.each(dialects)('Threads (%s)', (dialect) => {
  beforeEach(async () => {
    gateway = await startTestGateway({ demo: { dialect } });
  });

  it('what a reply replies to costs nothing if it is on the same page', async () => {
    const { data, calls } = await gateway.askCounting(
      `{ directMessage(id: "${shapesRoomId}") { messages(first: 60) { nodes { id threadRoot { id text } } } } }`,
    );
    const { nodes } = (data as { directMessage: { messages: { nodes: { id: string; threadRoot: unknown }[] } } })
      .directMessage.messages;
    expect(nodes.find(({ id }) => id === messages.threadReply)?.threadRoot).toMatchObject({ id: messages.threadRoot });
    expect(endpointsOf(calls)).toEqual(['dm.messages']);
  });

  it('nor does it on the same page of a history', async () => {
    const { data, calls } = await gateway.askCounting(
      `{ directMessage(id: "${shapesRoomId}") { history(first: 60, includeThreadReplies: true) { nodes { id threadRoot { id text } } } } }`,
    );
    const { nodes } = (data as { directMessage: { history: { nodes: { id: string; threadRoot: unknown }[] } } })
      .directMessage.history;
    expect(nodes.find(({ id }) => id === messages.threadReply)?.threadRoot).toMatchObject({ id: messages.threadRoot });
    expect(endpointsOf(calls)).toEqual(['dm.history']);
  });

  it('what the replies of a thread reply to is read once, and priced once', async () => {
    const { world } = gateway.demo;
    for (let index = 0; index < 30; index += 1)
      world.post({
        roomId: shapesRoomId,
        userId: users.shapes,
        text: '',
        id: `reply${index}`,
        tmid: messages.threadRoot,
      });
    const room = world.room(shapesRoomId);
    room.lastMessage = { ...world.message(messages.threadRoot) };
    const { data, errors, calls, extensions } = await gateway.askCounting(
      `{ directMessage(id: "${shapesRoomId}") { lastMessage { thread { replies(first: 30) { nodes { threadRoot { text author { user { name } } } } } } } } }`,
      { headers: { 'x-upstream-report': '1' } },
    );
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data).match(/"Priya Raman"|"Maya Lindqvist"/g)).toHaveLength(30);
    expect(endpointsOf(calls)).toEqual(['chat.getMessage', 'chat.getThreadMessages', 'users.info']);
    expect(extensions?.['upstream']).toMatchObject({ plannedCalls: 4, calls: 4 });
  });

  it('a reply whose thread is gone keeps its place, with an error for the missing message', async () => {
    const { world } = gateway.demo;
    world.post({ roomId: shapesRoomId, userId: users.shapes, text: 'to whom?', id: 'orphan', tmid: 'nothing' });
    const { data, errors } = await gateway.ask(
      '{ message(id: "orphan") { text known: threadRoot { id } whole: threadRoot { id text } } }',
    );
    expect(data).toEqual({ message: { text: 'to whom?', known: { id: 'nothing' }, whole: null } });
    expect(errors).toMatchObject([{ path: ['message', 'whole'], extensions: { code: 'NOT_FOUND' } }]);
  });

  it('a thread root in another room is not shown', async () => {
    const { world } = gateway.demo;
    world.post({ roomId: busyRoomId, userId: users.busy, text: 'secret', id: 'elsewhere' });
    world.post({ roomId: shapesRoomId, userId: users.shapes, text: '', id: 'crossed', tmid: 'elsewhere' });
    const { data, errors } = await gateway.ask('{ message(id: "crossed") { threadRoot { text } } }');
    expect(data).toEqual({ message: { threadRoot: null } });
    expect(codesOf({ errors })).toEqual(['NOT_FOUND']);
  });

  it('replies that are of another thread or room are left out', async () => {
    gateway.demo.fail('chat.getThreadMessages', {
      transform: (body) => {
        const answer = body as { messages: Record<string, unknown>[] };
        const [first = {}] = answer.messages;
        const others = [
          { ...first, _id: 'x', rid: busyRoomId },
          { ...first, _id: 'y', tmid: 'other' },
        ];
        return { ...answer, messages: [...answer.messages, ...others] };
      },
    });
    const { data } = await gateway.ask(
      `{ message(id: "${messages.threadRoot}") { thread { replyCount replies { nodes { id threadRootId } } } } }`,
    );
    const { nodes } = (data as { message: { thread: { replies: { nodes: { threadRootId: string }[] } } } }).message
      .thread.replies;
    expect(nodes.length).toBeGreaterThan(0);
    for (const { threadRootId } of nodes) expect(threadRootId).toBe(messages.threadRoot);
  });
});

describe.each(dialects)('An object by id alone (%s)', (dialect) => {
  beforeEach(async () => {
    gateway = await startTestGateway({ demo: { dialect } });
  });

  it.each([
    ['a user’s id as a room', users.stranger, 'DirectMessage'],
    ['the caller’s id as a room', users.member, 'DirectMessage'],
    ['a username as a room', '@priya.raman', 'DirectMessage'],
    ['a message’s id as a room', messages.plain, 'DirectMessage'],
    ['a channel as a room', landmarks.channelId, 'DirectMessage'],
    ['a room’s id as a message', shapesRoomId, 'Message'],
    ['a user’s id as a message', users.busy, 'Message'],
    ['a room’s id as a user', shapesRoomId, 'User'],
    ['a message’s id as a user', messages.plain, 'User'],
  ])('%s is null, and creates no room', async (_what, id, type) => {
    const rooms = gateway.demo.world.rooms.size;
    const { data, errors } = await gateway.ask(`{ node(id: "${id}") { id __typename ... on ${type} { id } } }`);
    expect({ data, errors }).toEqual({ data: { node: null }, errors: undefined });
    expect(gateway.demo.world.rooms.size).toBe(rooms);
  });

  it('other people’s rooms and messages are null without a type, and say so with one', async () => {
    const { world } = gateway.demo;
    world.post({ roomId: landmarks.foreignRoomId, userId: users.busy, text: 'secret', id: 'foreign' });
    const { data, errors } = await gateway.ask(
      `{ a: node(id: "${landmarks.foreignRoomId}") { id } b: node(id: "foreign") { id } c: node(id: "foreign") { ... on Message { text } } }`,
    );
    expect({ data, errors }).toEqual({ data: { a: null, b: null, c: null }, errors: undefined });
  });

  it.each([
    ['a user’s id', users.stranger],
    ['a channel', landmarks.channelId],
    ['a room', shapesRoomId],
  ])('%s as a room is an error while the workspace does not say what it is', async (_what, id) => {
    gateway.demo.fail('rooms.info', { status: 500, body: { success: false } });
    const query = `{ node(id: "${id}") { ... on DirectMessage { id } } }`;
    const { data, errors } = await gateway.ask(query);
    expect(data).toEqual({ node: null });
    expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    gateway.demo.heal();
    const found = id === shapesRoomId ? { id } : null;
    expect((await gateway.ask(query)).data).toEqual({ node: found });
  });

  it('a list of memberships that fails is the node’s error', async () => {
    gateway.demo.fail('subscriptions.get', { status: 500, body: { success: false } });
    const { data, errors } = await gateway.ask(`{ node(id: "${shapesRoomId}") { id } viewer { user { id } } }`);
    expect(data).toMatchObject({ node: null, viewer: { user: { id: users.member } } });
    expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });

  it('a room that the workspace has shown costs its fields alone', async () => {
    await gateway.ask('{ viewer { directMessages(first: 100) { nodes { id } } } }');
    const { calls } = await gateway.askCounting(
      `{ node(id: "${busyRoomId}") { ... on DirectMessage { messages(first: 1) { nodes { id } } } } }`,
    );
    expect(endpointsOf(calls)).toEqual(['dm.messages']);
  });
});
