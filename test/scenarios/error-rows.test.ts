import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import type { Fault } from '../../src/demo/faults.ts';
import { messages } from '../../src/upstream/transport/failures.ts';
import { type Caller, type TestGateway, type TestGatewayOptions, startTestGateway } from '../support/gateway.ts';
import { codesOf, expectNoLeak } from '../support/scenario.ts';
import { upstreamMarker } from '../support/secrets.ts';

const { shapesRoomId, foreignRoomId, channelId, users, messages: shapes } = landmarks;
const unknownRoomId = 'noRoom2468ACEGJKM';
const sibling = 'viewer { user { id } }';
const siblingData = { viewer: { user: { id: users.member } } };
const newestFirst = 'sort={"ts":-1,"_id":-1}';
const room = (id: string, fields: string) => `directMessage(id: "${id}") { ${fields} }`;
const messagesCall = (id: string, count = 20) => `dm.messages?roomId=${id}&offset=0&count=${count}&${newestFirst}`;
const membersCall = (id: string) => `im.members?roomId=${id}&offset=0&count=100&sort={"username":1}`;
const historyCall = (id: string) =>
  `dm.history?roomId=${id}&latest=9999-12-31T23:59:59.999Z&inclusive=true&offset=0&count=21`;

/** A gateway whose caller has listed their rooms, so the gateway knows those ids as rooms. */
async function startWithKnownRooms(options?: TestGatewayOptions): Promise<TestGateway> {
  const gateway = await startTestGateway(options);
  await gateway.ask('{ viewer { directMessages(first: 100) { nodes { id } } } }');
  gateway.logs.length = 0;
  gateway.demo.resetCalls();
  return gateway;
}

interface Row {
  readonly name: string;
  readonly query: string;
  readonly data: Record<string, unknown>;
  /** `path: CODE` each. */
  readonly errors?: string[];
  readonly calls: string[];
  readonly as?: 'member' | 'admin';
}

/** What makes sure of a room of which only the client's id is known. */
const checkCall = (id: string) => `rooms.info?roomId=${id}`;
/** Whether the call itself is made: not for an id that is no room, because upstream would create one. */
const asks = (code: string, call: string) => (code === 'NOT_FOUND' ? [] : [call]);

const messagesRow = (name: string, id: string, code: string): Row => ({
  name: `${name}: messages`,
  query: room(id, 'id messages { totalCount }'),
  data: { directMessage: { id, messages: null } },
  errors: [`directMessage.messages: ${code}`],
  calls: [checkCall(id), ...asks(code, messagesCall(id))],
});
const historyRow = (name: string, id: string, code: string): Row => ({
  name: `${name}: history`,
  query: room(id, 'id history { nodes { id } }'),
  data: { directMessage: { id, history: null } },
  errors: [`directMessage.history: ${code}`],
  calls: [checkCall(id), ...asks(code, historyCall(id))],
});
const membersRow = (name: string, id: string, code: string): Row => ({
  name: `${name}: members`,
  query: room(id, 'id members { totalCount }'),
  data: { directMessage: { id, members: null } },
  errors: [`directMessage.members: ${code}`],
  calls: [checkCall(id), ...asks(code, membersCall(id))],
});
const recordRow = (name: string, id: string, code: string): Row => ({
  name: `${name}: the record`,
  query: room(id, 'id topic kind'),
  data: { directMessage: { id, topic: null, kind: null } },
  errors: [`directMessage.topic: ${code}`, `directMessage.kind: ${code}`],
  calls: [`rooms.info?roomId=${id}`],
});
const countersRow = (name: string, id: string, code: string, userId?: string): Row => ({
  name: `${name}: counters`,
  query: room(id, `id counters${userId === undefined ? '' : `(userId: "${userId}")`} { joined }`),
  data: { directMessage: { id, counters: null } },
  errors: [`directMessage.counters: ${code}`],
  calls: [`im.counters?roomId=${id}${userId === undefined ? '' : `&userId=${userId}`}`],
});

/** What the workspace itself refuses, without a fault. */
const refusals: readonly Row[] = [
  {
    name: 'the list of all rooms, without the permission',
    query: 'directMessages { totalCount nodes { id } }',
    data: { directMessages: null },
    errors: ['directMessages: FORBIDDEN'],
    calls: ['dm.list.everyone?offset=0&count=20&sort={"lm":-1,"_id":-1}'],
  },
  countersRow('another user, without the permission', shapesRoomId, 'FORBIDDEN', users.shapes),
  countersRow('an unknown room', unknownRoomId, 'FORBIDDEN'),
  countersRow('a room of other people', foreignRoomId, 'FORBIDDEN'),
  countersRow('a channel', channelId, 'NOT_FOUND'),
  { ...countersRow('an administrator in a room of other people', foreignRoomId, 'FORBIDDEN'), as: 'admin' },
  { ...countersRow('a user who is not in the room', foreignRoomId, 'FORBIDDEN', users.stranger), as: 'admin' },
  ...[messagesRow, historyRow, membersRow].flatMap((row) => [
    row('an unknown room', unknownRoomId, 'NOT_FOUND'),
    row('a channel', channelId, 'NOT_FOUND'),
    row('a room of other people', foreignRoomId, 'FORBIDDEN'),
    row('a user’s id in place of a room’s', users.shapes, 'NOT_FOUND'),
    row('a username in place of a room’s id', 'priya.raman', 'NOT_FOUND'),
    { ...row('an administrator in a room of other people', foreignRoomId, 'FORBIDDEN'), as: 'admin' as const },
  ]),
  recordRow('an unknown room', unknownRoomId, 'NOT_FOUND'),
  recordRow('a channel', channelId, 'NOT_FOUND'),
  recordRow('a room of other people', foreignRoomId, 'NOT_FOUND'),
  recordRow('a user’s id in place of a room’s', users.shapes, 'NOT_FOUND'),
  countersRow('a user’s id in place of a room’s', users.shapes, 'FORBIDDEN'),
  {
    name: 'an unknown message',
    query: 'message(id: "noSuchMessage") { id }',
    data: { message: null },
    calls: ['chat.getMessage?msgId=noSuchMessage'],
  },
  {
    name: 'an unknown user',
    query: `user(id: "${users.deleted}") { id }`,
    data: { user: null },
    calls: [`users.info?userId=${users.deleted}`],
  },
  {
    name: 'receipts of an unknown message',
    query: 'readReceipts(messageId: "noSuchMessage") { totalCount isAvailable }',
    data: { readReceipts: null },
    errors: ['readReceipts: NOT_FOUND'],
    calls: ['chat.getMessageReadReceipts?messageId=noSuchMessage'],
  },
];

const dialects = ['R7', 'R8'] as const;

/** Queries a row's field and a sibling: expects the row's result, an intact sibling, and no leak. */
async function expectRow(gateway: TestGateway, row: Row): Promise<void> {
  const { member, admin } = gateway.demo.world;
  const as = row.as === 'admin' ? admin : member;
  const result = await gateway.askCounting(`{ ${row.query} ${sibling} }`, { as });
  expect({ status: result.status, data: result.data, errors: codesOf(result), calls: result.calls.toSorted() }).toEqual(
    {
      status: 200,
      data: { ...row.data, viewer: { user: { id: as.id } } },
      errors: row.errors,
      calls: [...row.calls, 'me'].toSorted(),
    },
  );
  expectNoLeak(gateway, result);
}

describe.each(dialects)('Calls that the workspace rejects (%s)', (dialect) => {
  it.each(refusals)('a rejected call nulls its own field and nothing else: $name', async (row) => {
    await expectRow(await startWithKnownRooms({ demo: { dialect } }), row);
  });

  it('a message of other people’s room nulls its own field and nothing else', async () => {
    const gateway = await startWithKnownRooms({ demo: { dialect } });
    const id = gateway.demo.world.messagesOf(foreignRoomId)[0]?._id ?? '';
    const name = 'a message of other people';
    await expectRow(gateway, {
      name,
      query: `message(id: "${id}") { id }`,
      data: { message: null },
      errors: ['message: FORBIDDEN'],
      calls: [`chat.getMessage?msgId=${id}`],
    });
    await expectRow(gateway, {
      name: `receipts of ${name}`,
      query: `readReceipts(messageId: "${id}") { totalCount }`,
      data: { readReceipts: null },
      errors: ['readReceipts: NOT_FOUND'],
      calls: [`chat.getMessageReadReceipts?messageId=${id}`],
    });
  });

  it('with a rejected token every field is UNAUTHENTICATED, after at most one call each', async () => {
    const gateway = await startWithKnownRooms({ demo: { dialect } });
    const as = { id: users.member, token: 'notTheToken' };
    const result = await gateway.askCounting(
      `{ ${room(shapesRoomId, 'id messages { totalCount } counters { joined }')} ${sibling} }`,
      { as },
    );
    expect({ data: result.data, errors: codesOf(result)?.toSorted(), calls: result.calls.toSorted() }).toEqual({
      data: { directMessage: { id: shapesRoomId, messages: null, counters: null }, viewer: { user: null } },
      errors: [
        'directMessage.counters: UNAUTHENTICATED',
        'directMessage.messages: UNAUTHENTICATED',
        'viewer.user: UNAUTHENTICATED',
      ],
      // A caller who only claims to be the user learns nothing of what the workspace has shown the user, not even by
      // the calls.
      calls: [`im.counters?roomId=${shapesRoomId}`, 'me', checkCall(shapesRoomId)].toSorted(),
    });
    expectNoLeak(gateway, result, as.token);
    expect(JSON.stringify(gateway.logs)).not.toContain(as.token);
  });

  it('a call in an exhausted rate-limit window is RATE_LIMITED with the seconds to wait', async () => {
    const gateway = await startWithKnownRooms({ demo: { dialect, rateLimit: { calls: 2, ms: 60_000 } } });
    for (let call = 1; call <= 2; call += 1) expect((await gateway.ask(`{ ${sibling} }`)).data).toEqual(siblingData);
    const result = await gateway.askCounting(`{ ${sibling} __typename }`);
    expect({ data: result.data, errors: codesOf(result) }).toEqual({
      data: { viewer: { user: null }, __typename: 'Query' },
      errors: ['viewer.user: RATE_LIMITED'],
    });
    expect(result.errors?.[0]?.extensions['retryAfterSeconds']).toSatisfy(
      (seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 60,
    );
    expect(result.calls.length).toBeLessThanOrEqual(1); // none where the gateway knows already
    expectNoLeak(gateway, result);
  });

  it('receipts without a licence are no error, and one call for forty messages finds that out', async () => {
    const gateway = await startWithKnownRooms({ demo: { dialect, licensed: false } });
    const query = `{ ${room(shapesRoomId, 'messages(first: 40) { nodes { readReceipts { isAvailable totalCount nodes { id } } } }')} }`;
    const none = { readReceipts: { isAvailable: false, totalCount: 0, nodes: [] } };
    const data = { directMessage: { messages: { nodes: Array.from({ length: 40 }, () => none) } } };
    const first = await gateway.askCounting(query);
    expect({ data: first.data, errors: first.errors }).toEqual({ data, errors: undefined });
    expect(first.calls.map((call) => call.split('?')[0])).toEqual(['dm.messages', 'chat.getMessageReadReceipts']);
    const second = await gateway.askCounting(query, { as: gateway.demo.world.accountOf(users.shapes) });
    expect({ data: second.data, errors: second.errors, calls: second.calls }).toEqual({
      data,
      errors: undefined,
      calls: [checkCall(shapesRoomId), messagesCall(shapesRoomId, 40)],
    });
  });
});

const words = (error: string, rest: object = {}) => ({
  success: false,
  error: `${upstreamMarker} ${error}`,
  details: { method: upstreamMarker, text: `at ${upstreamMarker} (/opt/rocket.chat/app.js:1:1)` },
  stack: `Error: ${upstreamMarker}\n    at /opt/rocket.chat/app.js:1:1`,
  ...rest,
});

interface FaultRow {
  readonly name: string;
  readonly fault: Fault;
  readonly code: string;
  readonly retryAfterSeconds?: number;
  /** Transport faults and overload may be tried a second time. */
  readonly mayRepeat?: boolean;
}

const html = `<html><body>${upstreamMarker}</body></html>`;
const coded = (errorType: string, code: string, status = 400): FaultRow => ({
  name: `${status} ${errorType}`,
  fault: { status, body: words(`[${errorType}]`, { errorType }) },
  code,
});
const wrongOk = (name: string, body: unknown): FaultRow => ({
  name: `200 with ${name}`,
  fault: { status: 200, body },
  code: 'UPSTREAM_BAD_RESPONSE',
});

const faultRows: readonly FaultRow[] = [
  coded('invalid-params', 'BAD_USER_INPUT'),
  coded('error-invalid-params', 'BAD_USER_INPUT'),
  coded('error-invalid-sort', 'BAD_USER_INPUT'),
  coded('error-room-param-not-provided', 'BAD_USER_INPUT'),
  coded('error-invalid-user', 'BAD_USER_INPUT'),
  coded('constructor', 'BAD_USER_INPUT'),
  coded('__proto__', 'BAD_USER_INPUT'),
  coded('invalid-channel', 'NOT_FOUND'),
  coded('error-room-not-found', 'NOT_FOUND'),
  coded('error-invalid-room', 'NOT_FOUND'),
  coded('error-invalid-message', 'NOT_FOUND'),
  coded('error-not-allowed', 'FORBIDDEN'),
  coded('error-unauthorized', 'FORBIDDEN'),
  coded('unauthorized', 'FORBIDDEN'),
  coded('error-forbidden', 'FORBIDDEN'),
  coded('forbidden', 'FORBIDDEN'),
  coded('error-action-not-allowed', 'FORBIDDEN'),
  coded('error-endpoint-disabled', 'FORBIDDEN'),
  coded('Not Allowed', 'NOT_FOUND'),
  coded('error-forbidden', 'FORBIDDEN', 403),
  { name: '403 unauthorized (R7, R8)', fault: { status: 403, body: words('unauthorized') }, code: 'FORBIDDEN' },
  { name: '403 without a body', fault: { status: 403, body: '' }, code: 'FORBIDDEN' },
  {
    name: '401 with all four keys (R7, R8)',
    fault: { status: 401, body: words('You must be logged in', { status: 'error', message: upstreamMarker }) },
    code: 'UNAUTHENTICATED',
  },
  {
    name: '401 with status and message (R6)',
    fault: { status: 401, body: { status: 'error', message: upstreamMarker } },
    code: 'UNAUTHENTICATED',
  },
  {
    name: '401 with success and error (R9)',
    fault: { status: 401, body: { success: false, error: upstreamMarker } },
    code: 'UNAUTHENTICATED',
  },
  { name: '401 of a proxy', fault: { status: 401, body: html, contentType: 'text/html' }, code: 'UNAUTHENTICATED' },
  {
    name: '400 with a driver’s words',
    fault: { status: 400, body: { success: false, error: `MongoServerError: ${upstreamMarker}` } },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  { name: '400 without words', fault: { status: 400, body: { success: false } }, code: 'UPSTREAM_BAD_RESPONSE' },
  {
    name: '400 of a proxy',
    fault: { status: 400, body: html, contentType: 'text/html' },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  {
    name: '404 of an unknown route',
    fault: { status: 404, body: words('API endpoint not found') },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  { name: '405', fault: { status: 405, body: words('Method not allowed') }, code: 'UPSTREAM_BAD_RESPONSE' },
  { name: '414', fault: { status: 414, body: html, contentType: 'text/html' }, code: 'UPSTREAM_BAD_RESPONSE' },
  {
    name: '500 of a permission look-up',
    fault: { status: 500, body: words('Internal server error') },
    code: 'UPSTREAM_UNAVAILABLE',
  },
  ...[502, 503, 504].map((status) => ({
    name: `${status} of a proxy`,
    fault: { status, body: html, contentType: 'text/html' },
    code: 'UPSTREAM_UNAVAILABLE',
    mayRepeat: true,
  })),
  {
    name: '429 with the time in a header in the past, and in its words',
    fault: {
      status: 429,
      headers: { 'X-RateLimit-Reset': '1000' },
      body: words('You must wait 42 seconds before trying this endpoint again. [error-too-many-requests]'),
    },
    code: 'RATE_LIMITED',
    retryAfterSeconds: 42,
  },
  {
    name: '429 with the time in its words',
    fault: {
      status: 429,
      body: words('You must wait 42 seconds before trying this endpoint again. [error-too-many-requests]'),
    },
    code: 'RATE_LIMITED',
    retryAfterSeconds: 42,
  },
  {
    name: '400 error-too-many-requests of old servers',
    fault: {
      status: 400,
      body: words('You must wait 42 seconds before trying this endpoint again.', {
        errorType: 'error-too-many-requests',
      }),
    },
    code: 'RATE_LIMITED',
    retryAfterSeconds: 42,
  },
  {
    name: '429 without a time',
    fault: { status: 429, body: html, contentType: 'text/html' },
    code: 'RATE_LIMITED',
    retryAfterSeconds: 1,
    mayRepeat: true,
  },
  wrongOk('HTML', html),
  wrongOk('HTML that says it is JSON', html),
  wrongOk('half a body', `{"messages":[{"_id":"${upstreamMarker}"`),
  wrongOk('nothing', ''),
  wrongOk('null', 'null'),
  wrongOk('a list', [{ success: true }]),
  wrongOk('a number', '7'),
  wrongOk('success false', words('something')),
  wrongOk(
    'success false and a kind of error that nobody knows',
    words('something', { errorType: 'error-somebody-said' }),
  ),
  wrongOk('success as a text', { messages: [], total: 0, success: 'true' }),
  wrongOk('no success', { messages: [], total: 0 }),
  wrongOk('no list', { total: 0, success: true }),
  wrongOk('an object for the list', { messages: { 0: upstreamMarker }, total: 1, success: true }),
  wrongOk('null for the list', { messages: null, total: 0, success: true }),
  wrongOk('no total', { messages: [], success: true }),
  wrongOk('a text for the total', { messages: [], total: '0', success: true }),
  wrongOk('a total below zero', { messages: [], total: -1, success: true }),
  wrongOk('a total beyond any list', { messages: [], total: 4_294_967_296, success: true }),
  {
    name: '200 with HTML that says so, and valid JSON',
    fault: { contentType: 'text/html; charset=utf-8' },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  {
    name: '200 packed though that was not asked for',
    fault: { headers: { 'Content-Encoding': 'gzip' } },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  {
    name: '200 with a refusal in it',
    fault: { status: 200, body: words('unauthorized', { errorType: 'error-unauthorized' }) },
    code: 'FORBIDDEN',
  },
  {
    name: '200 of more than 8 MiB',
    fault: { transform: (body) => ({ ...(body as object), padding: upstreamMarker.repeat(420_000) }) },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  { name: 'a connection that breaks', fault: { reset: true }, code: 'UPSTREAM_UNAVAILABLE', mayRepeat: true },
];

const brokenMessages = `{ ${room(shapesRoomId, 'id messages { totalCount }')} ${sibling} }`;

/** A call that fails costs its field, is made once (or twice where that can help), and shows nothing of upstream's. */
async function expectFault(
  gateway: TestGateway,
  { fault, code, retryAfterSeconds, mayRepeat = false }: FaultRow,
): Promise<void> {
  gateway.demo.fail('dm.messages', fault);
  const result = await gateway.askCounting(brokenMessages);
  expect({
    status: result.status,
    data: result.data,
    errors: codesOf(result),
    retryAfterSeconds: result.errors?.[0]?.extensions['retryAfterSeconds'],
  }).toEqual({
    status: 200,
    data: { directMessage: { id: shapesRoomId, messages: null }, ...siblingData },
    errors: [`directMessage.messages: ${code}`],
    retryAfterSeconds,
  });
  expect([...new Set(result.calls)].toSorted()).toEqual([messagesCall(shapesRoomId), 'me'].toSorted());
  expect(result.calls.length).toBeLessThanOrEqual(mayRepeat ? 3 : 2);
  expectNoLeak(gateway, result);
}

const onePage = (roomId: string) => ({ messages: { nodes: [{ roomId }] } });

describe('Unsuccessful upstream responses', () => {
  it.each(faultRows)('an unsuccessful response is $code: $name', async (row) => {
    await expectFault(await startWithKnownRooms(), row);
  });

  it.each([
    ['milliseconds', () => Date.now() + 30_000],
    ['seconds', () => Math.floor(Date.now() / 1000) + 30],
  ])('a 429 is RATE_LIMITED until the time in its header, in %s', async (_unit, reset) => {
    const gateway = await startWithKnownRooms();
    const headers = { 'X-RateLimit-Limit': '10', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(reset()) };
    gateway.demo.fail('dm.messages', { status: 429, headers, body: words('too many') });
    const result = await gateway.askCounting(brokenMessages);
    expect({ data: result.data, errors: codesOf(result) }).toEqual({
      data: { directMessage: { id: shapesRoomId, messages: null }, ...siblingData },
      errors: ['directMessage.messages: RATE_LIMITED'],
    });
    expect(result.errors?.[0]?.extensions['retryAfterSeconds']).toBeOneOf([29, 30]);
    expect(result.calls.toSorted()).toEqual([messagesCall(shapesRoomId), 'me'].toSorted());
    expectNoLeak(gateway, result);
  });

  it('an unknown upstream error code is not shown to the client', async () => {
    const row = coded(upstreamMarker, 'BAD_USER_INPUT');
    await expectFault(await startWithKnownRooms(), row);
  });

  it.each([301, 302, 303, 307, 308])(
    'is UPSTREAM_BAD_RESPONSE when it is a redirect (%i), which is not followed',
    async (status) => {
      const visits: string[] = [];
      const elsewhere = createServer((request, response) => {
        visits.push(request.url ?? '');
        response.end('{}');
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void elsewhere.close());
      const { port } = elsewhere.address() as AddressInfo;
      const location = `http://127.0.0.1:${port}/api/v1/dm.messages`;
      await expectFault(await startWithKnownRooms(), {
        name: 'redirect',
        fault: { status, headers: { Location: location }, body: '' },
        code: 'UPSTREAM_BAD_RESPONSE',
      });
      expect(visits).toEqual([]);
    },
  );

  it('a failed call for anything but the rows nulls the page', async () => {
    const gateway = await startWithKnownRooms();
    gateway.demo.fail('dm.messages', { status: 500, body: words('down') });
    const result = await gateway.askCounting(
      `{ ${room(shapesRoomId, 'id messages(first: 0) { totalCount nodes { id } }')} ${sibling} }`,
    );
    expect({ data: result.data, errors: codesOf(result), calls: result.calls.toSorted() }).toEqual({
      data: { directMessage: { id: shapesRoomId, messages: null }, ...siblingData },
      errors: ['directMessage.messages.totalCount: UPSTREAM_UNAVAILABLE'],
      calls: [messagesCall(shapesRoomId, 1), 'me'].toSorted(),
    });
    expectNoLeak(gateway, result);
  });

  it('a failed call for one room of three leaves the others intact', async () => {
    const gateway = await startWithKnownRooms();
    const ids = [shapesRoomId, foreignRoomId, landmarks.oneMessageRoomId];
    const result = await gateway.askCounting(
      `{ ${ids.map((id, index) => `r${index}: ${room(id, 'messages(first: 1) { nodes { roomId } }')}`).join(' ')} }`,
    );
    expect({ data: result.data, errors: codesOf(result), calls: result.calls.toSorted() }).toEqual({
      data: { r0: onePage(shapesRoomId), r1: { messages: null }, r2: onePage(landmarks.oneMessageRoomId) },
      errors: ['r1.messages: FORBIDDEN'],
      calls: [checkCall(foreignRoomId), ...ids.map((id) => messagesCall(id, 1))].toSorted(),
    });
  });
});

/** A field for every endpoint, and what is null when the endpoint fails. */
const fields: readonly {
  endpoint: string;
  query: string;
  data: Record<string, unknown>;
  errors: string[];
  as?: 'admin';
}[] = [
  {
    endpoint: 'chat.getMessage',
    query: `message(id: "${shapes.plain}") { id }`,
    data: { message: null },
    errors: ['message'],
  },
  {
    endpoint: 'chat.getMessageReadReceipts',
    query: `readReceipts(messageId: "${shapes.plain}") { totalCount }`,
    data: { readReceipts: null },
    errors: ['readReceipts'],
  },
  {
    endpoint: 'dm.history',
    query: room(shapesRoomId, 'history { nodes { id } }'),
    data: { directMessage: { history: null } },
    errors: ['directMessage.history'],
  },
  {
    endpoint: 'dm.list.everyone',
    query: 'directMessages { totalCount }',
    data: { directMessages: null },
    errors: ['directMessages'],
    as: 'admin',
  },
  {
    endpoint: 'dm.messages',
    query: room(shapesRoomId, 'messages { totalCount }'),
    data: { directMessage: { messages: null } },
    errors: ['directMessage.messages'],
  },
  {
    endpoint: 'im.counters',
    query: room(shapesRoomId, 'counters { joined }'),
    data: { directMessage: { counters: null } },
    errors: ['directMessage.counters'],
  },
  {
    endpoint: 'im.list',
    query: 'own: viewer { directMessages { totalCount } }',
    data: { own: { directMessages: null } },
    errors: ['own.directMessages'],
  },
  {
    endpoint: 'im.members',
    query: room(shapesRoomId, 'members { totalCount }'),
    data: { directMessage: { members: null } },
    errors: ['directMessage.members'],
  },
  {
    endpoint: 'rooms.info',
    query: room(shapesRoomId, 'topic'),
    data: { directMessage: { topic: null } },
    errors: ['directMessage.topic'],
  },
  {
    endpoint: 'subscriptions.get',
    query: 'own: viewer { unreadCount }',
    data: { own: { unreadCount: null } },
    errors: ['own.unreadCount'],
  },
  { endpoint: 'users.info', query: `user(id: "${users.busy}") { id }`, data: { user: null }, errors: ['user'] },
];

/** Failures that every endpoint can have. Only a response meant for it says that an object does not exist. */
const commonFaults: readonly { name: string; fault: Fault; code: string }[] = [
  {
    name: '400 of a proxy',
    fault: { status: 400, body: html, contentType: 'text/html' },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  {
    name: '400 with a driver’s words',
    fault: { status: 400, body: { success: false, error: `MongoServerError: ${upstreamMarker}` } },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  { name: '403 unauthorized', fault: { status: 403, body: words('unauthorized') }, code: 'FORBIDDEN' },
  { name: '404', fault: { status: 404, body: words('API endpoint not found') }, code: 'UPSTREAM_BAD_RESPONSE' },
  { name: '500', fault: { status: 500, body: words('Internal server error') }, code: 'UPSTREAM_UNAVAILABLE' },
  {
    name: 'success without anything in it',
    fault: { status: 200, body: { success: true } },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
  {
    name: 'texts for everything in it',
    fault: {
      transform: (body) =>
        Object.fromEntries(
          Object.keys(body as object).map((name) => [name, name === 'success' ? true : upstreamMarker]),
        ),
    },
    code: 'UPSTREAM_BAD_RESPONSE',
  },
];

/** For receipts a missing endpoint has a special meaning, because it is premium. */
const isExpected =
  (name: string) =>
  ({ endpoint }: { endpoint: string }) =>
    name !== '404' || endpoint !== 'chat.getMessageReadReceipts';

describe.each(commonFaults)('$name', ({ name, fault, code }) => {
  it.each(fields.filter(isExpected(name)))(
    `is ${code} where $endpoint is asked`,
    async ({ endpoint, query, data, errors, as }) => {
      const gateway = await startWithKnownRooms();
      gateway.demo.fail(endpoint, fault);
      const caller = as === 'admin' ? gateway.demo.world.admin : gateway.demo.world.member;
      const result = await gateway.askCounting(`{ ${query} ${sibling} }`, { as: caller });
      expect({ status: result.status, data: result.data, errors: codesOf(result) }).toEqual({
        status: 200,
        data: { ...data, viewer: { user: { id: caller.id } } },
        errors: errors.map((path) => `${path}: ${code}`),
      });
      expect(result.calls.map((call) => call.replace(/\?.*/, '')).toSorted()).toEqual([endpoint, 'me'].toSorted());
      expectNoLeak(gateway, result);
    },
  );
});

/** The normal response with changed values in one object. */
const swap = (name: string, changes: object) => (body: unknown) => {
  const whole = body as Record<string, object>;
  return { ...whole, [name]: { ...whole[name], ...changes } };
};

/** The normal response with rows added in front of its list. */
const spoil = (name: string, ...rows: unknown[]): Fault => ({
  transform: (body) => {
    const whole = body as Record<string, unknown[]>;
    return { ...whole, [name]: [...rows, ...(whole[name] ?? [])] };
  },
});

describe('Upstream responses about something else', () => {
  it.each([
    {
      endpoint: 'chat.getMessage',
      query: `message(id: "${shapes.plain}") { id }`,
      data: { message: null },
      path: 'message',
      transform: swap('message', { _id: shapes.mention }),
    },
    {
      endpoint: 'rooms.info',
      query: room(shapesRoomId, 'topic'),
      data: { directMessage: { topic: null } },
      path: 'directMessage.topic',
      transform: swap('room', { _id: foreignRoomId }),
    },
    {
      endpoint: 'users.info',
      query: `user(id: "${users.busy}") { id }`,
      data: { user: null },
      path: 'user',
      transform: swap('user', { _id: users.shapes }),
    },
    {
      endpoint: 'me',
      query: 'viewer { user { id } }',
      data: { viewer: { user: null } },
      path: 'viewer.user',
      transform: (body: unknown) => ({ ...(body as object), _id: users.shapes }),
    },
  ])(
    'a response about another object is UPSTREAM_BAD_RESPONSE: $endpoint',
    async ({ endpoint, query, data, path, transform }) => {
      const gateway = await startWithKnownRooms();
      gateway.demo.fail(endpoint, { transform });
      const result = await gateway.askCounting(`{ ${query} }`);
      expect({
        data: result.data,
        errors: codesOf(result),
        calls: result.calls.map((call) => call.split('?')[0]),
      }).toEqual({
        data,
        errors: [`${path}: UPSTREAM_BAD_RESPONSE`],
        calls: [endpoint],
      });
      expectNoLeak(gateway, result);
    },
  );

  it('rows that are no messages of the room are left out and counted in the log', async () => {
    const gateway = await startWithKnownRooms();
    gateway.demo.fail('dm.messages', {
      transform: (body) => {
        const { messages, ...rest } = body as { messages: Record<string, unknown>[] };
        const [a, b, c, d, e, f, g, h, ...kept] = messages;
        const broken = [
          null,
          upstreamMarker,
          [a],
          { ...b, rid: foreignRoomId },
          { ...c, ts: 'yesterday' },
          { ...d, u: undefined },
          { ...e, _id: '' },
          { ...f, u: { username: upstreamMarker } },
          { ...g, _id: 'x'.repeat(129) },
          { ...h, _id: 7 },
        ];
        return { ...rest, messages: [...broken, ...kept] };
      },
    });
    const query = `{ ${room(shapesRoomId, 'messages(first: 12) { totalCount nodes { id roomId } }')} }`;
    const result = await gateway.askCounting(query);
    const visible = gateway.demo.world.messagesOf(shapesRoomId).filter(({ _hidden }) => _hidden !== true);
    const newest = visible.toSorted((left, right) => (left.ts > right.ts ? -1 : 1)).slice(0, 12);
    expect({ data: result.data, errors: result.errors, calls: result.calls }).toEqual({
      data: {
        directMessage: {
          messages: {
            totalCount: visible.length,
            nodes: newest.slice(8, 10).map(({ _id }) => ({ id: _id, roomId: shapesRoomId })),
          },
        },
      },
      errors: undefined,
      calls: [messagesCall(shapesRoomId, 12)],
    });
    expect(gateway.logs.map(({ droppedRows }) => droppedRows)).toEqual([10]);
    expectNoLeak(gateway, result);
  });

  it('a page never has more rows than requested, even if upstream returns more', async () => {
    const gateway = await startWithKnownRooms();
    gateway.demo.fail('dm.messages', {
      transform: (body) => ({ ...(body as object), messages: gateway.demo.world.messagesOf(shapesRoomId) }),
    });
    const { data, errors, calls } = await gateway.askCounting(
      `{ ${room(shapesRoomId, 'messages(first: 2) { nodes { roomId } }')} }`,
    );
    expect({ data, errors, calls }).toEqual({
      data: { directMessage: { messages: { nodes: [{ roomId: shapesRoomId }, { roomId: shapesRoomId }] } } },
      errors: undefined,
      calls: [messagesCall(shapesRoomId, 2)],
    });
  });

  it('receipts of other messages and malformed members and rooms are left out', async () => {
    const gateway = await startWithKnownRooms();
    gateway.demo.fail(
      'chat.getMessageReadReceipts',
      spoil(
        'receipts',
        null,
        {
          _id: 'r',
          messageId: shapes.mention,
          roomId: shapesRoomId,
          userId: users.busy,
          ts: '2026-10-29T16:02:11.402Z',
        },
        { _id: 'q', messageId: shapes.plain },
      ),
    );
    gateway.demo.fail('im.members', spoil('members', null, 'x', { username: upstreamMarker }, { _id: 5 }));
    gateway.demo.fail('im.list', spoil('ims', null, { _id: channelId, t: 'c' }, { t: 'd' }));
    const query = `{ readReceipts(messageId: "${shapes.plain}") { nodes { userId } } ${room(shapesRoomId, 'members { nodes { id } }')} viewer { directMessages(first: 4) { nodes { id } } } }`;
    const result = await gateway.askCounting(query);
    expect({ data: result.data, errors: result.errors }).toEqual({
      data: {
        readReceipts: { nodes: expect.toSatisfy((nodes: unknown[]) => nodes.length === 2) },
        directMessage: { members: { nodes: [{ id: users.member }, { id: users.shapes }] } },
        viewer: { directMessages: { nodes: [{ id: landmarks.busyRoomId }] } },
      },
      errors: undefined,
    });
    expect(gateway.logs.map(({ droppedRows }) => droppedRows)).toEqual([10]);
    expectNoLeak(gateway, result);
  });

  it('parts of a message with wrong types are null where the schema allows it', async () => {
    const gateway = await startWithKnownRooms();
    const wrong = {
      msg: 5,
      md: upstreamMarker,
      _updatedAt: 7,
      editedAt: 'today',
      editedBy: upstreamMarker,
      alias: {},
      avatar: [],
      emoji: 1,
      t: 9,
      groupable: 'no',
      urls: upstreamMarker,
      mentions: { 0: {} },
      channels: 3,
      reactions: [upstreamMarker],
      attachments: upstreamMarker,
      files: {},
      starred: {},
      pinned: 'true',
      pinnedAt: {},
      pinnedBy: [],
      tcount: '3',
      tmid: 4,
      tshow: 'true',
      unread: 'yes',
    };
    gateway.demo.fail('chat.getMessage', {
      transform: (body) => ({ ...(body as object), message: { ...(body as { message: object }).message, ...wrong } }),
    });
    const names =
      'text markup { json } updatedAt editedAt editedBy { userId } alias avatarUrl emoji isBot systemType isDeleted isGroupable urls { url } mentions { userId } channelMentions { roomId } reactions { emoji } attachments { kind } files { id } isStarred isPinned pinnedAt pinnedBy { userId } thread { replyCount } threadRootId isShownInRoom encryption { status } isUnreadBySomeone';
    const result = await gateway.askCounting(`{ message(id: "${shapes.plain}") { ${names} } }`);
    expect({ data: result.data, errors: result.errors, calls: result.calls }).toEqual({
      data: {
        message: {
          text: '',
          markup: null,
          updatedAt: null,
          editedAt: null,
          editedBy: null,
          alias: null,
          avatarUrl: null,
          emoji: null,
          isBot: false,
          systemType: null,
          isDeleted: false,
          isGroupable: null,
          urls: [],
          mentions: [],
          channelMentions: [],
          reactions: [],
          attachments: [],
          files: [],
          isStarred: false,
          isPinned: false,
          pinnedAt: null,
          pinnedBy: null,
          thread: null,
          threadRootId: null,
          isShownInRoom: null,
          encryption: null,
          isUnreadBySomeone: null,
        },
      },
      errors: undefined,
      calls: [`chat.getMessage?msgId=${shapes.plain}`],
    });
    expectNoLeak(gateway, result);
  });

  it('upstream keys such as `__proto__` change no other object', async () => {
    const gateway = await startWithKnownRooms();
    const evil = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}';
    const message = `{"_id":"m","rid":"${shapesRoomId}","ts":"2026-10-29T16:02:11.402Z","u":{"_id":"u","__proto__":{"username":"evil"}},"msg":"hello","__proto__":{"alias":"evil"},"reactions":{"__proto__":{"usernames":["evil"]},":ok:":{"usernames":["a"]}},"customFields":${evil}}`;
    gateway.demo.fail('dm.messages', {
      status: 200,
      body: `{"__proto__":{"total":9},"messages":[${message}],"total":1,"success":true}`,
    });
    const query = `{ ${room(shapesRoomId, 'messages { totalCount nodes { id text alias author { userId username } reactions { emoji count } customFields } }')} }`;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-user-id': users.member,
        'x-auth-token': gateway.demo.world.member.token,
      },
      body: JSON.stringify({ query }),
    });
    expect(await response.text()).toBe(
      `{"data":{"directMessage":{"messages":{"totalCount":1,"nodes":[{"id":"m","text":"hello","alias":null,"author":{"userId":"u","username":null},"reactions":[{"emoji":"__proto__","count":1},{"emoji":":ok:","count":1}],"customFields":${evil}}]}}}}\n`,
    );
    expect('polluted' in {}).toBe(false);
    expect(gateway.demo.callLines()).toEqual([messagesCall(shapesRoomId)]);
  });
});

describe('Unusual forms of upstream responses', () => {
  const rowWith = (fields: string) =>
    `{"messages":[{"_id":"m","rid":"${shapesRoomId}","ts":"2026-10-29T16:02:11.402Z","u":{"_id":"u"},${fields}}],"total":1,"success":true}`;
  const query = `{ ${room(shapesRoomId, 'messages { nodes { id text customFields markup { json plainText nodes { type } } } }')} }`;

  it.each([300, 5000])(
    'is cut where it is nested too deep (%i levels), and costs nothing beside that',
    async (levels) => {
      const gateway = await startWithKnownRooms();
      const custom = '['.repeat(levels) + ']'.repeat(levels);
      const markup = `[${'{"type":"BOLD","value":['.repeat(levels)}${']}'.repeat(levels)}]`;
      gateway.demo.fail('dm.messages', {
        status: 200,
        body: rowWith(`"msg":"hello","customFields":${custom},"md":${markup}`),
      });
      const result = await gateway.askCounting(query);
      expect({ data: result.data, errors: codesOf(result), calls: result.calls }).toEqual({
        data: {
          directMessage: { messages: { nodes: [{ id: 'm', text: 'hello', customFields: null, markup: null }] } },
        },
        errors: [
          'directMessage.messages.nodes.0.customFields: UPSTREAM_BAD_RESPONSE',
          'directMessage.messages.nodes.0.markup.json: UPSTREAM_BAD_RESPONSE',
        ],
        calls: [messagesCall(shapesRoomId)],
      });
      expectNoLeak(gateway, result);
    },
  );

  it('a response with a byte order mark or any media type is read', async () => {
    const gateway = await startWithKnownRooms();
    gateway.demo.fail('dm.messages', {
      status: 200,
      body: `\uFEFF${rowWith('"msg":"grüße 🎉"')}`,
      contentType: 'application/octet-stream',
    });
    const { data, errors, calls } = await gateway.askCounting(query);
    expect({ data, errors, calls }).toEqual({
      data: {
        directMessage: { messages: { nodes: [{ id: 'm', text: 'grüße 🎉', customFields: null, markup: null }] } },
      },
      errors: undefined,
      calls: [messagesCall(shapesRoomId)],
    });
  });

  it('a workspace that stores no receipts returns an empty list, which is not a missing licence', async () => {
    const gateway = await startWithKnownRooms({ demo: { storeReceipts: false } });
    const { data, errors, calls } = await gateway.askCounting(
      `{ readReceipts(messageId: "${shapes.plain}") { isAvailable totalCount nodes { id } } }`,
    );
    expect({ data, errors, calls }).toEqual({
      data: { readReceipts: { isAvailable: true, totalCount: 0, nodes: [] } },
      errors: undefined,
      // No receipt names a room: the message does.
      calls: [`chat.getMessageReadReceipts?messageId=${shapes.plain}`, `chat.getMessage?msgId=${shapes.plain}`],
    });
  });
});

describe('An unreachable workspace', () => {
  it('an unreachable workspace is UPSTREAM_UNAVAILABLE only in the fields that need it', async () => {
    const gateway = await startWithKnownRooms();
    await gateway.demo.close();
    const result = await gateway.askCounting(
      `{ __typename viewer { userId user { id } unreadCount } ${room(shapesRoomId, 'id topic')} upstreamBudget { endpoint } }`,
    );
    expect({
      status: result.status,
      data: result.data,
      errors: codesOf(result)?.toSorted(),
      calls: result.calls,
    }).toEqual({
      status: 200,
      data: {
        __typename: 'Query',
        viewer: { userId: users.member, user: null, unreadCount: null },
        directMessage: { id: shapesRoomId, topic: null },
        upstreamBudget: [],
      },
      errors: [
        'directMessage.topic: UPSTREAM_UNAVAILABLE',
        'viewer.unreadCount: UPSTREAM_UNAVAILABLE',
        'viewer.user: UPSTREAM_UNAVAILABLE',
      ],
      calls: [],
    });
    expectNoLeak(gateway, result);
  });

  it('the next request calls a workspace that is back', async () => {
    const gateway = await startWithKnownRooms();
    gateway.demo.fail('me', { status: 500, body: words('down'), times: 1 });
    expect(codesOf(await gateway.ask(`{ ${sibling} }`))).toEqual(['viewer.user: UPSTREAM_UNAVAILABLE']);
    const { data, errors, calls } = await gateway.askCounting(`{ ${sibling} }`);
    expect({ data, errors, calls }).toEqual({ data: siblingData, errors: undefined, calls: ['me'] });
  });

  it('a call that takes too long is UPSTREAM_TIMEOUT and not retried', async () => {
    const gateway = await startWithKnownRooms({ env: { UPSTREAM_TIMEOUT_MS: '100' } });
    gateway.demo.fail('dm.messages', { hang: true });
    const result = await gateway.askCounting(brokenMessages);
    expect({
      status: result.status,
      data: result.data,
      errors: codesOf(result),
      calls: result.calls.toSorted(),
    }).toEqual({
      status: 200,
      data: { directMessage: { id: shapesRoomId, messages: null }, ...siblingData },
      errors: ['directMessage.messages: UPSTREAM_TIMEOUT'],
      calls: [messagesCall(shapesRoomId), 'me'].toSorted(),
    });
    expectNoLeak(gateway, result);
  });

  it('at the request’s deadline, missing fields are UPSTREAM_TIMEOUT and the rest is returned', async () => {
    const gateway = await startWithKnownRooms({ env: { REQUEST_TIMEOUT_MS: '200' } });
    gateway.demo.fail('dm.messages', { hang: true });
    const result = await gateway.askCounting(
      `{ ${room(shapesRoomId, 'id topic messages { nodes { readReceipts { totalCount } } }')} ${sibling} }`,
    );
    expect({
      status: result.status,
      data: result.data,
      errors: codesOf(result),
      calls: result.calls.toSorted(),
    }).toEqual({
      status: 200,
      data: { directMessage: { id: shapesRoomId, topic: null, messages: null }, ...siblingData },
      errors: ['directMessage.messages: UPSTREAM_TIMEOUT'],
      calls: [messagesCall(shapesRoomId), 'me', `rooms.info?roomId=${shapesRoomId}`].toSorted(),
    });
    expectNoLeak(gateway, result);
  });

  it('after its deadline, a request makes no more calls', async () => {
    const gateway = await startWithKnownRooms({ env: { REQUEST_TIMEOUT_MS: '200' } });
    gateway.demo.fail('dm.messages', { hang: true });
    const result = await gateway.askCounting(
      '{ viewer { directMessages(first: 12) { nodes { messages(first: 1) { totalCount } } } } }',
    );
    const nodes = Array.from({ length: 12 }, () => ({ messages: null }));
    expect({ data: result.data, codes: new Set(result.errors?.map(({ extensions }) => extensions['code'])) }).toEqual({
      data: { viewer: { directMessages: { nodes } } },
      codes: new Set(['UPSTREAM_TIMEOUT']),
    });
    expect(result.calls.filter((call) => call.startsWith('dm.messages')).length).toBeLessThanOrEqual(8); // those under way
  });
});

describe('Credentials that the workspace rejects', () => {
  it('rejected credentials stop all further calls of the request', async () => {
    const gateway = await startWithKnownRooms();
    gateway.demo.fail('dm.messages', { status: 401, body: words('You must be logged in to do this.') });
    const result = await gateway.askCounting(
      '{ viewer { directMessages(first: 20) { nodes { id messages(first: 1) { totalCount } } } } }',
    );
    expect(result.errors?.map(({ extensions }) => extensions['code'])).toEqual(
      Array.from({ length: 20 }, () => 'UNAUTHENTICATED'),
    );
    expect(result.calls.filter((call) => call.startsWith('dm.messages')).length).toBeLessThanOrEqual(8); // those under way
    expectNoLeak(gateway, result);
  });

  it('one caller’s rejected credentials do not stop other callers’ requests', async () => {
    const gateway = await startWithKnownRooms();
    const revoked: Caller = { id: users.member, token: 'revoked-token-of-the-member' };
    expect(codesOf(await gateway.ask(`{ ${sibling} }`, { as: revoked }))).toEqual(['viewer.user: UNAUTHENTICATED']);
    const { data, calls } = await gateway.askCounting(`{ ${sibling} }`);
    expect({ data, calls }).toEqual({ data: siblingData, calls: ['me'] });
  });
});

it('the log names what happened without quoting upstream', async () => {
  const gateway = await startWithKnownRooms();
  gateway.demo.fail('dm.messages', { status: 403, body: words('unauthorized') });
  const result = await gateway.ask(brokenMessages, { headers: { 'x-request-id': 'request-1' } });
  expect(gateway.logs).toEqual([
    expect.objectContaining({
      requestId: 'request-1',
      status: 200,
      upstreamCalls: 2,
      codes: { FORBIDDEN: 1 },
      details: [`${messages.forbidden('dm.messages')} (HTTP 403)`],
      unexpected: [],
    }),
  ]);
  expectNoLeak(gateway, result);
});
