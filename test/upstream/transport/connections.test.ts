import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Transport, type GetOptions } from '../../../src/upstream/transport/transport.ts';
import { serving, sized, turns } from '../../support/answering.ts';

/** Turns of the event loop until it is so, for two seconds at most: the clock that tests fake stands still. */
async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 2000;
  while (!isSo() && Date.now() < end) await turns(1);
}

afterEach(() => void vi.useRealTimers());

describe('A connection', () => {
  it('is not used again once bytes came that nobody asked for', async () => {
    const late = sized('somebody else’s');
    const { get, used, open } = await serving((socket, _request, connection) => {
      socket.write(sized('x') + (connection === 1 ? late : ''));
      if (connection === 2) setTimeout(() => socket.write(late), 5);
    });
    for (const kept of [0, 0, 1, 1]) {
      expect(await get()).toBe('x');
      await until(() => open() === kept);
    }
    expect(used()).toEqual([1, 2, 3, 3]);
  });

  it.each([
    ['one after another', 64],
    ['that wait', 1],
  ])('that ends right behind a response carries no further call: calls %s', async (how, connections) => {
    const { transport } = await serving((socket) => void socket.end(sized('x')), { connections });
    const ask = async () => {
      const outcome = await transport.get('/', { headers: [], timeoutMs: 5000, onStart: () => undefined });
      return outcome instanceof Error ? outcome.message : outcome.body.toString();
    };
    const outcomes =
      how === 'that wait' ? await Promise.all([ask(), ask(), ask()]) : [await ask(), await ask(), await ask()];
    expect(outcomes).toEqual(['x', 'x', 'x']);
  });

  it.each([
    ['comes next', 64],
    ['waits for it', 1],
  ])('has no bytes for a call that %s: those right behind a response belong to nobody', async (how, connections) => {
    const served: Socket[] = [];
    const { transport } = await serving(
      (socket, request) => {
        served.push(socket);
        socket.write(sized(request.slice(4, 6)));
      },
      { connections },
    );
    // They are there when the client has read the response, and the workspace has not read the next request by then.
    const onData = () => void served[0]?.write(sized('of the first'));
    const ask = async (path: string, given: Partial<GetOptions> = {}) => {
      const options = { headers: [], timeoutMs: 5000, onStart: () => undefined, ...given };
      const outcome = await transport.get(path, options);
      return outcome instanceof Error ? outcome.message : outcome.body.toString();
    };
    const first = ask('/1', { onData });
    const second = how === 'waits for it' ? ask('/2') : first.then(() => ask('/2'));
    expect(await Promise.all([first, second])).toEqual(['/1', '/2']);
  });

  it.each(['content-length: 5', 'transfer-encoding: chunked'])(
    'whose response has no content and yet a `%s` carries no further call',
    async (framing) => {
      const { get, used } = await serving((socket, request) =>
        socket.write(request.includes('/none') ? `HTTP/1.1 204 No Content\r\n${framing}\r\n\r\n` : sized('own')),
      );
      expect([await get('/none'), await get()]).toEqual(['', 'own']);
      expect(used()).toEqual([1, 2]);
    },
  );

  it('that is free does not keep the process going', async () => {
    const open = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    const { get } = await serving((socket) => void socket.unref().write(sized('x')));
    expect(await get()).toBe('x');
    await vi.waitFor(() => expect(open()).toBe(0));
  });

  it.each<[string, string, number[]]>([
    ['says that it closes', sized('x', 'connection: close\r\n'), [1, 2]],
    ['is of HTTP/1.0', sized('x').replace('1.1', '1.0'), [1, 2]],
    ['says that it is kept for a second, which may be over', sized('x', 'keep-alive: timeout=1\r\n'), [1, 2]],
    ['says that it is kept for two', sized('x', 'Keep-Alive: max=5, Timeout = 2\r\n'), [1, 1]],
    ['says so with blanks', sized('x', 'keep-alive: max=5, timeout = 1\r\n'), [1, 2]],
    ['says nothing of it', sized('x'), [1, 1]],
    ['says something else', sized('x', 'keep-alive: mytimeout=0\r\n'), [1, 1]],
    ['says something else that begins so', sized('x', 'keep-alive: timeouts=0\r\n'), [1, 1]],
  ])('is used again or not, where the response %s', async (_what, response, expected) => {
    const { get, used } = await serving((socket) => socket.write(response));
    expect([await get(), await get()]).toEqual(['x', 'x']);
    expect(used()).toEqual(expected);
  });

  it('that may be over with its response is closed at once', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const { get, open } = await serving((socket) => socket.write(sized('x', 'keep-alive: timeout=1\r\n')));
    expect(await get()).toBe('x');
    await until(() => open() === 0);
    expect([open(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('that the workspace closes while it is free is replaced', async () => {
    const { get, used, open } = await serving((socket) => {
      socket.write(sized('x'));
      setTimeout(() => socket.end(), 5);
    });
    for (let call = 0; call < 3; call += 1) {
      expect(await get()).toBe('x');
      await until(() => open() === 0);
    }
    expect(used()).toEqual([1, 2, 3]);
  });

  it.each([
    ['4 seconds', '', 4000],
    ['as long as the workspace says, less one second', 'keep-alive: timeout=60\r\n', 59_000],
    ['10 minutes, whatever the workspace says', 'keep-alive: timeout=999999999\r\n', 600_000],
  ])('is kept %s', async (_howLong, header, ms) => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const { get, used } = await serving((socket) => socket.write(sized('x', header)));
    await get();
    vi.advanceTimersByTime(ms - 1);
    await get();
    vi.advanceTimersByTime(ms);
    await get();
    expect(used()).toEqual([1, 1, 2]);
  });

  it('that nobody has used for too long is closed, also when no call comes', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const { get, open, used } = await serving((socket) => socket.write(sized('x')));
    await Promise.all([get(), get()]);
    vi.advanceTimersByTime(3500);
    await get();
    expect(open()).toBe(2);
    vi.advanceTimersByTime(1500);
    await vi.waitFor(() => expect(open()).toBe(1));
    expect(await get()).toBe('x');
    vi.advanceTimersByTime(10_000);
    await vi.waitFor(() => expect(open()).toBe(0));
    expect(new Set(used()).size).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is closed as soon as its time is over', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const { get, open } = await serving((socket) => socket.write(sized('x')));
    await get();
    vi.advanceTimersByTime(3999);
    await turns(1000);
    expect(open()).toBe(1);
    vi.advanceTimersByTime(1);
    await until(() => open() === 0);
    expect(open()).toBe(0);
  });

  it('that is used last is used next', async () => {
    const waiting: Socket[] = [];
    const { get, used } = await serving((socket, request) => {
      if (request.includes('/wait')) waiting.push(socket);
      else socket.write(sized('x'));
    });
    const two = [get('/wait'), get('/wait')];
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    waiting[0]?.write(sized('x'));
    await Promise.race(two);
    waiting[1]?.write(sized('x'));
    await Promise.all(two);
    const last = used().at(-1);
    await get();
    await get();
    expect(used().slice(2)).toEqual([last, last]);
  });

  it('ends with the call that it carries, and others go on', async () => {
    const { get, open, used } = await serving((socket, request) => {
      if (!request.includes('/silent')) socket.write(sized('x'));
    });
    let cancel = () => {};
    const silent = get('/silent', { onStart: (given) => (cancel = given) });
    expect(await get()).toBe('x');
    cancel();
    expect(await silent).toBe('cancelled: cancelled by the gateway');
    await vi.waitFor(() => expect(open()).toBe(1));
    expect([await get(), used()]).toEqual(['x', [1, 2, 2]]);
  });

  it('that breaks in a response says whether it was used before', async () => {
    const { get } = await serving((socket, request) => {
      if (request.includes('/half')) socket.end(sized('xyz').slice(0, -1));
      else socket.write(sized('x'));
    });
    expect(await get('/half')).toBe('broken: ECONNRESET');
    expect([await get(), await get('/half')]).toEqual(['x', 'broken: ECONNRESET, reused']);
    const { get: ask } = await serving((socket, request) =>
      socket.write(request.includes('/bad') ? 'no HTTP' : sized('x')),
    );
    expect([await ask(), await ask('/bad')]).toEqual(['x', 'protocol: no HTTP/1.1, reused']);
  });

  it('cannot be made where nobody listens', async () => {
    const { get, transport } = await serving(() => undefined);
    transport.close();
    const closed = await serving(() => undefined);
    expect(await get()).toBe('cancelled: cancelled by the gateway');
    const unknown = new Transport({ url: `http://127.0.0.1:1` });
    const outcome = await unknown.get('/', { headers: [], timeoutMs: 5000, onStart: () => undefined });
    expect(outcome).toMatchObject({ reason: 'unsent', message: 'ECONNREFUSED', isReused: false });
    expect(closed.used()).toEqual([]);
  });

  it('whose response ends with it is complete then', async () => {
    const { get, used } = await serving((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nab');
      setTimeout(() => socket.end('c'), 5);
    });
    expect([await get(), await get(), used()]).toEqual(['abc', 'abc', [1, 2]]);
  });

  it('is told of when it opens, once', async () => {
    const ports: unknown[] = [];
    const { get, port } = await serving((socket) => socket.write(sized('x')), {
      onConnected: (socket) => ports.push(socket.remotePort),
    });
    await get();
    await get();
    expect(ports).toEqual([port]);
  });
});
