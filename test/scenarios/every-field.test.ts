import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isObjectType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import type { DemoOptions, DemoWorkspace } from '../../src/demo/server.ts';
import { startTestGateway, type Caller, type TestGateway } from '../support/gateway.ts';
import {
  coordinatesOf,
  everyField,
  expected,
  isNullable,
  letters,
  printTree,
  Tally,
  type Tree,
} from '../support/rest-mapping.ts';
import { askRest, list, record, textAt, type Json, type JsonRecord } from '../support/scenario.ts';

/** One query, and the result expected from the workspace's REST responses. */
interface Finding {
  readonly answer: Json;
  readonly expected: Json;
  readonly calls: readonly string[];
}

const oddRoomId = 'oddRoom5GjKmPqRsT';
const bareRoomId = 'bareRoom5GjKmPqRs';
const {
  shapesRoomId,
  emptyRoomId,
  hiddenTypesRoomId,
  encryptedRoomId,
  foreignRoomId,
  messages: shapes,
  users,
} = landmarks;

/** Messages and rooms of kinds that only old servers, imports and apps leave behind. */
function addOddities({ world }: DemoWorkspace): void {
  const { member } = world;
  world.createRoom({ userIds: [member.id, users.stranger], id: oddRoomId });
  const odd: Record<string, unknown>[] = [
    { files: undefined, file: { _id: 'onlyFile', name: 'plan.txt', type: 'text/plain', size: 12 } },
    { files: [{ _id: 'nameless' }] },
    { mentions: [{ _id: 'team7', name: 'design', type: 'team' }, { username: 'x', fname: 'X Y' }, { _id: 'all' }, {}] },
    {
      u: { _id: users.deleted, username: 'gone', name: 'Gone' },
      mentions: [{ _id: users.deleted }, { _id: users.busy }],
    },
    { channels: [{ _id: 'c1' }, { name: 'general' }] },
    { urls: [{ url: 'https://a.example/', meta: { pageTitle: 'A' } }, { url: 'https://b.example/' }, { meta: {} }] },
    { t: 'e2e', msg: 'cipher-of-old', e2e: 'pending' },
    { t: 'e2e' },
    {
      attachments: [
        { image_url: '/i.png', image_type: 'image/png', image_size: 3 },
        { audio_url: '/a.mp3', audio_size: 4 },
        { video_url: '/v.mp4' },
        {},
      ],
    },
    { tcount: 2 },
    { pinned: true },
    { editedAt: world.now, editedBy: { _id: users.stranger } },
    {
      md: [
        {
          type: 'PARAGRAPH',
          value: [
            { type: 'MENTION_USER', value: { type: 'PLAIN_TEXT', value: 'x' } },
            { type: 'EMOJI', unicode: '🎉' },
          ],
        },
      ],
    },
  ];
  for (const [index, fields] of odd.entries()) {
    world.post({ roomId: oddRoomId, userId: users.stranger, text: '', id: `odd${index}`, ...fields });
  }
  const bare = world.createRoom({ userIds: [member.id, users.stranger], id: bareRoomId });
  for (const field of [
    'usernames',
    'uids',
    'usersCount',
    'msgs',
    'ts',
    '_updatedAt',
    'ro',
    'default',
    'sysMes',
    '_USERNAMES',
  ]) {
    Reflect.deleteProperty(bare, field);
  }
  Reflect.deleteProperty(world.subscription(emptyRoomId, member.id) ?? {}, 'userMentions');
  const membership = world.subscription(hiddenTypesRoomId, member.id) ?? {};
  for (const field of ['groupMentions', 'ts', '_updatedAt', 'fname']) Reflect.deleteProperty(membership, field);
  Object.assign(world.subscription(oddRoomId, member.id) ?? {}, {
    open: false,
    f: true,
    blocker: true,
    blocked: true,
    disableNotifications: true,
    tunread: ['m1', 'm2'],
  });
}

/** `plainText` is compared by its letters. */
const withLettersOnly = (value: unknown): Json =>
  JSON.parse(
    JSON.stringify(value ?? null, (name, part: Json) =>
      name === 'plainText' ? letters(typeof part === 'string' ? part : '') : part,
    ),
  ) as Json;

const sorted = (rows: readonly Json[], ...names: readonly string[]): Json[] => {
  const keyOf = (row: Json) => names.map((name) => textAt(row, name)).join(' ');
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
};

/** Asks a workspace of one kind for every field of everything, both ways. */
class Survey {
  readonly #gateway: TestGateway;
  readonly #schema: GraphQLSchema;
  readonly tally = new Tally();
  readonly findings = new Map<string, Finding>();

  constructor(gateway: TestGateway, schema: GraphQLSchema) {
    this.#gateway = gateway;
    this.#schema = schema;
  }

  tree(typeName: string, ...without: string[]): Tree {
    return everyField(this.#schema, typeName, without);
  }

  rest(endpoint: string, params: Readonly<Record<string, string | number>> = {}, caller?: Caller): Promise<JsonRecord> {
    return askRest(this.#gateway.demo, endpoint, params, caller).then(({ body }) => body);
  }

  build(tree: Tree, typeName: string, value: Json, caller = this.#gateway.demo.world.member): Json {
    return expected(tree, typeName, value, caller, this.tally);
  }

  /** All of a connection's own fields, with every field of its rows. */
  connection(typeName: string, row: Tree): string {
    const fields = this.#fieldsOf(typeName).map((field) => {
      if (field.name === 'nodes') return `nodes { ${printTree(row)} }`;
      if (field.name === 'edges') return `edges { cursor node { ${printTree(row)} } }`;
      if (field.name === 'pageInfo')
        return `pageInfo { ${this.#fieldsOf('PageInfo')
          .map(({ name }) => name)
          .join(' ')} }`;
      return isObjectType(getNamedType(field.type)) ? `${field.name} { ${printTree(row)} }` : field.name;
    });
    return fields.join(' ');
  }

  /** A connection as it should be; cursors are only known by their form and by how they repeat. */
  page(
    typeName: string,
    nodes: readonly Json[],
    rest: JsonRecord & { hasNextPage: boolean; hasPreviousPage: boolean },
  ): Json {
    const { hasNextPage, hasPreviousPage, ...own } = rest;
    const isEmpty = nodes.length === 0;
    for (const { name } of this.#fieldsOf(typeName)) this.tally.note(`${typeName}.${name}`, own[name] === null);
    for (const { name } of this.#fieldsOf('PageInfo'))
      this.tally.note(`PageInfo.${name}`, name.endsWith('Cursor') && isEmpty);
    if (!isEmpty)
      for (const name of ['cursor', 'node'])
        this.tally.note(`${typeName.replace(/History/, '').replace('Connection', 'Edge')}.${name}`, false);
    const cursors = nodes.map((_, index) => `cursor ${index}`);
    return {
      edges: nodes.map((node, index) => ({ cursor: cursors[index], node })),
      nodes,
      pageInfo: { hasNextPage, hasPreviousPage, startCursor: cursors[0] ?? null, endCursor: cursors.at(-1) ?? null },
      ...own,
    };
  }

  note(coordinate: string, value: unknown): void {
    this.tally.note(coordinate, value === null || value === undefined);
  }

  async ask(name: string, query: string, wanted: Json, as?: Caller): Promise<void> {
    const { status, data, errors, calls } = await this.#gateway.askCounting(query, as === undefined ? {} : { as });
    const answer = withNamedCursors(withLettersOnly({ status, errors, data }));
    this.findings.set(name, { answer, expected: { status: 200, data: wanted }, calls });
  }

  #fieldsOf(typeName: string) {
    const type = this.#schema.getType(typeName);
    return isObjectType(type) ? Object.values(type.getFields()) : [];
  }
}

/** Replaces the cursors of every page by their positions, if they are distinct. */
function withNamedCursors(value: Json): Json {
  if (Array.isArray(value)) return value.map(withNamedCursors);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withNamedCursors(part)]));
  if (!Array.isArray(copy['edges'])) return copy;
  const cursors = copy['edges'].map((edge: Json) => record(edge)['cursor']);
  if (new Set(cursors).size < cursors.length || cursors.includes('')) return { ...copy, cursors };
  const placeOf = (cursor: Json) => (cursor === null ? null : `cursor ${cursors.indexOf(cursor)}`);
  const pageInfo = record(copy['pageInfo']);
  return {
    ...copy,
    edges: copy['edges'].map((edge: Json) => ({ ...record(edge), cursor: placeOf(record(edge)['cursor']) })),
    pageInfo: { ...pageInfo, startCursor: placeOf(pageInfo['startCursor']), endCursor: placeOf(pageInfo['endCursor']) },
  };
}

const newestFirst = '{"ts":-1,"_id":-1}';
const latestFirst = '{"lm":-1,"_id":-1}';

async function surveyRooms(survey: Survey, { world }: DemoWorkspace): Promise<void> {
  const roomTree = survey.tree('DirectMessage');
  const lists = [
    { name: 'own rooms', field: 'directMessages', endpoint: 'im.list', caller: world.member },
    { name: 'all rooms', field: 'directMessages', endpoint: 'dm.list.everyone', caller: world.admin },
  ] as const;
  for (const { name, field, endpoint, caller } of lists) {
    const { ims, total } = await survey.rest(endpoint, { count: 100, sort: latestFirst }, caller);
    const nodes = list(survey.build(roomTree, 'DirectMessage', ims, caller));
    const page = survey.page('DirectMessageConnection', nodes, {
      totalCount: total,
      hasNextPage: false,
      hasPreviousPage: false,
    });
    const isOwn = endpoint === 'im.list';
    const query = `${field}(first: 100) { ${survey.connection('DirectMessageConnection', roomTree)} }`;
    await survey.ask(
      name,
      isOwn ? `{ viewer { ${query} } }` : `{ ${query} }`,
      isOwn ? { viewer: { [field]: page } } : { [field]: page },
      caller,
    );
    survey.note(isOwn ? 'Viewer.directMessages' : 'Query.directMessages', page);
  }
  const roomIds = [
    shapesRoomId,
    emptyRoomId,
    hiddenTypesRoomId,
    encryptedRoomId,
    landmarks.selfRoomId,
    landmarks.readOnlyRoomId,
    landmarks.noLastMessageRoomId,
  ];
  const rooms = await Promise.all(roomIds.map((roomId) => survey.rest('rooms.info', { roomId })));
  const data = Object.fromEntries(
    rooms.map(({ room }, index) => [`r${index}`, survey.build(roomTree, 'DirectMessage', room)]),
  );
  survey.note('Query.directMessage', data);
  await survey.ask(
    'rooms by id',
    `{ ${roomIds.map((id, index) => `r${index}: directMessage(id: "${id}") { ${index === 0 ? printTree(roomTree) : '...Room'} }`).join(' ')} } fragment Room on DirectMessage { ${printTree(roomTree)} }`,
    data,
  );
}

async function surveyCounters(survey: Survey, demo: DemoWorkspace): Promise<void> {
  const { member, admin } = demo.world;
  const whole = survey.tree('Counters');
  const withoutMembers = survey.tree('Counters', 'memberCount');
  const { ims } = await survey.rest('im.list', { count: 100, sort: latestFirst });
  const roomIds = list(ims)
    .map((room) => textAt(room, '_id'))
    .filter((id) => id !== bareRoomId);
  const rest = await Promise.all(roomIds.map((roomId) => survey.rest('im.counters', { roomId })));
  const [manyIds, many] = [roomIds.slice(0, 30), rest.slice(0, 30)];
  for (const [name, tree, ids, answers] of [
    ['counters one by one', whole, manyIds, many],
    ['counters in bulk', withoutMembers, roomIds, rest],
  ] as const) {
    const data = Object.fromEntries(
      answers.map((body, index) => [`r${index}`, { counters: survey.build(tree, 'Counters', body) }]),
    );
    await survey.ask(
      name,
      `{ ${ids.map((id, index) => `r${index}: directMessage(id: "${id}") { counters { ...All } }`).join(' ')} } fragment All on Counters { ${printTree(tree)} }`,
      data,
    );
  }
  survey.note('DirectMessage.counters', rest);
  const other = await survey.rest('im.counters', { roomId: foreignRoomId, userId: users.busy }, admin);
  await survey.ask(
    'counters of another user',
    `{ directMessage(id: "${foreignRoomId}") { counters(userId: "${users.busy}") { ${printTree(whole)} } } }`,
    { directMessage: { counters: survey.build(whole, 'Counters', other, admin) } },
    admin,
  );
  // A workspace may leave out everything but `joined`.
  demo.fail('im.counters', {
    transform: (body) => ({
      ...Object.fromEntries(Object.keys(body as object).map((name) => [name, null])),
      joined: true,
      success: true,
    }),
  });
  const nothing = await survey.rest('im.counters', { roomId: shapesRoomId });
  await survey.ask(
    'counters without values',
    `{ directMessage(id: "${shapesRoomId}") { counters { ${printTree(whole)} } } }`,
    { directMessage: { counters: survey.build(whole, 'Counters', nothing, member) } },
  );
  demo.heal();
}

async function surveyPeople(survey: Survey, { world }: DemoWorkspace): Promise<void> {
  const userTree = survey.tree('User');
  const all = survey.connection('UserConnection', userTree);
  const roomIds = [landmarks.largestGroupRoomId, landmarks.readOnlyRoomId, landmarks.selfRoomId];
  const data: Record<string, Json> = {};
  for (const [index, roomId] of roomIds.entries()) {
    const { members, total } = await survey.rest('im.members', { roomId, count: 100 });
    const nodes = list(survey.build(userTree, 'User', sorted(list(members), 'username', '_id')));
    data[`r${index}`] = {
      members: survey.page('UserConnection', nodes, { totalCount: total, hasNextPage: false, hasPreviousPage: false }),
    };
  }
  survey.note('DirectMessage.members', data);
  await survey.ask(
    'members',
    `{ ${roomIds.map((id, index) => `r${index}: directMessage(id: "${id}") { members { ${all} } }`).join(' ')} }`,
    data,
  );

  const { user } = await survey.rest('users.info', { userId: users.busy });
  const unknown = await survey.rest('users.info', { userId: users.deleted });
  survey.note('Query.user', user);
  survey.note('Query.user', unknown['user']);
  await survey.ask(
    'users by id',
    `{ known: user(id: "${users.busy}") { ${printTree(userTree)} } unknown: user(id: "${users.deleted}") { id } }`,
    { known: survey.build(userTree, 'User', user), unknown: null },
  );

  const { update } = await survey.rest('subscriptions.get');
  const unread = list(update)
    .map(record)
    .filter(({ t }) => t === 'd')
    .reduce((sum, row) => sum + Number(row['unread'] ?? 0), 0);
  const own = survey.build(userTree, 'User', await survey.rest('me'));
  for (const [name, value] of Object.entries({ id: 'opaque', userId: world.member.id, user: own, unreadCount: unread }))
    survey.note(`Viewer.${name}`, value);
  survey.note('Query.viewer', own);
  await survey.ask('the caller', `{ viewer { id userId user { ${printTree(userTree)} } unreadCount } }`, {
    viewer: { id: `viewer ${world.member.id}`, userId: world.member.id, user: own, unreadCount: unread },
  });

  const username = textAt(
    list(update).find((row) => textAt(row, 'rid') === shapesRoomId),
    'name',
  );
  survey.note('Query.directMessageWith', shapesRoomId);
  survey.note('Query.directMessageWith', null);
  await survey.ask(
    'rooms by username',
    `{ known: directMessageWith(username: "${username}") { id } none: directMessageWith(username: "nobody.here") { id } }`,
    { known: { id: shapesRoomId }, none: null },
  );
}

async function surveyMessages(survey: Survey): Promise<void> {
  const tree = survey.tree('Message');
  const all = survey.connection('MessageConnection', tree);
  for (const [name, roomId] of Object.entries({
    shapes: shapesRoomId,
    encrypted: encryptedRoomId,
    hiddenTypes: hiddenTypesRoomId,
    odd: oddRoomId,
    empty: emptyRoomId,
  })) {
    const { messages, total } = await survey.rest('dm.messages', { roomId, count: 60, sort: newestFirst });
    const nodes = list(survey.build(tree, 'Message', messages));
    const page = survey.page('MessageConnection', nodes, {
      totalCount: total,
      hasNextPage: Number(total) > 60,
      hasPreviousPage: false,
    });
    survey.note('DirectMessage.messages', page);
    await survey.ask(`messages: ${name}`, `{ directMessage(id: "${roomId}") { messages(first: 60) { ${all} } } }`, {
      directMessage: { messages: page },
    });
  }

  const oldest = '2026-10-27T00:00:00.000Z';
  for (const [name, roomId, range] of [
    ['with a gap', shapesRoomId, { oldest }],
    ['without a beginning', shapesRoomId, {}],
    ['empty', emptyRoomId, { oldest }],
  ] as const) {
    const params = { roomId, count: 10, ...range };
    const { messages, unreadNotLoaded, firstUnread } = await survey.rest('dm.history', {
      ...params,
      ...('oldest' in range && { unreads: 'true' }),
    });
    const nodes = list(survey.build(tree, 'Message', messages));
    const page = survey.page('MessageHistoryConnection', nodes, {
      notLoadedCount: unreadNotLoaded ?? null,
      firstNotLoaded: survey.build(tree, 'Message', firstUnread ?? null),
      hasNextPage: roomId === shapesRoomId,
      hasPreviousPage: false,
    });
    survey.note('DirectMessage.history', page);
    const args = `first: 10${'oldest' in range ? `, range: { since: "${oldest}" }` : ''}`;
    await survey.ask(
      `history ${name}`,
      `{ directMessage(id: "${roomId}") { history(${args}) { ${survey.connection('MessageHistoryConnection', tree)} } } }`,
      { directMessage: { history: page } },
    );
  }
}

async function surveySingleMessages(survey: Survey): Promise<void> {
  const tree = survey.tree('Message');
  const receiptTree = survey.tree('ReadReceipt');
  const all = survey.connection('ReadReceiptConnection', receiptTree);
  const names = Object.keys(shapes).toSorted() as (keyof typeof shapes)[];
  for (const [part, start] of [0, 15, 30, 45].entries()) {
    const chosen = names.slice(start, start + 15);
    const rest = await Promise.all(chosen.map((name) => survey.rest('chat.getMessage', { msgId: shapes[name] })));
    const rows = rest.map(({ message }) => (record(message)['_hidden'] === true ? null : message));
    for (const row of rows) survey.note('Query.message', row);
    const data = Object.fromEntries(chosen.map((name, index) => [name, survey.build(tree, 'Message', rows[index])]));
    await survey.ask(
      `single messages, part ${part}`,
      `{ ${chosen.map((name) => `${name}: message(id: "${shapes[name]}") { ...All }`).join(' ')} } fragment All on Message { ${printTree(tree)} }`,
      data,
    );
  }
  const pageOf = async (messageId: string): Promise<Json> => {
    const { receipts } = await survey.rest('chat.getMessageReadReceipts', { messageId });
    const nodes = list(survey.build(receiptTree, 'ReadReceipt', sorted(list(receipts), 'ts', '_id')));
    return survey.page('ReadReceiptConnection', nodes, {
      totalCount: nodes.length,
      isAvailable: true,
      hasNextPage: false,
      hasPreviousPage: false,
    });
  };
  const { messages } = await survey.rest('dm.messages', { roomId: shapesRoomId, count: 25, sort: newestFirst });
  const pages = await Promise.all(
    list(messages).map(async (message) => ({ readReceipts: await pageOf(textAt(message, '_id')) })),
  );
  survey.note('Message.readReceipts', pages);
  await survey.ask(
    'receipts of a page',
    `{ directMessage(id: "${shapesRoomId}") { messages(first: 25) { nodes { readReceipts { ${all} } } } } }`,
    { directMessage: { messages: { nodes: pages } } },
  );
  const chosen = { deletedReader: shapes.deletedReader, noReceipts: shapes.noReceipts, plain: shapes.plain };
  const data = Object.fromEntries(
    await Promise.all(Object.entries(chosen).map(async ([name, id]) => [name, await pageOf(id)] as const)),
  );
  survey.note('Query.readReceipts', data);
  await survey.ask(
    'receipts by message id',
    `{ ${Object.entries(chosen)
      .map(([name, id]) => `${name}: readReceipts(messageId: "${id}") { ${all} }`)
      .join(' ')} }`,
    data,
  );
}

/** Rooms as a list shows them: everything that the caller's memberships say. */
async function surveyMemberships(survey: Survey, { world }: DemoWorkspace): Promise<void> {
  const tree = survey.tree('Membership');
  const fields = `id title avatarUrl large: avatarUrl(size: 128) membership { ${printTree(tree)} }`;
  for (const [name, caller, endpoint] of [
    ['memberships', world.member, 'im.list'],
    ['memberships of an administrator', world.admin, 'dm.list.everyone'],
  ] as const) {
    const { ims } = await survey.rest(endpoint, { count: 100, sort: latestFirst }, caller);
    const { update } = await survey.rest('subscriptions.get', {}, caller);
    const nodes = list(ims)
      .map(record)
      .map((room) => {
        const subscription = record(list(update).find((row) => textAt(row, 'rid') === room['_id']) ?? null);
        const isMember = subscription['rid'] !== undefined;
        const others = isMember ? (subscription['name'] ?? null) : null;
        const isGroup = list(room['uids']).length > 2;
        const path = isGroup ? `room/${textAt(room, '_id')}` : encodeURIComponent(textAt(subscription, 'name'));
        const avatarUrl = others === null ? null : `/avatar/${path}`;
        const title = isMember ? (subscription['fname'] ?? others) : null;
        const membership = survey.build(tree, 'Membership', isMember ? subscription : null, caller);
        for (const [field, value] of Object.entries({ title, avatarUrl, membership }))
          survey.note(`DirectMessage.${field}`, value);
        const large = avatarUrl === null ? null : `${avatarUrl}?size=128`;
        return { id: room['_id'] ?? null, title, avatarUrl, large, membership };
      });
    const query = `directMessages(first: 100) { nodes { ${fields} } }`;
    const page = { directMessages: { nodes } };
    const isOwn = endpoint === 'im.list';
    await survey.ask(name, isOwn ? `{ viewer { ${query} } }` : `{ ${query} }`, isOwn ? { viewer: page } : page, caller);
  }
}

/** Users whom messages mention, as they are now. */
async function surveyMentionedUsers(survey: Survey): Promise<void> {
  const tree = survey.tree('User');
  const user = `user { ${printTree(tree)} }`;
  const current = async (userId: Json | undefined): Promise<Json> => {
    if (typeof userId !== 'string') return null;
    const body = await survey.rest('users.info', { userId });
    const nothing = Object.fromEntries([...tree.keys()].map((name) => [name, name === 'id' ? userId : null]));
    if (body['user'] !== undefined) return survey.build(tree, 'User', body['user']);
    for (const name of tree.keys()) survey.note(`User.${name}`, nothing[name]);
    return nothing;
  };
  const recorded = async (value: Json | undefined): Promise<Json> => {
    const { _id } = record(value ?? null);
    return _id === undefined ? null : { user: await current(_id) };
  };
  for (const [name, roomId] of [
    ['users whom messages mention', shapesRoomId],
    ['users whom odd messages mention', oddRoomId],
  ] as const) {
    const { messages } = await survey.rest('dm.messages', { roomId, count: 60, sort: newestFirst });
    const nodes = await Promise.all(
      list(messages).map(async (value) => {
        const message = record(value);
        const mentions = list(message['mentions'] ?? null).map(async (mention) => {
          const { _id, type } = record(mention);
          const isUser = _id !== 'all' && _id !== 'here' && type !== 'team';
          return { user: isUser ? await current(_id) : null };
        });
        return {
          author: await recorded(message['u']),
          editedBy: await recorded(message['editedBy']),
          pinnedBy: await recorded(message['pinnedBy']),
          mentions: await Promise.all(mentions),
        };
      }),
    );
    for (const { author, mentions } of nodes) {
      survey.note('MessageUser.user', record(author)['user']);
      for (const mention of mentions) survey.note('UserMention.user', mention.user);
    }
    await survey.ask(
      name,
      `{ directMessage(id: "${roomId}") { messages(first: 60) { nodes { author { ${user} } editedBy { ${user} } pinnedBy { ${user} } mentions { ${user} } } } } }`,
      { directMessage: { messages: { nodes } } },
    );
  }
  const { receipts } = await survey.rest('chat.getMessageReadReceipts', { messageId: shapes.plain });
  const readers = sorted(list(receipts), 'ts', '_id').map(async (receipt) => ({
    user: record(receipt)['user'] === undefined ? null : await current(record(receipt)['userId']),
  }));
  await survey.ask('readers of a message', `{ readReceipts(messageId: "${shapes.plain}") { nodes { ${user} } } }`, {
    readReceipts: { nodes: await Promise.all(readers) },
  });
}

async function surveyThreads(survey: Survey): Promise<void> {
  const tree = survey.tree('Message');
  const { messages, total } = await survey.rest('chat.getThreadMessages', { tmid: shapes.threadRoot, count: 60 });
  const nodes = list(survey.build(tree, 'Message', messages));
  const replies = survey.page('MessageConnection', nodes, {
    totalCount: total,
    hasNextPage: false,
    hasPreviousPage: false,
  });
  survey.note('Thread.replies', replies);
  await survey.ask(
    'the replies of a thread',
    `{ message(id: "${shapes.threadRoot}") { thread { replies(first: 60) { ${survey.connection('MessageConnection', tree)} } } } }`,
    { message: { thread: { replies } } },
  );
  const { message } = await survey.rest('chat.getMessage', { msgId: shapes.threadRoot });
  const threadRoot = survey.build(tree, 'Message', message);
  survey.note('Message.threadRoot', threadRoot);
  survey.note('Message.threadRoot', null);
  await survey.ask(
    'what a reply replies to',
    `{ reply: message(id: "${shapes.threadReply}") { threadRoot { ${printTree(tree)} } } none: message(id: "${shapes.plain}") { threadRoot { ${printTree(tree)} } } }`,
    { reply: { threadRoot }, none: { threadRoot: null } },
  );
  await survey.ask(
    'the id of what a reply replies to',
    `{ message(id: "${shapes.threadReply}") { threadRoot { id __typename } } }`,
    {
      message: { threadRoot: { id: shapes.threadRoot, __typename: 'Message' } },
    },
  );
}

async function surveyNodes(survey: Survey, { world }: DemoWorkspace): Promise<void> {
  const [messageTree, userTree, roomTree] = ['Message', 'User', 'DirectMessage'].map((name) => survey.tree(name));
  if (messageTree === undefined || userTree === undefined || roomTree === undefined) throw new Error('no trees');
  const { message } = await survey.rest('chat.getMessage', { msgId: shapes.plain });
  const { user } = await survey.rest('users.info', { userId: users.busy });
  const { room } = await survey.rest('rooms.info', { roomId: shapesRoomId });
  const objects = {
    room: survey.build(roomTree, 'DirectMessage', room),
    message: survey.build(messageTree, 'Message', message),
    user: survey.build(userTree, 'User', user),
  };
  survey.note('Query.node', objects);
  survey.note('Query.node', null);
  await survey.ask(
    'nodes by id and type',
    `{ room: node(id: "${shapesRoomId}") { ... on DirectMessage { ${printTree(roomTree)} } }
      message: node(id: "${shapes.plain}") { ...M } user: node(id: "${users.busy}") { ... on User { ${printTree(userTree)} } }
      none: node(id: "${users.busy}") { ...M } } fragment M on Message { ${printTree(messageTree)} }`,
    { ...objects, none: null },
  );
  const found = { room: shapesRoomId, message: shapes.plain, user: users.busy, none: 'nothing' };
  const types = { room: 'DirectMessage', message: 'Message', user: 'User' };
  for (const [name, id] of Object.entries(found)) {
    const type = types[name as keyof typeof types];
    await survey.ask(
      `a node by id: ${name}`,
      `{ node(id: "${id}") { __typename id ... on User { username } ... on Message { text } } }`,
      {
        node:
          type === undefined
            ? null
            : {
                __typename: type,
                id,
                ...(type === 'User' && { username: textAt(user, 'username') }),
                ...(type === 'Message' && { text: textAt(message, 'msg') }),
              },
      },
    );
  }
  const own = `counters ${shapesRoomId} ${world.member.id}`;
  survey.note('Counters.id', own);
  await survey.ask('the id of counters', `{ directMessage(id: "${shapesRoomId}") { counters { id } } }`, {
    directMessage: { counters: { id: own } },
  });
}

async function surveyBudget(survey: Survey, demo: DemoWorkspace): Promise<void> {
  demo.configure({ rateLimit: { calls: 100, ms: 60_000 } });
  const tree = survey.tree('EndpointBudget');
  const { headers } = await askRest(demo, 'me'); // opens the window, so the gateway's own call is the second in it
  const wanted = {
    endpoint: 'me',
    limit: Number(headers.get('x-ratelimit-limit')),
    remaining: Number(headers.get('x-ratelimit-remaining')) - 1,
    resetAt: new Date(Number(headers.get('x-ratelimit-reset'))).toISOString(),
  };
  survey.note('Query.upstreamBudget', wanted);
  await survey.ask('a first call', '{ viewer { user { id } } }', { viewer: { user: { id: demo.world.member.id } } });
  await survey.ask('the budget', `{ upstreamBudget { ${printTree(tree)} } }`, {
    upstreamBudget: [survey.build(tree, 'EndpointBudget', wanted)],
  });
  demo.configure({ rateLimit: false });
}

/** Cursors are new each time: only that there is one is noted. */
async function surveyChanges(survey: Survey, { ask, demo: { world } }: TestGateway): Promise<void> {
  const [messageTree, roomTree] = [survey.tree('Message'), survey.tree('DirectMessage')];
  const begin = await ask(
    `{ viewer { changes { cursor mustReload } } directMessage(id: "${shapesRoomId}") { changes { cursor mustReload } } }`,
  );
  const { viewer, directMessage } = record(withLettersOnly(begin.data));
  const inbox = record(record(viewer)['changes']);
  const room = record(record(directMessage)['changes']);
  expect([inbox['mustReload'], room['mustReload']]).toEqual([true, true]);
  world.remove(shapes.plain);
  world.post({ roomId: shapesRoomId, userId: users.shapes, text: 'new' });
  const { messages } = await survey.rest('dm.messages', { roomId: shapesRoomId, count: 1, sort: newestFirst });
  const message = survey.build(messageTree, 'Message', messages);
  const { room: changedRoom } = await survey.rest('rooms.info', { roomId: shapesRoomId });
  const changed = survey.build(roomTree, 'DirectMessage', [changedRoom ?? null]);
  const told = { removedIds: [shapes.plain], hasMore: false, mustReload: false };
  for (const name of ['changed', 'removedIds', 'cursor', 'hasMore', 'mustReload'])
    survey.note(`MessageChanges.${name}`, true);
  for (const name of ['changed', 'removedIds', 'cursor', 'mustReload']) survey.note(`InboxChanges.${name}`, true);
  for (const name of ['DirectMessage.changes', 'Viewer.changes']) survey.note(name, true);
  await survey.ask(
    'what changed in a room',
    `{ directMessage(id: "${shapesRoomId}") { changes(since: "${textAt(room, 'cursor')}") {
      changed { ${printTree(messageTree)} } removedIds hasMore mustReload } } }`,
    { directMessage: { changes: { changed: message, ...told } } },
  );
  const withoutOwn = new Map([...roomTree].filter(([name]) => name !== 'legacyUsernames'));
  await survey.ask(
    'what changed in the inbox',
    `{ viewer { changes(since: "${textAt(inbox, 'cursor')}") {
      changed { ${printTree(withoutOwn)} } removedIds mustReload } } }`,
    { viewer: { changes: { changed: withoutNames(changed), removedIds: [], mustReload: false } } },
  );
}

/** Rooms without the field that only the full record has. */
const withoutNames = (rooms: Json): Json =>
  list(rooms).map((room) =>
    Object.fromEntries(Object.entries(record(room)).filter(([name]) => name !== 'legacyUsernames')),
  );

async function takeSurvey(
  options: DemoOptions,
): Promise<Survey & { schema: GraphQLSchema; close: () => Promise<void> }> {
  const gateway = await startTestGateway({ demo: options });
  const { demo } = gateway;
  addOddities(demo);
  const { data } = await gateway.ask(getIntrospectionQuery());
  const schema = buildClientSchema(data as unknown as IntrospectionQuery);
  const survey = new Survey(gateway, schema);
  await surveyRooms(survey, demo);
  await surveyCounters(survey, demo);
  await surveyPeople(survey, demo);
  await surveyMessages(survey);
  await surveySingleMessages(survey);
  await surveyMemberships(survey, demo);
  await surveyMentionedUsers(survey);
  await surveyThreads(survey);
  await surveyNodes(survey, demo);
  await surveyBudget(survey, demo);
  await surveyChanges(survey, gateway);
  return Object.assign(survey, { schema, close: () => gateway.close() });
}

/** Nullable fields whose null is an error or a call that failed: shown where errors are. */
const nullOnlyInErrors = [
  'DirectMessage.changes',
  'DirectMessage.counters',
  'DirectMessage.history',
  'DirectMessage.members',
  'DirectMessage.messages',
  'Message.directMessage',
  'Message.readReceipts',
  'Query.directMessage',
  'Query.directMessages',
  'Query.readReceipts',
  'Thread.replies',
  'Viewer.changes',
  'Viewer.directMessages',
  'Viewer.unreadCount',
  'Viewer.user',
];
/**
 * Never null: rooms of other types are no direct messages, a room without `default` is no default room, and a deleted user is
 * one without a name.
 */
const neverNull = ['DirectMessage.typeCode', 'DirectMessage.isDefault', 'MessageUser.user'];

const areas = [
  'own rooms',
  'all rooms',
  'rooms by id',
  'counters one by one',
  'counters in bulk',
  'counters of another user',
  'counters without values',
  'members',
  'users by id',
  'the caller',
  'rooms by username',
  'messages: shapes',
  'messages: encrypted',
  'messages: hiddenTypes',
  'messages: odd',
  'messages: empty',
  'history with a gap',
  'history without a beginning',
  'history empty',
  'single messages, part 0',
  'single messages, part 1',
  'single messages, part 2',
  'single messages, part 3',
  'receipts of a page',
  'receipts by message id',
  'memberships',
  'memberships of an administrator',
  'users whom messages mention',
  'users whom odd messages mention',
  'readers of a message',
  'the replies of a thread',
  'what a reply replies to',
  'the id of what a reply replies to',
  'nodes by id and type',
  'a node by id: room',
  'a node by id: message',
  'a node by id: user',
  'a node by id: none',
  'the id of counters',
  'a first call',
  'the budget',
  'what changed in a room',
  'what changed in the inbox',
];

const surveys = new Map<string, Awaited<ReturnType<typeof takeSurvey>>>();
const variants: Readonly<Record<string, DemoOptions>> = {
  R7: { dialect: 'R7' },
  R8: { dialect: 'R8' },
  'R8 with real names': { dialect: 'R8', useRealName: true },
};

beforeAll(async () => {
  for (const [name, options] of Object.entries(variants)) surveys.set(name, await takeSurvey(options));
});
afterAll(async () => {
  for (const survey of surveys.values()) await survey.close();
});

const surveyOf = (variant: string) => {
  const survey = surveys.get(variant);
  if (survey === undefined) throw new Error(`no survey of ${variant}`);
  return survey;
};

describe.each(Object.keys(variants))('In front of %s', (variant) => {
  it.each(areas)('every field has the value of the REST API: %s', (area) => {
    const finding = surveyOf(variant).findings.get(area);
    expect(finding?.answer).toEqual(finding?.expected);
  });

  it('the queries of this file cover every field of every type', () => {
    const { tally, schema, findings } = surveyOf(variant);
    expect([...findings.keys()]).toEqual(areas);
    const answered = [...tally.fields].filter(([, { values }]) => values > 0).map(([coordinate]) => coordinate);
    expect(answered.toSorted()).toEqual(coordinatesOf(schema));
  });

  it('the queries of this file meet every null that a workspace can cause', () => {
    const { tally, schema } = surveyOf(variant);
    const nulls = [...tally.fields].filter(([, { nulls }]) => nulls > 0).map(([coordinate]) => coordinate);
    const wanted = coordinatesOf(schema, isNullable).filter(
      (name) => ![...nullOnlyInErrors, ...neverNull].includes(name),
    );
    expect(nulls.toSorted()).toEqual(wanted);
  });

  it('each query makes exactly the calls it needs', () => {
    const counts = Object.fromEntries(
      [...surveyOf(variant).findings].map(([area, { calls }]) => [area, countByEndpoint(calls)]),
    );
    expect(counts).toEqual({
      'own rooms': { 'im.list': 1 },
      'all rooms': { 'dm.list.everyone': 1 },
      'rooms by id': { 'rooms.info': 7 },
      'counters one by one': { 'im.counters': 30 },
      'counters in bulk': { 'rooms.get': 1, 'subscriptions.get': 1 },
      'counters of another user': { 'im.counters': 1 },
      'counters without values': { 'im.counters': 1 },
      members: { 'im.members': 3 },
      'users by id': { 'users.info': 2 },
      'the caller': { me: 1, 'subscriptions.get': 1 },
      'rooms by username': { 'subscriptions.get': 1 },
      'messages: shapes': { 'dm.messages': 1 },
      'messages: encrypted': { 'dm.messages': 1 },
      'messages: hiddenTypes': { 'dm.messages': 1 },
      'messages: odd': { 'dm.messages': 1 },
      'messages: empty': { 'dm.messages': 1 },
      'history with a gap': { 'dm.history': 2 },
      'history without a beginning': { 'dm.history': 1 },
      'history empty': { 'dm.history': 1 },
      'single messages, part 0': { 'chat.getMessage': 15 },
      'single messages, part 1': { 'chat.getMessage': 15 },
      'single messages, part 2': { 'chat.getMessage': 15 },
      'single messages, part 3': { 'chat.getMessage': Object.keys(shapes).length - 45 },
      'receipts of a page': { 'chat.getMessageReadReceipts': 25, 'dm.messages': 1 },
      'receipts by message id': { 'chat.getMessage': 1, 'chat.getMessageReadReceipts': 3 },
      memberships: { 'im.list': 1, 'subscriptions.get': 1 },
      'memberships of an administrator': { 'dm.list.everyone': 1, 'subscriptions.get': 1 },
      'users whom messages mention': { 'dm.messages': 1, 'im.members': 1, 'users.info': 1 },
      'users whom odd messages mention': { 'dm.messages': 1, 'im.members': 1, 'users.info': 2 },
      'readers of a message': { 'chat.getMessageReadReceipts': 1, 'im.members': 1 },
      'the replies of a thread': { 'chat.getMessage': 1, 'chat.getThreadMessages': 1 },
      'what a reply replies to': { 'chat.getMessage': 3 },
      'the id of what a reply replies to': { 'chat.getMessage': 1 },
      'nodes by id and type': { 'chat.getMessage': 2, 'rooms.info': 1, 'users.info': 1 },
      'a node by id: room': { 'subscriptions.get': 1 },
      'a node by id: message': { 'chat.getMessage': 1, 'subscriptions.get': 1 },
      'a node by id: user': { 'chat.getMessage': 1, 'subscriptions.get': 1, 'users.info': 1 },
      'a node by id: none': { 'chat.getMessage': 1, 'subscriptions.get': 1, 'users.info': 1 },
      'the id of counters': { 'im.counters': 1 },
      'a first call': { me: 1 },
      'the budget': {},
      'what changed in a room': { 'chat.syncMessages': 2 },
      'what changed in the inbox': { 'rooms.get': 1, 'subscriptions.get': 1 },
    });
  });
});

function countByEndpoint(calls: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const call of calls) {
    const [endpoint = ''] = call.split('?');
    counts[endpoint] = (counts[endpoint] ?? 0) + 1;
  }
  return counts;
}

/** Except upstreamBudget, which depends on the time. */
const answersOf = (variant: string) =>
  [...surveyOf(variant).findings].filter(([area]) => area !== 'the budget').map(([area, { answer }]) => [area, answer]);

it('Rocket.Chat 7 and 8 give the same responses', () => {
  expect(answersOf('R7')).toEqual(answersOf('R8'));
});

it.each([
  [
    'richMarkup',
    'Launch page\nStatus: almost there, two one section left. Surprise at the end\nhero and pricing are done\nBookingCard needs the new icons\ncopy\nimages\nmobile layout\ndark theme\n“Less is more” (Carla)\n.hero { padding: 4rem; }',
  ],
  ['unknownMarkup', 'Launch is on <t:1793610000:F>'],
  ['bigEmoji', ':tada::heart_eyes:'],
  ['mention', '@priya.raman @noor.haddad could one of you export them at double size?'],
  ['channelMention', 'I’ll announce it in #general tomorrow.'],
] as const)('the plain text of %s keeps its lines and markers', async (name, plainText) => {
  const gateway = await startTestGateway();
  await gateway.ask('{ viewer { directMessages(first: 100) { nodes { id } } } }');
  const { data, errors, calls } = await gateway.askCounting(
    `{ message(id: "${shapes[name]}") { markup { plainText } } }`,
  );
  await gateway.close();
  expect({ data, errors, calls }).toEqual({
    data: { message: { markup: { plainText } } },
    errors: undefined,
    calls: [`chat.getMessage?msgId=${shapes[name]}`],
  });
});
