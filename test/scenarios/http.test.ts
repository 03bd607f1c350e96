import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { openDemo } from '../support/demo.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { bodyOf, expectRefused, sendRaw, type RawAnswer } from '../support/raw.ts';

const { users } = landmarks;
const json = (query: string) => JSON.stringify({ query });
const typename = json('{ __typename }');
const whoAmI = json('{ viewer { user { id } } }');
const origin = 'https://app.example.com';

const headerLines = (answer: RawAnswer, ...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, answer.headers[name]]));
const noCalls = ({ demo }: TestGateway) => expect(demo.callLines()).toEqual([]);

describe('Allowed CORS origins', () => {
  it('an allowed origin may read the response to a POST, without cookies', async () => {
    const gateway = await startTestGateway({ env: { CORS_ORIGINS: `${origin}, https://b.example.com` } });
    for (const allowed of [origin, 'https://b.example.com']) {
      const answer = await sendRaw(gateway, { body: typename, headers: { origin: allowed } });
      expect(
        headerLines(
          answer,
          'access-control-allow-origin',
          'access-control-allow-credentials',
          'access-control-expose-headers',
          'cache-control',
        ),
      ).toEqual({
        'access-control-allow-origin': allowed,
        'access-control-allow-credentials': undefined,
        'access-control-expose-headers': 'RateLimit, RateLimit-Policy, Retry-After, X-Request-Id',
        'cache-control': 'no-store',
      });
      expect(answer.headers.vary).toContain('Origin');
      expect(bodyOf(answer)).toEqual({ data: { __typename: 'Query' } });
    }
    noCalls(gateway);
  });

  it('an allowed origin may read errors, also of requests that are not GraphQL', async () => {
    const gateway = await startTestGateway({ env: { CORS_ORIGINS: origin } });
    for (const request of [
      { body: '{' },
      { body: whoAmI, as: null },
      { body: json('{ nothing }') },
      { method: 'PUT' },
    ]) {
      const answer = await sendRaw(gateway, { ...request, headers: { origin } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(headerLines(answer, 'access-control-allow-origin')).toEqual({ 'access-control-allow-origin': origin });
    }
    noCalls(gateway);
  });

  it('an allowed origin gets a preflight response with the headers of the API', async () => {
    const gateway = await startTestGateway({ env: { CORS_ORIGINS: origin } });
    const preflight = await sendRaw(gateway, {
      method: 'OPTIONS',
      as: null,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-auth-token,x-user-id,x-request-id',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.text).toBe('');
    expect(
      headerLines(
        preflight,
        'access-control-allow-origin',
        'access-control-allow-credentials',
        'access-control-allow-methods',
        'access-control-max-age',
      ),
    ).toEqual({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': undefined,
      'access-control-allow-methods': 'GET, POST',
      'access-control-max-age': '600',
    });
    const allowed = String(preflight.headers['access-control-allow-headers']).toLowerCase();
    for (const name of [
      'content-type',
      'x-auth-token',
      'x-user-id',
      'x-request-id',
      'apollo-require-preflight',
      'traceparent',
      'tracestate',
    ])
      expect(allowed).toContain(name);
    noCalls(gateway);
  });

  it('in production only configured origins are allowed', async () => {
    const production = await startTestGateway({ env: { NODE_ENV: 'production' } });
    const development = await startTestGateway();
    const studio = 'https://studio.apollographql.com';
    const answerOf = (gateway: TestGateway) => sendRaw(gateway, { body: typename, headers: { origin: studio } });
    expect(headerLines(await answerOf(production), 'access-control-allow-origin')).toEqual({
      'access-control-allow-origin': undefined,
    });
    expect(headerLines(await answerOf(development), 'access-control-allow-origin')).toEqual({
      'access-control-allow-origin': studio,
    });
  });
});

describe('Every response', () => {
  it('every response has the client’s request id if that is valid, else a fresh one', async () => {
    const gateway = await startTestGateway();
    for (const id of ['request-1', 'a.b_c-D9', 'x'.repeat(128)]) {
      expect(
        (await sendRaw(gateway, { body: typename, headers: { 'x-request-id': id } })).headers['x-request-id'],
      ).toBe(id);
    }
    const fresh = new Set<unknown>();
    const bad = [undefined, '', 'a b', 'x'.repeat(129), '{"level":50}', 'a;b', ['a', 'b']];
    for (const id of bad) {
      const answer = await sendRaw(gateway, { body: typename, headers: { 'x-request-id': id } });
      expect(answer.headers['x-request-id']).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/);
      fresh.add(answer.headers['x-request-id']);
    }
    expect(fresh.size).toBe(bad.length);
    expect(gateway.logs.map(({ requestId }) => requestId).slice(0, 3)).toEqual([
      'request-1',
      'a.b_c-D9',
      'x'.repeat(128),
    ]);
    noCalls(gateway);
  });

  it('no response is cached or sniffed, or passes on upstream headers', async () => {
    const gateway = await startTestGateway();
    gateway.demo.fail('me', {
      headers: {
        'Set-Cookie': 'rc_token=1',
        Server: 'upstream',
        'X-Instance-Id': 'upstream-1',
        'Cache-Control': 'public, max-age=60',
      },
    });
    const requests = [
      { body: whoAmI },
      { body: whoAmI, as: null },
      { body: json('{ directMessages { totalCount } }') },
      { body: json('{ nothing }') },
      { body: '{' },
      { method: 'GET', path: '/graphql?query={__typename}' },
      { method: 'GET', path: '/graphql?query={__typename}', headers: { 'apollo-require-preflight': 'x' } },
      { method: 'PUT' },
    ];
    for (const request of requests) {
      const { headers } = await sendRaw(gateway, request);
      expect({
        cache: headers['cache-control'],
        vary: headers.vary,
        sniffing: headers['x-content-type-options'],
        type: headers['content-type'],
      }).toEqual({
        cache: 'no-store',
        vary: 'Origin, Accept, X-Auth-Token, X-User-Id',
        sniffing: 'nosniff',
        type: 'application/json; charset=utf-8',
      });
      for (const name of ['set-cookie', 'server', 'x-instance-id', 'x-powered-by'])
        expect(headers[name]).toBeUndefined();
    }
    expect(gateway.demo.callLines()).toEqual(['me', 'dm.list.everyone?offset=0&count=20&sort={"lm":-1,"_id":-1}']);
  });
});

describe('Paths', () => {
  it('/healthz and /readyz report the gateway as up without calling the workspace', async () => {
    const gateway = await startTestGateway({ env: { NODE_ENV: 'production' } });
    for (const path of ['/healthz', '/readyz']) {
      const answer = await sendRaw(gateway, { method: 'GET', path, as: null });
      expect({
        status: answer.status,
        type: answer.headers['content-type'],
        cache: answer.headers['cache-control'],
        text: answer.text,
      }).toEqual({
        status: 200,
        type: 'application/json; charset=utf-8',
        cache: 'no-store',
        text: '{"status":"ok"}',
      });
    }
    await gateway.demo.close();
    expect((await sendRaw(gateway, { method: 'GET', path: '/readyz', as: null })).status).toBe(200);
    noCalls(gateway);
  });

  it.each(['/', '/graphql/x', '//graphql', '/graphqlx', '/api/v1/me', '/explorer', '/%2e%2e/etc/passwd', '/GRAPHQL'])(
    'that are none are a 404 in JSON: %s',
    async (path) => {
      const gateway = await startTestGateway({ env: { NODE_ENV: 'production' } });
      for (const method of ['GET', 'POST'])
        expectRefused(
          gateway,
          await sendRaw(gateway, { method, path, ...(method === 'POST' && { body: typename }) }),
          404,
          'BAD_REQUEST',
        );
    },
  );

  it('a malformed path is a 400 in JSON', async () => {
    const gateway = await startTestGateway();
    expectRefused(gateway, await sendRaw(gateway, { method: 'GET', path: '/%zz' }), 400, 'BAD_REQUEST');
  });
});

describe('A GET', () => {
  it('a GET query that proves a preflight is answered', async () => {
    const gateway = await startTestGateway();
    const path = `/graphql?query=${encodeURIComponent('query ($id: ID!) { directMessage(id: $id) { id } viewer { user { id } } }')}&variables=${encodeURIComponent('{"id":"x"}')}`;
    const answer = await sendRaw(gateway, { method: 'GET', path, headers: { 'apollo-require-preflight': 'true' } });
    expect({ status: answer.status, body: bodyOf(answer), calls: gateway.demo.callLines() }).toEqual({
      status: 200,
      body: { data: { directMessage: { id: 'x' }, viewer: { user: { id: users.member } } } },
      calls: ['me'],
    });
  });

  it.each([
    ['on', '200'],
    ['off', '400'],
  ])('a browser’s GET shows Apollo Sandbox only if the explorer is %s', async (explorer, status) => {
    const gateway = await startTestGateway({ env: { EXPLORER: explorer } });
    const answer = await sendRaw(gateway, {
      method: 'GET',
      as: null,
      headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
    });
    expect(String(answer.status)).toBe(status);
    expect(answer.headers['cache-control']).toBe('no-store');
    if (explorer === 'on') {
      expect(answer.headers['content-type']).toMatch(/^text\/html/);
      expect(answer.text).toContain('<!DOCTYPE html>');
      expect(answer.text).not.toContain(gateway.demo.world.member.token);
    } else {
      expectRefused(gateway, answer, 400, 'BAD_REQUEST');
      expect((await sendRaw(gateway, { method: 'GET', path: '/explorer', as: null })).status).toBe(404);
    }
    noCalls(gateway);
  });
});

describe('The schema', () => {
  const sdlQuery = json(getIntrospectionQuery());

  it.each([
    [{}, 200],
    [{ INTROSPECTION: 'off' }, 400],
    [{ NODE_ENV: 'production' }, 400],
    [{ NODE_ENV: 'production', INTROSPECTION: 'on' }, 200],
  ])('introspection, if on, needs no credentials: %j is %i', async (env: Record<string, string>, status) => {
    const gateway = await startTestGateway({ env });
    const answer = await sendRaw(gateway, { body: sdlQuery, as: null });
    if (status === 200)
      expect({ status: answer.status, body: bodyOf(answer) }).toMatchObject({
        status,
        body: { data: { __schema: { queryType: { name: 'Query' } } } },
      });
    else expectRefused(gateway, answer, 400, 'GRAPHQL_VALIDATION_FAILED');
    noCalls(gateway);
  });

  it('errors hint at the schema in development and not in production', async () => {
    const development = await startTestGateway();
    const production = await startTestGateway({ env: { NODE_ENV: 'production' } });
    const body = json('{ viewr { id } directMessage(id: "x") { topik } }');
    const hinted = await sendRaw(development, { body });
    expectRefused(development, hinted, 400, 'GRAPHQL_VALIDATION_FAILED');
    expect(hinted.text).toContain('Did you mean \\"viewer\\"');
    const plain = await sendRaw(production, { body });
    expectRefused(production, plain, 400, 'GRAPHQL_VALIDATION_FAILED');
    expect(plain.text).not.toMatch(/did you mean/i);
  });
});

describe('Closing', () => {
  it('closing lets a request under way finish and accepts no new ones', async () => {
    const demo = await openDemo();
    const gateway = await startTestGateway({ demo });
    demo.fail('me', { delayMs: 300 });
    const underWay = gateway.ask('{ viewer { user { id } } }');
    while (demo.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const closed = gateway.close();
    const { status, data, errors } = await underWay;
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: { viewer: { user: { id: users.member } } },
      errors: undefined,
    });
    await closed;
    await expect(gateway.ask('{ __typename }')).rejects.toThrow('fetch failed');
    expect(demo.callLines()).toEqual(['me']);
  });

  it('closing ends once no request is under way, even with idle connections open', async () => {
    const demo = await openDemo();
    const gateway = await startTestGateway({ demo });
    expect((await gateway.ask('{ viewer { user { id } } }')).errors).toBeUndefined();
    await gateway.close();
    await expect(gateway.ask('{ __typename }')).rejects.toThrow('fetch failed');
    expect(demo.callLines()).toEqual(['me']);
  });
});
