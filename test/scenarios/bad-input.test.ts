import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { bodyOf, expectRefused, sendRaw, type RawAnswer } from '../support/raw.ts';
import { exchange } from '../support/raw-http.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const { shapesRoomId, busyRoomId, users, messages: shapes } = landmarks;
const json = (value: unknown) => JSON.stringify(value);
const question = json({ query: '{ viewer { user { id } } }' });
const room = (fields: string, id = shapesRoomId) => `{ directMessage(id: "${id}") { ${fields} } }`;

const bodyOfLength = (length: number) => question.padEnd(length);

const expectAnswered = (answer: RawAnswer, data: unknown, type = 'application/json; charset=utf-8'): void => {
  expect({
    status: answer.status,
    type: answer.headers['content-type'],
    cache: answer.headers['cache-control'],
    body: bodyOf(answer),
  }).toEqual({
    status: 200,
    type,
    cache: 'no-store',
    body: { data },
  });
};

let shared: TestGateway;
beforeAll(async () => {
  shared = await startTestGateway({ env: { CALLER_CALLS_PER_MINUTE: '0' } });
});
afterAll(() => shared.close());

/** The gateway of this file, as if it had just been started. */
function openGateway(): TestGateway {
  shared.demo.heal();
  shared.demo.resetCalls();
  shared.logs.length = 0;
  return shared;
}

describe('Request bodies', () => {
  it('B01: a body that is not JSON is BAD_REQUEST', async () => {
    const gateway = openGateway();
    for (const body of ['{"query":', '{query: "{ __typename }"}', '\u0000', 'query=%7B__typename%7D']) {
      expectRefused(gateway, await sendRaw(gateway, { body }), 400, 'BAD_REQUEST');
    }
    expectRefused(gateway, await sendRaw(gateway, { body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }), 400, 'BAD_REQUEST');
  });

  it.each(['', 'null', '[]', '"x"', '7', 'true', '{}', '{"query":null}', '{"query":7}', '{"query":""}'])(
    'B02: is BAD_REQUEST when it holds no query: %j',
    async (body) => {
      const gateway = openGateway();
      expectRefused(gateway, await sendRaw(gateway, { body }), 400, 'BAD_REQUEST');
    },
  );

  it.each([1, 1000])('B03: a batch of %i operations is BAD_REQUEST', async (size) => {
    const gateway = openGateway();
    const body = json(Array.from({ length: size }, () => ({ query: '{ __typename }' })));
    expectRefused(gateway, await sendRaw(gateway, { body }), 400, 'BAD_REQUEST');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/json5',
    undefined,
  ])('B04: a body is not read if its content-type is %s', async (type) => {
    const gateway = openGateway();
    expectRefused(
      gateway,
      await sendRaw(gateway, { body: question, headers: { 'content-type': type } }),
      415,
      'BAD_REQUEST',
    );
  });

  it.each(['utf-7', 'utf-16le', 'iso-8859-1', 'x', ''])(
    'B08: a body in the charset %j is rejected',
    async (charset) => {
      const gateway = openGateway();
      const answer = await sendRaw(gateway, {
        body: question,
        headers: { 'content-type': `application/json; charset=${charset}` },
      });
      expectRefused(gateway, answer, 415, 'BAD_REQUEST');
    },
  );

  it.each(['utf-8', 'UTF-8', '"utf-8"'])('B08: a body in the charset %s is read', async (charset) => {
    const gateway = openGateway();
    const answer = await sendRaw(gateway, {
      body: question,
      headers: { 'content-type': `application/json; charset=${charset}` },
    });
    expectAnswered(answer, { viewer: { user: { id: users.member } } });
    expect(gateway.demo.callLines()).toEqual(['me']);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, identity'])(
    'B09: is not unpacked: content-encoding %s',
    async (encoding) => {
      const gateway = openGateway();
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: question, headers: { 'content-encoding': encoding } }),
        415,
        'BAD_REQUEST',
      );
    },
  );

  it('B10: a body of 100 KiB is read', async () => {
    const gateway = openGateway();
    expectAnswered(await sendRaw(gateway, { body: bodyOfLength(102_400) }), { viewer: { user: { id: users.member } } });
    expect(gateway.demo.callLines()).toEqual(['me']);
  });

  it('B10: a body over 100 KiB, declared or discovered, is rejected and the connection closed', async () => {
    const gateway = openGateway();
    const said = await sendRaw(gateway, { body: bodyOfLength(102_401) });
    expectRefused(gateway, said, 413, 'BAD_REQUEST');
    const { member } = gateway.demo.world;
    const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-User-Id: ${member.id}\r\nX-Auth-Token: ${member.token}\r\n`;
    for (const rest of [
      `Content-Length: 10485760\r\n\r\n{`, // ten megabytes promised, one byte sent
      `Transfer-Encoding: chunked\r\n\r\n${(102_401).toString(16)}\r\n${bodyOfLength(102_401)}\r\n`, // and no end
    ]) {
      const answer = await exchange(gateway.url, head + rest);
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(answer.toLowerCase()).toContain('\r\nconnection: close\r\n');
      expect(answer).toContain('"code":"BAD_REQUEST"');
    }
    expect(gateway.demo.callLines()).toEqual([]);
  });

  it('B10: body bytes beyond the declared length are not parsed as the next request', async () => {
    const gateway = openGateway();
    const smuggled = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`;
    const answer = await exchange(
      gateway.url,
      `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1\r\nConnection: close\r\n\r\n{${smuggled}`,
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
    expect(gateway.demo.callLines()).toEqual([]);
  });

  it.each([
    { variables: [1] },
    { variables: 'x' },
    { variables: 7 },
    { operationName: 7 },
    { operationName: {} },
    { extensions: [1] },
    { extensions: 'x' },
  ])('B11: a body with a part of the wrong type is BAD_REQUEST: %j', async (part) => {
    const gateway = openGateway();
    expectRefused(
      gateway,
      await sendRaw(gateway, { body: json({ query: '{ viewer { user { id } } }', ...part }) }),
      400,
      'BAD_REQUEST',
    );
  });
});

describe('Methods and media types', () => {
  const search = `?query=${encodeURIComponent('{ viewer { user { id } } }')}`;

  it('B05: a GET that any web page could send is rejected, and one that proves a preflight is answered', async () => {
    const gateway = openGateway();
    const { member } = gateway.demo.world;
    const open = '/graphql?query={__typename}';
    for (const headers of [
      {},
      { cookie: `rc_uid=${member.id}; rc_token=${member.token}` },
      { accept: 'application/json' },
      { 'x-apollo-operation-name': '' },
    ]) {
      for (const path of [open, `/graphql${search}`])
        expectRefused(gateway, await sendRaw(gateway, { method: 'GET', path, headers, as: null }), 400, 'BAD_REQUEST');
    }
    for (const name of ['apollo-require-preflight', 'x-apollo-operation-name', 'x-auth-token']) {
      expectAnswered(await sendRaw(gateway, { method: 'GET', path: open, headers: { [name]: 'x' }, as: null }), {
        __typename: 'Query',
      });
    }
    expect(gateway.demo.callLines()).toEqual([]);
    expectAnswered(await sendRaw(gateway, { method: 'GET', path: `/graphql${search}` }), {
      viewer: { user: { id: users.member } },
    });
    expect(gateway.demo.callLines()).toEqual(['me']);
  });

  it.each([
    'message/http',
    'text/plain',
    'application/x-www-form-urlencoded',
    'garbage',
    'application/json, text/plain',
  ])('B06: a GET with the content-type %s is rejected', async (type) => {
    const gateway = openGateway();
    const answer = await sendRaw(gateway, {
      method: 'GET',
      path: `/graphql${search}`,
      headers: { 'content-type': type },
    });
    expectRefused(gateway, answer, 415, 'BAD_REQUEST');
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'TRACE'])('B07: %s is rejected, naming the allowed methods', async (method) => {
    const gateway = openGateway();
    const answer = await sendRaw(gateway, {
      method,
      headers: { 'content-type': 'application/json', 'apollo-require-preflight': 'x' },
    });
    expectRefused(gateway, answer, 405, 'BAD_REQUEST');
    expect(answer.headers['allow']).toBe('GET, POST');
  });

  it('B07: HEAD is rejected, naming the allowed methods', async () => {
    const gateway = openGateway();
    const answer = await sendRaw(gateway, {
      method: 'HEAD',
      path: `/graphql${search}`,
      headers: { 'apollo-require-preflight': 'x' },
    });
    expect({
      status: answer.status,
      allow: answer.headers['allow'],
      cache: answer.headers['cache-control'],
      text: answer.text,
      calls: gateway.demo.callLines(),
    }).toEqual({
      status: 405,
      allow: 'GET, POST',
      cache: 'no-store',
      text: '',
      calls: [],
    });
  });

  it('B14: a request that accepts only other media types is rejected', async () => {
    const gateway = openGateway();
    for (const accept of ['application/xml', 'text/plain', 'image/*']) {
      expectRefused(gateway, await sendRaw(gateway, { body: question, headers: { accept } }), 406, 'BAD_REQUEST');
    }
  });

  it('B14: the response has a media type that the client accepts', async () => {
    const gateway = openGateway();
    const data = { viewer: { user: { id: users.member } } };
    expectAnswered(
      await sendRaw(gateway, { body: question, headers: { accept: 'application/graphql-response+json' } }),
      data,
      'application/graphql-response+json; charset=utf-8',
    );
    for (const accept of [undefined, '*/*', 'application/*', 'application/json', 'text/html, application/json;q=0.9']) {
      expectAnswered(await sendRaw(gateway, { body: question, headers: { accept } }), data);
    }
  });
});

describe('Invalid operations', () => {
  it.each([
    ['an unknown operationName', { query: 'query A { __typename }', operationName: 'B' }],
    ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }],
    ['no operation', { query: 'fragment F on Query { __typename }' }],
  ])('B12: an invalid operation is rejected: %s', async (name, body) => {
    const gateway = openGateway();
    const code = name === 'no operation' ? 'GRAPHQL_VALIDATION_FAILED' : 'OPERATION_RESOLUTION_FAILURE';
    expectRefused(gateway, await sendRaw(gateway, { body: json(body) }), 400, code);
  });

  it.each(['mutation { anything }', 'subscription { anything }', 'mutation { __typename }'])(
    'B13: is refused when it does not read: %s',
    async (query) => {
      const gateway = openGateway();
      expectRefused(gateway, await sendRaw(gateway, { body: json({ query }) }), 400, 'GRAPHQL_VALIDATION_FAILED');
    },
  );

  it.each(['{', '{ viewer { userId }', 'query ($id: ID!', '💥'])(
    'is GRAPHQL_PARSE_FAILED when it is not GraphQL: %s',
    async (query) => {
      const gateway = openGateway();
      expectRefused(gateway, await sendRaw(gateway, { body: json({ query }) }), 400, 'GRAPHQL_PARSE_FAILED');
    },
  );

  it('B22: in production, a rejected operation gets no hints at the schema', async () => {
    const gateway = await startTestGateway({ env: { NODE_ENV: 'production' } });
    const order = 'query ($order: DirectMessageOrder) { directMessages(orderBy: $order) { totalCount } }';
    for (const [body, code] of [
      [{ query: '{ directMesages { totalCount } }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: '{ directMessage(idd: "x") { id } }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: '{ directMessages(orderBy: { field: CREATED, direction: ASC }) { totalCount } }' }, 'BAD_USER_INPUT'],
      [{ query: '{ directMessages(orderBy: { feld: CREATED_AT, direction: ASC }) { totalCount } }' }, 'BAD_USER_INPUT'],
      [{ query: order, variables: { order: { field: 'CREATED', direction: 'ASC' } } }, 'BAD_USER_INPUT'],
      [
        { query: order, variables: { order: { field: 'CREATED_AT', direction: 'ASC', directon: 'ASC' } } },
        'BAD_USER_INPUT',
      ],
    ] as const) {
      const answer = await sendRaw(gateway, { body: json(body) });
      expectRefused(gateway, answer, 400, code);
      expect(answer.text).not.toMatch(/did you mean/i);
      expect(answer.text).toMatch(/\."|" enum\./); // a sentence that ends where the hint began
    }
  });

  it('B23: in production, introspection is rejected unless it is switched on', async () => {
    const production = await startTestGateway({ env: { NODE_ENV: 'production' } });
    const body = json({ query: getIntrospectionQuery() });
    expectRefused(production, await sendRaw(production, { body }), 400, 'GRAPHQL_VALIDATION_FAILED');
    const open = await startTestGateway({ env: { NODE_ENV: 'production', INTROSPECTION: 'on' } });
    const answer = await sendRaw(open, { body, as: null });
    expect(answer.status).toBe(200);
    expect(bodyOf(answer)).toMatchObject({ data: { __schema: { queryType: { name: 'Query' } } } });
    expect(open.demo.callLines()).toEqual([]);
  });
});

/** Every connection; `ARGS` stands for its arguments. */
const connections: readonly { name: string; query: string; isForwardOnly?: boolean }[] = [
  {
    name: 'Query.directMessages',
    query: '{ directMessages(ARGS) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
  },
  {
    name: 'Viewer.directMessages',
    query:
      '{ viewer { directMessages(ARGS) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }',
  },
  {
    name: 'DirectMessage.messages',
    query: room('messages(ARGS) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }'),
  },
  {
    name: 'DirectMessage.history',
    query: room('history(ARGS) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }'),
    isForwardOnly: true,
  },
  {
    name: 'DirectMessage.members',
    query: room('members(ARGS) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }'),
  },
  {
    name: 'Query.readReceipts',
    query: `{ readReceipts(messageId: "${shapes.plain}", ARGS) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
  },
];

describe.each(connections)('B15: page arguments of $name', ({ query, isForwardOnly = false }) => {
  const wrong = [
    'first: -1',
    'first: 101',
    'first: 2147483647',
    'first: null',
    'after: ""',
    'after: "x"',
    'first: 0, after: "bm9uZQ"',
  ];
  const wrongBackward = [
    'last: 0',
    'last: -1',
    'last: 101',
    'first: 1, last: 1',
    'first: 0, last: 0',
    'last: 1, after: "x"',
    'first: 1, before: "x"',
    'before: "x"',
    'last: 1, before: "x"',
  ];

  it.each(isForwardOnly ? wrong : [...wrong, ...wrongBackward])(
    'refuse the request and cost nothing: %s',
    async (args) => {
      const gateway = openGateway();
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: json({ query: query.replace('ARGS', args) }), as: gateway.demo.world.admin }),
        400,
        'BAD_USER_INPUT',
      );
    },
  );

  it.each(['first: 2147483648', 'first: 1.5', 'first: "5"', 'after: 5'])(
    'refuse it as well when they have another type: %s',
    async (args) => {
      const gateway = openGateway();
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: json({ query: query.replace('ARGS', args) }) }),
        400,
        'BAD_USER_INPUT',
      );
    },
  );

  it.each([2_147_483_648, 1.5, '5', true, [1, 2], {}])(
    'are BAD_USER_INPUT when they have another type in a variable: %j',
    async (first) => {
      const gateway = openGateway();
      const withVariable = `query ($first: Int) ${query.replace('ARGS', 'first: $first')}`;
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: json({ query: withVariable, variables: { first } }) }),
        400,
        'BAD_USER_INPUT',
      );
    },
  );

  it('a page of zero rows is empty, and costs no call if nobody asks whether rows surround it', async () => {
    const gateway = openGateway();
    const answer = await sendRaw(gateway, {
      body: json({ query: query.replace('ARGS', 'first: 0').replace('hasNextPage hasPreviousPage', '') }),
      as: gateway.demo.world.admin,
    });
    const page = { nodes: [], pageInfo: { startCursor: null, endCursor: null } };
    expect(answer.status).toBe(200);
    expect(JSON.stringify(bodyOf(answer).data)).toContain(JSON.stringify(page));
    expect(gateway.demo.callLines()).toEqual([]);
  });
});

const badIds = [
  '',
  'x'.repeat(129),
  'a b',
  'a,b',
  '[',
  'a&x=1',
  'a%00',
  'a\u0000',
  '../me',
  'a/b',
  'a?b',
  'a#b',
  '😀',
  '\ud800',
  'a\r\nb',
  'ä',
  '"',
  "'",
  '{"$ne":""}',
];

describe('B16: invalid ids', () => {
  it.each(badIds)('B16: an invalid id is BAD_USER_INPUT in every argument: %j', async (id) => {
    const gateway = openGateway();
    for (const query of [
      'query ($id: ID!) { directMessage(id: $id) { id topic } }',
      'query ($id: ID!) { message(id: $id) { id } }',
      'query ($id: ID!) { readReceipts(messageId: $id) { totalCount } }',
      'query ($id: ID!) { user(id: $id) { id } }',
      `query ($id: ID!) ${room('counters(userId: $id) { joined }')}`,
      `query ($id: ID!) ${room('messages(filterBy: { mentioning: [$id] }) { totalCount }')}`,
      `query ($id: ID!) ${room(`messages(filterBy: { starredBy: ["${users.busy}", $id] }) { totalCount }`)}`,
    ]) {
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: json({ query, variables: { id } }) }),
        400,
        'BAD_USER_INPUT',
      );
    }
  });

  it.each(['', 'x'.repeat(129), 'a b', 'a,b', '@a', 'a\u0000', '\ud800', 'a\r\nb', ' '])(
    'is BAD_USER_INPUT as a username as well: %j',
    async (username) => {
      const gateway = openGateway();
      const query = 'query ($username: String!) { directMessageWith(username: $username) { id } }';
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: json({ query, variables: { username } }) }),
        400,
        'BAD_USER_INPUT',
      );
    },
  );

  // Upstream takes out the first `@`, wherever it stands.
  it.each([
    `@${landmarks.strangerUsername}`,
    '@x',
    users.member,
    `${users.member}@`,
    landmarks.strangerUsername.replace('.', '@.'),
  ])('B16: an id that upstream would take for a user, and create a room for, is BAD_USER_INPUT: %s', async (id) => {
    const gateway = openGateway();
    const rooms = gateway.demo.world.rooms.size;
    expectRefused(
      gateway,
      await sendRaw(gateway, { body: json({ query: room('messages { totalCount }', id) }) }),
      400,
      'BAD_USER_INPUT',
    );
    expect(gateway.demo.world.rooms.size).toBe(rooms);
  });

  it('B16: a list with no ids, or with too many for a URL, is BAD_USER_INPUT', async () => {
    const gateway = openGateway();
    for (const ids of [[], Array.from({ length: 51 }, (_, index) => `id${index}`)]) {
      const query = `query ($ids: [ID!]) ${room('messages(filterBy: { mentioning: $ids }) { totalCount }')}`;
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: json({ query, variables: { ids } }) }),
        400,
        'BAD_USER_INPUT',
      );
    }
  });
});

it.each(['rYhzFRd2QZjNwAAXXrocket.cat', 'a-b_c:d!e~f+g=h', '!room:matrix.example', 'x'.repeat(128)])(
  'B17: an odd id that is legal goes to upstream as it is, once: %s',
  async (id) => {
    const gateway = openGateway();
    const { world, calls } = gateway.demo;
    world.createRoom({ id, userIds: [world.member.id, users.stranger] });
    const { data, errors } = await gateway.ask(room('messages { totalCount } topic counters { joined }', id));
    expect({ data, errors }).toEqual({
      data: { directMessage: { messages: { totalCount: 0 }, topic: null, counters: { joined: true } } },
      errors: undefined,
    });
    expect(calls.map(({ query }) => query['roomId'])).toEqual([id, id, id]);
    expect(calls.map(({ endpoint }) => endpoint).toSorted()).toEqual(['dm.messages', 'im.counters', 'rooms.info']);
  },
);

describe('B18: invalid dates', () => {
  const badDates = [
    'x',
    '',
    '2023-13-01',
    '2023-13-01T00:00:00Z',
    '2023-02-30T00:00:00Z',
    '2023-11-01',
    '2023-11-01T00:00:00',
    '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '1698796800000',
    'null',
    '2023-11-01T24:00:00Z',
  ];

  it.each(badDates)('B18: an invalid date is BAD_USER_INPUT as a literal or a variable: %j', async (date) => {
    const gateway = openGateway();
    for (const end of ['since', 'until']) {
      const literal = room(`history(range: { ${end}: ${json(date)} }) { nodes { id } }`);
      expectRefused(gateway, await sendRaw(gateway, { body: json({ query: literal }) }), 400, 'BAD_USER_INPUT');
      const variable = `query ($date: DateTime) ${room(`history(range: { ${end}: $date }) { nodes { id } }`)}`;
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: json({ query: variable, variables: { date } }) }),
        400,
        'BAD_USER_INPUT',
      );
    }
  });

  it.each([1_698_796_800_000, true, ['2023-11-01T00:00:00Z', '2023-11-01T00:00:00Z'], {}])(
    'is BAD_USER_INPUT when it is no text: %j',
    async (date) => {
      const gateway = openGateway();
      const literal = room(`history(range: { since: ${json(date)} }) { nodes { id } }`);
      expectRefused(gateway, await sendRaw(gateway, { body: json({ query: literal }) }), 400, 'BAD_USER_INPUT');
      const variable = `query ($date: DateTime) ${room('history(range: { since: $date }) { nodes { id } }')}`;
      expectRefused(
        gateway,
        await sendRaw(gateway, { body: json({ query: variable, variables: { date } }) }),
        400,
        'BAD_USER_INPUT',
      );
    },
  );

  it('B18: a range that ends before it starts is BAD_USER_INPUT', async () => {
    const gateway = openGateway();
    const query = room(
      'history(range: { since: "2026-10-02T00:00:00Z", until: "2026-10-01T00:00:00Z" }) { nodes { id } }',
    );
    expectRefused(gateway, await sendRaw(gateway, { body: json({ query }) }), 400, 'BAD_USER_INPUT');
  });
});

describe('Invalid credentials', () => {
  it('B19: a missing credential is UNAUTHENTICATED, except for operations that reveal nothing of the workspace', async () => {
    const gateway = openGateway();
    const { member } = gateway.demo.world;
    for (const headers of [
      {},
      { 'x-user-id': member.id },
      { 'x-auth-token': member.token },
      { authorization: `Bearer ${member.token}` },
      { cookie: `rc_uid=${member.id}; rc_token=${member.token}` },
    ]) {
      for (const query of [
        '{ viewer { userId } }',
        room('id'),
        '{ upstreamBudget { endpoint } }',
        '{ __typename viewer { userId } }',
        '{ ...F } fragment F on Query { viewer { userId } }',
      ]) {
        expectRefused(
          gateway,
          await sendRaw(gateway, { as: null, headers, body: json({ query }) }),
          401,
          'UNAUTHENTICATED',
        );
      }
    }
    expectAnswered(await sendRaw(gateway, { as: null, body: json({ query: '{ __typename }' }) }), {
      __typename: 'Query',
    });
    expectAnswered(await sendRaw(gateway, { as: null, body: json({ query: '{ __type(name: "Query") { name } }' }) }), {
      __type: { name: 'Query' },
    });
    expect(gateway.demo.callLines()).toEqual([]);
  });

  it.each([
    ['the token twice', ['secret-token-one', 'secret-token-two']],
    ['the same token twice', ['secret-token-one', 'secret-token-one']],
    ['an empty token', ''],
    ['a token of 257 characters', 'secret-token'.padEnd(257, 'x')],
    ['a token with ö', 'secret-t\u00f6ken'],
    ['a token with a tab inside', 'secret-\ttoken'],
    ['a token with a space inside', 'secret- token'],
  ])('B20: malformed credentials are UNAUTHENTICATED and not logged: %s', async (_name, token) => {
    const gateway = openGateway();
    const headers = { 'x-user-id': users.member, 'x-auth-token': token };
    const answer = await sendRaw(gateway, { as: null, headers, body: question });
    expectRefused(gateway, answer, 401, 'UNAUTHENTICATED');
    expect(answer.text + JSON.stringify(gateway.logs)).not.toMatch(/secret/);
    const twice = await sendRaw(gateway, {
      as: null,
      headers: { 'x-user-id': token, 'x-auth-token': 'secret-token-one' },
      body: question,
    });
    expectRefused(gateway, twice, 401, 'UNAUTHENTICATED');
    expect(twice.text + JSON.stringify(gateway.logs)).not.toMatch(/secret/);
  });
});

describe('B21: prototype pollution', () => {
  it('B21: keys such as `__proto__` in variables have no effect', async () => {
    const gateway = openGateway();
    const variables = `{"__proto__":{"polluted":true,"id":"${busyRoomId}"},"constructor":{"prototype":{"polluted":true}},"id":"${shapesRoomId}"}`;
    const answer = await sendRaw(gateway, {
      body: `{"query":"query ($id: ID!) { directMessage(id: $id) { id } }","variables":${variables},"__proto__":{"polluted":true}}`,
    });
    expectAnswered(answer, { directMessage: { id: shapesRoomId } });
    expect('polluted' in {}).toBe(false);
    const without = await sendRaw(gateway, {
      body: `{"query":"query ($id: ID!) { directMessage(id: $id) { id } }","variables":{"__proto__":{"id":"${shapesRoomId}"}}}`,
    });
    expectRefused(gateway, without, 400, 'BAD_USER_INPUT');
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'B21: the key %s in an input object is BAD_USER_INPUT',
    async (name) => {
      const gateway = openGateway();
      const query = `query ($filter: MessageFilters) ${room('messages(filterBy: $filter) { totalCount }')}`;
      const answer = await sendRaw(gateway, {
        body: `{"query":${json(query)},"variables":{"filter":{"${name}":{"pinnedOnly":true}}}}`,
      });
      expectRefused(gateway, answer, 400, 'BAD_USER_INPUT');
      expect('pinnedOnly' in {}).toBe(false);
    },
  );
});

describe('B24: origins that CORS does not allow', () => {
  it.each(['https://evil.example', 'null', 'https://app.example.com.evil.example', 'http://app.example.com'])(
    'gets no permission to read: %s',
    async (origin) => {
      const gateway = await startTestGateway({ env: { CORS_ORIGINS: 'https://app.example.com' } });
      const preflight = await sendRaw(gateway, {
        method: 'OPTIONS',
        as: null,
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-auth-token',
        },
      });
      const post = await sendRaw(gateway, { body: json({ query: '{ __typename }' }), headers: { origin } });
      for (const { headers } of [preflight, post]) {
        expect(headers['access-control-allow-origin']).toBeUndefined();
        expect(headers['access-control-allow-credentials']).toBeUndefined();
        expect(headers['cache-control']).toBe('no-store');
      }
      expect(gateway.demo.callLines()).toEqual([]);
    },
  );
});
