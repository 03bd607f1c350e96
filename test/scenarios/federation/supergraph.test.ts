import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { createPublishedSdl } from '../../../src/schema/executable.ts';
import { startTestGateway, type GraphqlResult, type TestGateway } from '../../support/gateway.ts';
import { compose, peopleSdl, startSupergraph } from '../../support/supergraph.ts';

const { users, messages, busyRoomId, groupRoomId, hundredRoomId, foreignRoomId } = landmarks;

const tickets = [
  { id: 't1', room: { id: busyRoomId }, evidence: [{ id: messages.plain }, { id: 'gone' }], owner: { id: users.busy } },
  { id: 't2', room: { id: groupRoomId }, evidence: [], owner: { id: users.shapes } },
  { id: 't3', room: { id: hundredRoomId }, evidence: [{ id: messages.plain }], owner: { id: users.busy } },
];

describe('The published schema', () => {
  it('the published schema composes with a second subgraph', () => {
    const { errors, supergraphSdl } = compose(createPublishedSdl());
    expect(errors).toBeUndefined();
    expect(supergraphSdl).toContain('@join__type(graph: PEOPLE, key: "id")');
  });

  it('costs and tags of the published schema reach the supergraph', () => {
    const { supergraphSdl } = compose(createPublishedSdl());
    const lines = supergraphSdl?.split('\n').map((line) => line.trim()) ?? [];
    const listSize =
      '@listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges", "nodes"], requireOneSlicingArgument: false)';
    const priced = lines.filter((line) =>
      line.endsWith(`: UserConnection @join__field(graph: DIRECT_MESSAGES) @cost(weight: 10) ${listSize}`),
    );
    expect(priced).toHaveLength(1);
    expect(lines).toContain(
      'upstreamBudget: [EndpointBudget!]! @join__field(graph: DIRECT_MESSAGES) @tag(name: "operations") @listSize(assumedSize: 14)',
    );
  });

  it('the published schema does not compose without @shareable PageInfo', () => {
    const { errors } = compose(createPublishedSdl().replace('type PageInfo @shareable', 'type PageInfo'), peopleSdl);
    expect(errors?.map(({ message }) => message).join('\n')).toMatch(/PageInfo\.hasNextPage.* non-shareable/);
  });
});

describe('Behind a router', () => {
  let gateway: TestGateway;
  let supergraph: Awaited<ReturnType<typeof startSupergraph>>;
  beforeAll(async () => {
    gateway = await startTestGateway();
    supergraph = await startSupergraph(createPublishedSdl(), `${gateway.url}/graphql`, tickets);
  });
  beforeEach(() => {
    gateway.demo.heal();
    gateway.demo.resetCalls();
  });
  afterAll(async () => {
    await supergraph.close();
    await gateway.close();
  });

  const ask = async (
    query: string,
    headers: Record<string, string> = {},
  ): Promise<Pick<GraphqlResult, 'data' | 'errors'>> => {
    const { id, token } = gateway.demo.world.member;
    const response = await fetch(supergraph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token, ...headers },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as Pick<GraphqlResult, 'data' | 'errors'>;
  };

  it('references from another subgraph are resolved in one batch', async () => {
    const { data, errors } = await ask('{ tickets { id room { id topic messageCount } } }');
    expect(errors).toBeUndefined();
    const countOf = (id: string) => gateway.demo.world.room(id).msgs;
    expect(data?.['tickets']).toMatchObject([
      { id: 't1', room: { id: busyRoomId, messageCount: countOf(busyRoomId) } },
      { id: 't2', room: { id: groupRoomId, messageCount: countOf(groupRoomId) } },
      { id: 't3', room: { id: hundredRoomId, messageCount: countOf(hundredRoomId) } },
    ]);
    expect(gateway.demo.callLines()).toEqual(['rooms.get']);
  });

  it('a message and a user referenced several times are loaded once, and a missing one is null', async () => {
    const { data, errors } = await ask('{ tickets { evidence { id author { username } } owner { name } } }');
    expect(errors).toBeUndefined();
    expect(data?.['tickets']).toMatchObject([
      { evidence: [{ id: messages.plain }, null], owner: { name: 'Jonas Weber' } },
      { evidence: [], owner: { name: 'Priya Raman' } },
      { evidence: [{ id: messages.plain }], owner: { name: 'Jonas Weber' } },
    ]);
    expect(gateway.demo.callLines().toSorted()).toEqual(
      [
        `chat.getMessage?msgId=gone`,
        `chat.getMessage?msgId=${messages.plain}`,
        `users.info?userId=${users.busy}`,
        `users.info?userId=${users.shapes}`,
      ].toSorted(),
    );
  });

  it('another subgraph extends User with fields that require ours', async () => {
    const { data, errors } = await ask(
      `{ directMessage(id: "${busyRoomId}") { messages(last: 2) { nodes { author { user { username department address } } } } } }`,
    );
    expect(errors).toBeUndefined();
    const { nodes } = (data as { directMessage: { messages: { nodes: { author: { user: { username: string } } }[] } } })
      .directMessage.messages;
    expect(nodes).toHaveLength(2);
    for (const { author } of nodes)
      expect(author.user).toMatchObject({
        department: expect.stringMatching(/^department of /),
        address: `${author.user.username}@example.com`,
      });
    expect(gateway.demo.calls.map(({ endpoint }) => endpoint)).toEqual(['dm.messages', 'im.members']);
  });

  it('another subgraph returns our connection types with our users as rows', async () => {
    const { data, errors } = await ask('{ staff { totalCount nodes { id username } } }');
    expect(errors).toBeUndefined();
    expect(data?.['staff']).toMatchObject({
      totalCount: 3,
      nodes: [{ username: 'jonas.weber' }, { username: 'priya.raman' }, { username: 'jonas.weber' }],
    });
  });

  it('the router forwards the caller’s credentials', async () => {
    const { admin } = gateway.demo.world;
    await ask('{ tickets { owner { name } } }', { 'x-user-id': admin.id, 'x-auth-token': admin.token });
    expect(new Set(gateway.demo.calls.map(({ userId }) => userId))).toEqual(new Set([admin.id]));
    const { errors } = await ask('{ tickets { owner { name } } }', { 'x-auth-token': 'wrong' });
    expect(errors?.map(({ extensions }) => extensions['code'])).toContain('UNAUTHENTICATED');
  });

  it('the router sends credentials to this subgraph only', async () => {
    const { errors } = await ask('{ tickets { owner { name department } } }');
    expect(errors).toBeUndefined();
    expect([...supergraph.headersSeen]).toContain('content-type');
    expect([...supergraph.headersSeen].filter((name) => name.startsWith('x-'))).toEqual([]);
  });

  it('errors keep their codes and null only their own fields behind a router', async () => {
    const { data, errors } = await ask(
      `{ tickets { id } a: directMessage(id: "${busyRoomId}") { id messageCount } b: directMessage(id: "${foreignRoomId}") { messageCount } }`,
    );
    expect(data).toMatchObject({ tickets: [{}, {}, {}], a: { id: busyRoomId }, b: { messageCount: null } });
    expect(errors).toMatchObject([{ path: ['b', 'messageCount'], extensions: { code: 'NOT_FOUND' } }]);
  });

  it('the client’s deadline applies behind a router: what is ready by then is returned', async () => {
    gateway.demo.fail('users.info', { hang: true });
    const startedAt = performance.now();
    const { data, errors } = await ask('{ tickets { id room { messageCount } owner { name } } }', {
      'x-request-timeout-ms': '500',
    });
    expect(performance.now() - startedAt).toBeLessThan(2500); // an upstream call may take 3 s, and a request 10
    const inTime = { room: { messageCount: expect.any(Number) }, owner: { name: null } };
    expect(data?.['tickets']).toMatchObject([inTime, inTime, inTime]);
    expect(new Set(errors?.map(({ extensions }) => extensions['code']))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
  });

  it('the router drops the cost report: it keeps only the extensions of errors', async () => {
    const { id, token } = gateway.demo.world.member;
    const body = JSON.stringify({ query: '{ viewer { user { name } } }' });
    const headers = {
      'content-type': 'application/json',
      'x-user-id': id,
      'x-auth-token': token,
      'x-upstream-report': '1',
    };
    const answers = await Promise.all(
      [supergraph.url, `${gateway.url}/graphql`].map(async (url) =>
        (await fetch(url, { method: 'POST', headers, body })).json(),
      ),
    );
    expect(answers).toMatchObject([{ data: { viewer: {} } }, { extensions: { upstream: { calls: 1 } } }]);
    expect(answers[0]).not.toHaveProperty('extensions');
  });

  it('the router wraps the error of a request rejected as a whole', async () => {
    const rooms = '{ directMessages(first: 100) { nodes { messages { nodes { readReceipts { totalCount } } } } } }';
    const unknown = await ask('{ viewer { userId } }', { 'x-auth-token': '' });
    expect(unknown.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', response: { status: 401 } } }]);
    const { errors } = await ask(rooms);
    expect(errors).toMatchObject([
      {
        extensions: {
          code: 'INTERNAL_SERVER_ERROR',
          response: {
            status: 400,
            body: { errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', cost: { limit: 100 } } }] },
          },
        },
      },
    ]);
    const wrong = await ask('{ tickets { id } user(id: "x") { id } directMessage(id: "@jonas.weber") { id } }');
    expect(wrong.data).toMatchObject({ tickets: [{}, {}, {}], user: null, directMessage: null });
    expect(wrong.errors).toMatchObject([
      {
        extensions: {
          response: {
            status: 400,
            body: { errors: [{ path: ['directMessage'], extensions: { code: 'BAD_USER_INPUT' } }] },
          },
        },
      },
    ]);
  });

  it('the client’s request id reaches our log through the router', async () => {
    await ask('{ tickets { owner { name } } }', { 'x-request-id': 'from-the-client' });
    expect(gateway.logs.filter(({ requestId }) => requestId === 'from-the-client')).toHaveLength(1);
  });

  it('an error keeps its extensions and path behind the router', async () => {
    gateway.demo.fail('users.info', { status: 429, headers: { 'x-ratelimit-reset': String(Date.now() + 30_000) } });
    const { data, errors } = await ask('{ tickets { id owner { name } } }');
    expect(data?.['tickets']).toMatchObject([
      { owner: { name: null } },
      { owner: { name: null } },
      { owner: { name: null } },
    ]);
    expect(errors?.[0]).toMatchObject({
      path: ['tickets', 0, 'owner'],
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) },
    });
  });
});
