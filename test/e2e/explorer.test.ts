import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { startDemo, type DemoWorkspace } from '../../src/demo/server.ts';
import { startGateway, type Gateway } from '../../src/server.ts';

let demo: DemoWorkspace;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

/** A gateway as `npm start` starts it: the explorers hold the demo user's credentials. */
function startExplorer(env: Record<string, string> = {}): Promise<Gateway> {
  const { member } = demo.world;
  return startGateway({
    config: readConfig({ PORT: '0', LOG_LEVEL: 'silent', ROCKETCHAT_URL: demo.url, ...env }),
    workspaceUrl: demo.url,
    explorerHeaders: { 'X-User-Id': member.id, 'X-Auth-Token': member.token },
  });
}

describe('Without the explorer', () => {
  test.each([
    ['EXPLORER=off', { EXPLORER: 'off' }],
    ['NODE_ENV=production', { NODE_ENV: 'production' }],
  ])('with %s no explorer is served, and /graphql sends browsers JSON', async (_what, env) => {
    const gateway = await startExplorer(env);
    onTestFinished(() => gateway.close());
    for (const path of ['/explorer', '/explorer/static/ruru.js']) {
      const response = await fetch(`${gateway.url}${path}`, { headers: { accept: 'text/html' } });
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain(demo.world.member.token);
    }
    const browsed = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect(browsed.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await browsed.text()).not.toContain(demo.world.member.token);
  });

  test('EXPLORER=on serves the explorer in production too', async () => {
    const gateway = await startExplorer({ NODE_ENV: 'production', EXPLORER: 'on' });
    onTestFinished(() => gateway.close());
    const response = await fetch(`${gateway.url}/explorer`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).toContain('query OneRoom');
  });
});

/** The request that Chromium sends for an address typed by the user. */
const asBrowser = {
  headers: { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
  redirect: 'manual',
} as const;

describe('Fresh 1.4: the address without a path', () => {
  test('/ redirects browsers to the explorer, and answers other clients 404 in JSON', async () => {
    const gateway = await startExplorer();
    onTestFinished(() => gateway.close());
    const browsed = await fetch(`${gateway.url}/`, asBrowser);
    expect({ status: browsed.status, location: browsed.headers.get('location') }).toEqual({
      status: 302,
      location: '/explorer',
    });
    for (const accept of ['*/*', 'application/json']) {
      const answer = await fetch(`${gateway.url}/`, { headers: { accept } });
      expect({ status: answer.status, body: await answer.json() }).toMatchObject({
        status: 404,
        body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
      });
    }
  });

  test.each<Record<string, string>>([{ EXPLORER: 'off' }, { NODE_ENV: 'production' }])(
    'with %j, / tells browsers in three lines what this is and where queries go, and other clients get JSON',
    async (env) => {
      const gateway = await startExplorer(env);
      onTestFinished(() => gateway.close());
      const browsed = await fetch(`${gateway.url}/`, asBrowser);
      expect({ status: browsed.status, type: browsed.headers.get('content-type') }).toEqual({
        status: 200,
        type: 'text/html; charset=utf-8',
      });
      const page = await browsed.text();
      expect([...page.matchAll(/<p>(.*)<\/p>/g)].map(([, line]) => line?.replaceAll(/<[^>]*>/g, ''))).toEqual([
        'This is a GraphQL gateway for the direct messages of a Rocket.Chat workspace.',
        'Programs send queries to /graphql, by POST.',
        'With each query go the headers X-User-Id and X-Auth-Token, as Rocket.Chat gives them at login.',
      ]);
      // Nothing may be loaded, and the page holds nothing that would be.
      expect(browsed.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
      expect(page).not.toMatch(/<(script|style|link|img|iframe|form)|\s(on\w+|style|src|href)=/i);
      for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.9', 'text/html;q=0']) {
        const answer = await fetch(`${gateway.url}/`, { headers: { accept } });
        expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/json; charset=utf-8']);
      }
    },
  );
});

describe('Newcomer: a trailing slash', () => {
  test('/explorer and /graphql work the same with a trailing slash', async () => {
    const gateway = await startExplorer();
    onTestFinished(() => gateway.close());
    expect(await (await fetch(`${gateway.url}/explorer/`)).text()).toBe(
      await (await fetch(`${gateway.url}/explorer`)).text(),
    );
    const { id, token } = demo.world.member;
    const headers = { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token };
    for (const path of ['/graphql/', '/graphql/?a=b']) {
      const answer = await fetch(gateway.url + path, {
        method: 'POST',
        headers,
        body: '{"query":"{ viewer { userId } }"}',
      });
      expect(await answer.json()).toEqual({ data: { viewer: { userId: id } } });
    }
    const got = await fetch(`${gateway.url}/graphql/?query=${encodeURIComponent('{ viewer { userId } }')}`, {
      headers,
    });
    expect(await got.json()).toEqual({ data: { viewer: { userId: id } } });
    expect((await fetch(`${gateway.url}/graphql/`, asBrowser)).headers.get('content-type')).toMatch(/^text\/html/);
    const preflight = {
      method: 'OPTIONS',
      headers: { origin: 'https://studio.apollographql.com', 'access-control-request-method': 'POST' },
    };
    expect((await fetch(`${gateway.url}/graphql/`, preflight)).headers.get('access-control-allow-origin')).toBe(
      'https://studio.apollographql.com',
    );
  });
});
