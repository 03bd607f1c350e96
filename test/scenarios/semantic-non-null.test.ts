import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/demo/faults.ts';
import { landmarks } from '../../src/demo/seed.ts';
import { startDemo, type DemoWorkspace } from '../../src/demo/server.ts';
import type { Endpoint } from '../../src/upstream/endpoint.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { markedFields, noMarkedValues, noteMarkedValues, type MarkedValues } from '../support/semantic-nulls.ts';

const { users, messages: shapes, channelId } = landmarks;

/** Every room of the demo that stands for something, one of nobody, and one that misses most of its record. */
const roomIds = Object.entries(landmarks).flatMap(([name, id]) =>
  name.endsWith('RoomId') && typeof id === 'string' ? [id] : [],
);
const bareRoomId = 'bareRoom5GjKmPqRs';
const unknownIds = ['unknownRoom', channelId, bareRoomId];

const message = `
  fragment Message on Message {
    directMessage { id isDefault typeCode }
    author { user { name } } editedBy { user { status } } pinnedBy { user { status } }
    thread { replies(first: 2) { totalCount nodes { directMessage { id } readReceipts(first: 1) { totalCount } } } }
  }`;
const room = `
  fragment Room on DirectMessage {
    isDefault typeCode
    counters { joined unreadCount }
    members(first: 3) { totalCount nodes { name } }
    messages(first: 4) { totalCount nodes { ...Message readReceipts(first: 1) { totalCount isAvailable } } }
    history(first: 3) { nodes { ...Message } }
    empty: messages(first: 0) { totalCount }
    changes { changed { directMessage { id } } }
  }`;
const lists = (args: string) =>
  `directMessages(${args}) { totalCount nodes { isDefault typeCode counters { joined } lastMessage { directMessage { id } } } }`;

interface Question {
  readonly query: string;
  readonly isOfAdmin?: boolean;
}

const ofRooms = (ids: readonly string[]): Question[] =>
  ids.map((id) => ({ query: `{ directMessage(id: "${id}") { ...Room } } ${room} ${message}` }));

const ofMessages = (ids: readonly string[]): Question[] =>
  ids.map((id) => ({
    query: `{
      message(id: "${id}") { ...Message }
      readReceipts(messageId: "${id}") { totalCount nodes { user { name } } }
    } ${message}`,
  }));

const ofLists: readonly Question[] = [
  { query: `{ viewer { unreadCount user { name status } changes { changed { isDefault } } ${lists('first: 100')} } }` },
  { query: `{ ${lists('first: 100')} }`, isOfAdmin: true },
  { query: `{ ${lists('first: 2')} }` },
  {
    query: `{ directMessage(id: "${landmarks.foreignRoomId}") { counters(userId: "${users.busy}") { joined memberCount } } }`,
    isOfAdmin: true,
  },
];

const questions: readonly Question[] = [
  ...ofRooms([...roomIds, ...unknownIds]),
  ...ofMessages([...Object.values(shapes), 'unknownMessage']),
  ...ofLists,
  { query: `{ node(id: "${shapes.plain}") { __typename ...Message } } ${message}` },
];

/** Enough to reach every marked field. */
const few = [...ofRooms([landmarks.shapesRoomId]), ...ofMessages([shapes.threadRoot]), ...ofLists];

const endpoints: readonly Endpoint[] = [
  'chat.getMessage',
  'chat.getMessageReadReceipts',
  'chat.getThreadMessages',
  'chat.syncMessages',
  'dm.history',
  'dm.list.everyone',
  'dm.messages',
  'im.counters',
  'im.list',
  'im.members',
  'me',
  'rooms.get',
  'rooms.info',
  'subscriptions.get',
  'users.info',
];

/** Marked fields that only the form of an id, or nothing at all, can make fail. */
const needNoCall = ['Message.directMessage', 'MessageUser.user', 'Query.directMessage'];

/** A room whose record misses what old servers and imports leave out. */
function addBareRoom({ world }: DemoWorkspace): void {
  const bare = world.createRoom({ userIds: [world.member.id, users.stranger], id: bareRoomId });
  for (const name of Object.keys(bare)) if (!['_id', 't'].includes(name)) Reflect.deleteProperty(bare, name);
}

/** A page after a cursor of another list, which is the error of one field. */
async function questionWithForeignCursor({ ask }: TestGateway): Promise<Question> {
  const members = `directMessage(id: "${landmarks.groupRoomId}") { members(first: 1) { pageInfo { endCursor } } }`;
  const cursor = /"endCursor":"([^"]+)"/.exec((await ask(`{ ${members} }`)).text)?.[1] ?? '';
  return { query: `{ viewer { unreadCount ${lists(`first: 3, after: "${cursor}"`)} } }` };
}

/** Asks everything. A request that is refused as a whole would prove nothing. */
async function askAll(gateway: TestGateway, asked: readonly Question[]): Promise<MarkedValues> {
  const { member, admin } = gateway.demo.world;
  const found = noMarkedValues();
  for (const { query, isOfAdmin } of asked) {
    const answer = await gateway.ask(query, { as: isOfAdmin === true ? admin : member });
    expect([query, answer.data === undefined ? answer.errors : undefined]).toEqual([query, undefined]);
    noteMarkedValues(query, answer, found);
  }
  return found;
}

/** What an endpoint can do to the fields that need it. */
const faults: Readonly<Record<string, Fault>> = {
  'answers 500': { status: 500, body: { success: false } },
  refuses: { status: 403, body: { success: false, error: 'unauthorized' } },
  'says that there is no such thing': {
    status: 400,
    body: { success: false, errorType: 'error-room-not-found', error: 'no' },
  },
  'answers an empty object': { body: { success: true } },
  'answers null everywhere': {
    transform: (body) => Object.fromEntries(Object.keys(body as object).map((name) => [name, null])),
  },
  'leaves out what rows hold beside their ids': { transform: withBareRows },
};

/** The same with rows of which only the identity is left. */
function withBareRows(body: unknown): unknown {
  const bare = (row: unknown): unknown =>
    typeof row === 'object' && row !== null
      ? Object.fromEntries(Object.entries(row).filter(([name]) => ['_id', 'rid', 'ts', 'u', 't'].includes(name)))
      : row;
  return Object.fromEntries(
    Object.entries(body as object).map(([name, value]) => [name, Array.isArray(value) ? value.map(bare) : value]),
  );
}

describe.each(['R7', 'R8'] as const)('Fields marked @semanticNonNull, in front of %s', (dialect) => {
  let demo: DemoWorkspace;
  beforeAll(async () => {
    demo = await startDemo({ dialect });
    addBareRoom(demo);
  });
  afterEach(() => demo.heal());
  afterAll(() => demo.close());

  /** A gateway that remembers nothing of earlier tests. */
  const start = () => startTestGateway({ demo, env: { UPSTREAM_ATTEMPTS: '1' } });

  it('have a value in every room, message and list of a workspace, or an error that says why not', async () => {
    const gateway = await start();
    const found = await askAll(gateway, [...questions, await questionWithForeignCursor(gateway)]);
    expect(found.unexplained).toEqual([]);
    expect([...found.values].toSorted()).toEqual(markedFields);
  });

  it.each(Object.entries(faults))('are null only with an error when every endpoint %s', async (_what, fault) => {
    const gateway = await start();
    demo.fail('*', fault);
    const { unexplained, failed } = await askAll(gateway, questions);
    expect(unexplained).toEqual([]);
    expect([...failed]).toContain('DirectMessage.counters');
  });

  it('are null with an error when one endpoint fails, each of those that needs a call', async () => {
    const failed = new Set<string>();
    for (const endpoint of endpoints) {
      demo.heal();
      demo.fail(endpoint, { status: 500 });
      const found = await askAll(await start(), few);
      expect([endpoint, found.unexplained]).toEqual([endpoint, []]);
      for (const coordinate of found.failed) failed.add(coordinate);
    }
    expect(markedFields.filter((coordinate) => !failed.has(coordinate))).toEqual(needNoCall);
  });
});

it('fields marked @semanticNonNull are null with an error when the calls of a workspace run out', async () => {
  const gateway = await startTestGateway({ demo: { rateLimit: { calls: 2, ms: 60_000 } } });
  const { unexplained, failed } = await askAll(gateway, few);
  expect(unexplained).toEqual([]);
  expect([...failed]).toContain('Message.readReceipts');
});

describe('The check of marked fields', () => {
  const query =
    '{ a: viewer { unreadCount directMessages { nodes { ...Room } } } } fragment Room on DirectMessage { kind counters { joined } }';
  const data = {
    a: {
      unreadCount: null,
      directMessages: {
        nodes: [
          { kind: null, counters: null },
          { kind: null, counters: { joined: true } },
        ],
      },
    },
  };
  const check = (...paths: (string | number)[][]) =>
    noteMarkedValues(
      query,
      { data, errors: paths.map((path) => ({ path, message: '', extensions: {} })) },
      noMarkedValues(),
    );

  it('finds nulls that no error explains, at any depth and under any alias', () => {
    expect(check().unexplained).toEqual([
      'Viewer.unreadCount at a.unreadCount',
      'DirectMessage.counters at a.directMessages.nodes.0.counters',
    ]);
    // An error above the null, beside it or of another row explains nothing.
    expect(check(['a'], ['a', 'directMessages', 'nodes', 1, 'counters'], []).unexplained).toHaveLength(2);
  });

  it('takes an error at the null or below it for its reason', () => {
    const found = check(['a', 'unreadCount'], ['a', 'directMessages', 'nodes', 0, 'counters', 'joined']);
    expect(found.unexplained).toEqual([]);
    expect([...found.failed]).toEqual(['Viewer.unreadCount', 'DirectMessage.counters']);
  });
});
