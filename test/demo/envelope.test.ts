import { describe, expect, it } from 'vitest';
import { openDemo, roomOf } from './support.ts';

const NOT_LOGGED_IN = {
  success: false,
  error: 'You must be logged in to do this.',
  status: 'error',
  message: 'You must be logged in to do this.',
};

describe('the envelope', () => {
  it('a response is JSON without a charset, not stored, with `success` last', async () => {
    const { get } = await openDemo();
    const { status, headers, body } = await get('im.list');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('pragma')).toBe('no-cache');
    expect(Object.keys(body)).toEqual(['ims', 'offset', 'count', 'total', 'success']);
  });

  it('other routes and methods are unknown', async () => {
    const { get, url } = await openDemo();
    const { status, body } = await get('dm.nothing');
    expect({ status, body }).toEqual({ status: 404, body: { success: false, error: 'API endpoint not found' } });
    expect((await fetch(`${url}/api/v1/dm.messages`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${url}/`)).status).toBe(404);
  });

  it.each(['R7', 'R8'] as const)('answers 401 to whoever is not logged in (%s)', async (dialect) => {
    const { get, world } = await openDemo({ dialect });
    const { member, admin } = world;
    const replies = [
      await get('im.counters', null),
      await get('im.counters', null, { 'X-User-Id': member.id }),
      await get('im.counters', null, { 'X-Auth-Token': member.token }),
      await get('im.counters', { ...member, token: admin.token }),
      await get('im.counters', { ...member, id: 'nobody' }),
      await get('im.counters', null, { Authorization: `Bearer ${member.token}` }),
    ];
    for (const { status, headers, body } of replies) {
      expect(headers.get('content-type')).toBe('application/json');
      expect({ status, body }).toEqual({ status: 401, body: NOT_LOGGED_IN });
    }
  });

  it('typed routes check the permission first, untyped ones the parameters', async () => {
    const demo = await openDemo({ licensed: false });
    roomOf(demo.world);
    const bad = 'chat.getMessageReadReceipts?foo=1';
    expect((await demo.get(bad)).body['errorType']).toBe('error-action-not-allowed');
    demo.configure({ licensed: true });
    expect((await demo.get(bad)).body['errorType']).toBe('error-invalid-params');
    demo.configure({ licensed: false, dialect: 'R7' });
    expect((await demo.get('chat.getMessageReadReceipts')).body['errorType']).toBe('error-action-not-allowed');
  });

  it('login takes a password or a token', async () => {
    const { url, world } = await openDemo();
    const { member } = world;
    const login = async (body: unknown) => {
      const response = await fetch(`${url}/api/v1/login`, { method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const expected = { status: 'success', data: { userId: member.id, authToken: member.token }, success: true };
    expect((await login({ user: member.username, password: 'demo' })).body).toMatchObject(expected);
    expect((await login({ resume: member.token })).body).toMatchObject(expected);
    expect(await login({ user: member.username, password: 'wrong' })).toEqual({
      status: 401,
      body: { success: false, status: 'error', error: 'Unauthorized', message: 'Unauthorized' },
    });
    expect((await login({})).status).toBe(401);
  });
});

describe('me and users.info', () => {
  it('me returns the caller’s record, flat', async () => {
    const { get, world } = await openDemo();
    const { _id, username, name, status, email } = (await get('me')).body;
    const { member } = world;
    expect([_id, username, name, status, email]).toEqual([
      member.id,
      member.username,
      member.name,
      member.status,
      member.email,
    ]);
  });

  it('users.info shows less of others than of oneself', async () => {
    const { get, world } = await openDemo();
    const { member, admin } = world;
    const own = (await get(`users.info?userId=${member.id}`)).body['user'];
    expect(own).toMatchObject({ username: member.username, emails: [{ address: member.email }], canViewAllInfo: true });
    const other = (await get(`users.info?username=${admin.username}`)).body['user'];
    expect(other).toMatchObject({ _id: admin.id, canViewAllInfo: false });
    expect(other).not.toHaveProperty('emails');
  });

  it('users.info is 400 for an unknown user', async () => {
    const { get } = await openDemo();
    const { status, body } = await get('users.info?username=nobody');
    expect({ status, body }).toEqual({ status: 400, body: { success: false, error: 'User not found.' } });
    expect((await get('users.info')).body['errorType']).toBe('error-user-param-not-provided');
  });
});
