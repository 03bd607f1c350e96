import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmbeddedDemo } from '../../src/demo/embedded.ts';
import { startDemo } from '../../src/demo/server.ts';
import { createEmptyWorld } from '../../src/demo/seed.ts';
import { openDemo, roomOf } from './support.ts';

describe('the call log', () => {
  it('the call log keeps every call in order, decoded, with its caller and status', async () => {
    const demo = await openDemo();
    const { get, world, calls } = demo;
    const room = roomOf(world);
    await get(`dm.messages?roomId=${room._id}&sort=%7B%22ts%22%3A-1%7D&count=5`);
    await get('me', null);
    await get('im.counters?roomId=a&roomId=b');
    expect(demo.callLines()).toEqual([
      `dm.messages?roomId=${room._id}&sort={"ts":-1}&count=5`,
      'me',
      'im.counters?roomId=a,b',
    ]);
    expect(calls.map(({ status, userId }) => [status, userId])).toEqual([
      [200, world.member.id],
      [401, undefined],
      [400, world.member.id],
    ]);
    expect(calls[0]?.query).toEqual({ roomId: room._id, sort: '{"ts":-1}', count: '5' });
    demo.resetCalls();
    expect(demo.callLines()).toEqual([]);
  });

  it('L14: the call log of `npm start` keeps the last thousand calls', async () => {
    const demo = await startEmbeddedDemo({ hasRateLimit: false, dialect: 'R8', isLive: false });
    onTestFinished(() => demo.close());
    for (let round = 0; round < 11; round += 1) {
      await Promise.all(
        Array.from({ length: 100 }, async () => (await fetch(`${demo.url}/api/v1/me?round=${round}`)).text()),
      );
    }
    expect(demo.calls).toHaveLength(1000);
    expect(demo.callLines().slice(0, 1)).toEqual(['me?round=1']);
    expect(demo.callLines().at(-1)).toBe('me?round=10');
    expect(
      [['  Explorer  x'], []].map((pages) => demo.greeting('http://h', pages).includes('\n  Explorer  x\n')),
    ).toEqual([true, false]);
  });
});

describe('faults', () => {
  it('a fault replaces responses until healed', async () => {
    const demo = await openDemo();
    demo.fail('me', { status: 503, body: { success: false, error: 'down' }, headers: { 'Retry-After': '7' } });
    const { status, body, headers } = await demo.get('me');
    expect({ status, body, retryAfter: headers.get('retry-after') }).toEqual({
      status: 503,
      body: { success: false, error: 'down' },
      retryAfter: '7',
    });
    expect((await demo.get('im.list')).status).toBe(200);
    demo.heal('me');
    expect((await demo.get('me')).status).toBe(200);
  });

  it('faults happen `times` times, in the order they were added', async () => {
    const demo = await openDemo();
    demo.fail('*', { status: 502, times: 1 });
    demo.fail('me', { status: 500, times: 2 });
    const statuses = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await demo.get('me')).status);
    expect(statuses).toEqual([502, 500, 500, 200]);
  });

  it('`when` limits a fault to matching calls', async () => {
    const demo = await openDemo();
    const { world } = demo;
    demo.fail('me', { status: 500, when: ({ userId }) => userId === world.admin.id });
    expect((await demo.get('me')).status).toBe(200);
    expect((await demo.get('me', world.admin)).status).toBe(500);
  });

  it('a fault sends text verbatim, with another content type', async () => {
    const demo = await openDemo();
    demo.fail('me', { status: 502, body: '<h1>Bad Gateway</h1>', contentType: 'text/html' });
    const response = await fetch(`${demo.url}/api/v1/me`);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(await response.text()).toBe('<h1>Bad Gateway</h1>');
  });

  it('`transform` changes the body of a normal response, not the world', async () => {
    const demo = await openDemo();
    const room = roomOf(demo.world, 1);
    demo.fail('rooms.get', {
      transform: (body) => {
        const { update } = body as { update: { msgs?: number }[] };
        for (const item of update) delete item.msgs;
        return body;
      },
    });
    const { status, body } = await demo.get('rooms.get');
    expect(status).toBe(200);
    expect((body['update'] as object[])[0]).not.toHaveProperty('msgs');
    expect(room.msgs).toBe(1);
  });

  it('a fault with nothing but a delay only delays', async () => {
    const demo = await openDemo();
    demo.fail('me', { delayMs: 5 });
    expect((await demo.get('me')).body['success']).toBe(true);
  });

  it('a fault can reset the connection or never respond', async () => {
    const demo = await openDemo();
    demo.fail('me', { reset: true });
    await expect(demo.get('me')).rejects.toThrow('fetch failed');
    demo.heal();
    demo.fail('me', { hang: true });
    await expect(fetch(`${demo.url}/api/v1/me`, { signal: AbortSignal.timeout(30) })).rejects.toThrow('timeout');
    expect(demo.calls.map(({ status }) => status)).toEqual([0, 0]);
  });

  it('a hanging fault does not keep the workspace from closing', async () => {
    const demo = await startDemo({ world: createEmptyWorld() });
    demo.fail('me', { hang: true });
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    demo.fail('im.list', { when: () => (resolve(), true), hang: true });
    const pending = fetch(`${demo.url}/api/v1/im.list`);
    await arrived;
    await demo.close();
    await expect(pending).rejects.toThrow('fetch failed');
  });
});
