import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  originOf,
  Transport,
  type GetOptions,
  type TransportOptions,
} from '../../../src/upstream/transport/transport.ts';

type Answer = (socket: Socket, request: string, connection: number) => void;

const sized = (body: string, header = '') =>
  `HTTP/1.1 200 OK\r\n${header}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** A server that answers each request so, byte for byte; and a transport to it. */
async function serving(answer: Answer, options: Partial<TransportOptions> & { host?: string } = {}) {
  const { host = '127.0.0.1', ...rest } = options;
  const requests: { connection: number; text: string }[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      requests.push({ connection, text });
      answer(socket, text, connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const transport = new Transport({ url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, ...rest });
  onTestFinished(() => {
    transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const get = async (path = '/', given: Partial<GetOptions> = {}) => {
    const options = { headers: [], timeoutMs: 5000, onStart: () => undefined, ...given };
    const outcome = await transport.get(path, options);
    await turns(); // until its connection is free again
    return outcome instanceof Error
      ? `${outcome.reason}: ${outcome.message}${outcome.isReused ? ', reused' : ''}`
      : outcome.body.toString();
  };
  const used = () => requests.map(({ connection }) => connection);
  const open = () => sockets.size;
  return { get, used, open, requests, transport, port };
}

/** Turns of the event loop. */
async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Answers when told to. */
async function answeringWhenTold(options: Partial<TransportOptions>) {
  const waiting: Socket[] = [];
  const served = await serving((socket, request) => {
    if (request.includes('/now')) socket.write(sized('now'));
    else waiting.push(socket);
  }, options);
  const arrived = (count: number) => vi.waitFor(() => expect(served.requests).toHaveLength(count));
  const answer = () => waiting.shift()?.write(sized('x'));
  return { ...served, arrived, answer };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

afterEach(() => void vi.useRealTimers());

describe('A request', () => {
  it.each([
    ['http://chat.example.com', { host: 'chat.example.com', port: 80, isSecure: false }],
    ['https://chat.example.com/path', { host: 'chat.example.com', port: 443, isSecure: true }],
    ['https://[::1]:3000', { host: '::1', port: 3000, isSecure: true }],
    ['http://127.0.0.1:443', { host: '127.0.0.1', port: 443, isSecure: false }],
  ])('to %s goes where that leads', (url, origin) => {
    expect(originOf(url)).toEqual(origin);
  });

  it('has the path, the host, and the headers in their order', async () => {
    const { get, requests, port } = await serving((socket) => socket.write(sized('x')));
    await get('/api/v1/me?a=%20', { headers: ['x-user-id', 'ü', 'x-auth-token', 'a b'] });
    expect(requests[0]?.text).toBe(
      `GET /api/v1/me?a=%20 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\n` +
        'x-user-id: ü\r\nx-auth-token: a b\r\n\r\n',
    );
  });

  it.each([
    ['/a b', []],
    ['/a\r\nx: y', []],
    ['/é', []],
    ['/', ['x', 'a\r\ny: b']],
    ['/', ['x', 'a\n']],
    ['/', ['x', '\0']],
    ['/', ['x\r\ny', 'a']],
    // Written in Latin-1, these become CR and LF.
    ['/', ['x', 'a\u010d\u010ay: b']],
  ])('is never sent with %j and %j, which would break its lines', async (path, headers) => {
    const { get, requests } = await serving((socket) => socket.write(sized('x')));
    expect(await get(path, { headers })).toBe('connection: a character that HTTP does not allow');
    expect([await get(), requests.length]).toEqual(['x', 1]);
  });

  it('reaches an address of IPv6', async () => {
    const { get, requests, port } = await serving((socket) => socket.write(sized('x')), { host: '::1' });
    expect(await get()).toBe('x');
    expect(requests[0]?.text).toContain(`host: [::1]:${port}\r\n`);
  });
});

describe('A connection', () => {
  it('is not used again once bytes came that nobody asked for', async () => {
    const late = sized('somebody else’s');
    const { get, used } = await serving((socket, _request, connection) => {
      socket.write(sized('x') + (connection === 1 ? late : ''));
      if (connection === 2) setTimeout(() => socket.write(late), 5);
    });
    for (let call = 0; call < 4; call += 1) {
      expect(await get()).toBe('x');
      await settled();
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
    await turns(1000);
    expect([open(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('that the workspace closes while it is free is replaced', async () => {
    const { get, used } = await serving((socket) => {
      socket.write(sized('x'));
      setTimeout(() => socket.end(), 5);
    });
    for (let call = 0; call < 3; call += 1) {
      expect(await get()).toBe('x');
      await settled();
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
    await turns(1000);
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
    for (const socket of waiting) {
      socket.write(sized('x'));
      await settled();
    }
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

describe('With as many connections as may be', () => {
  it('calls wait for their turn, in order', async () => {
    const { get, requests, arrived, answer, used } = await answeringWhenTold({ connections: 1 });
    const calls = ['/1', '/2', '/3'].map((path) => get(path));
    for (let count = 1; count <= 3; count += 1) {
      await arrived(count);
      answer();
    }
    expect(await Promise.all(calls)).toEqual(['x', 'x', 'x']);
    expect(requests.map(({ text }) => text.slice(4, 6))).toEqual(['/1', '/2', '/3']);
    expect(used()).toEqual([1, 1, 1]);
  });

  it('a call that is given up while it waits is never sent, and the next one is', async () => {
    const { get, requests, arrived, answer } = await answeringWhenTold({ connections: 1 });
    let cancel = () => {};
    const first = get('/1');
    const second = get('/2', { onStart: (given) => (cancel = given) });
    const third = get('/3');
    await arrived(1);
    cancel();
    answer();
    await arrived(2);
    answer();
    expect(await Promise.all([first, second, third])).toEqual(['x', 'cancelled: cancelled by the gateway', 'x']);
    expect(requests.map(({ text }) => text.slice(4, 6))).toEqual(['/1', '/3']);
  });

  it('the place of one that ends is the next call’s', async () => {
    const { get, arrived, answer, used } = await answeringWhenTold({ connections: 1 });
    let cancel = () => {};
    const first = get('/1', { onStart: (given) => (cancel = given) });
    const second = get('/2');
    await arrived(1);
    cancel();
    await arrived(2);
    answer(); // of the first, which is gone
    answer();
    expect(await Promise.all([first, second])).toEqual(['cancelled: cancelled by the gateway', 'x']);
    expect(used()).toEqual([1, 2]);
  });

  it('a call that wants a fresh one gets it in the place of a free one, or waits', async () => {
    const { get, arrived, answer, used } = await answeringWhenTold({ connections: 1 });
    expect([await get('/now'), await get('/now', { isFresh: true })]).toEqual(['now', 'now']);
    expect(used()).toEqual([1, 2]);
    const busy = get('/1');
    const fresh = get('/now', { isFresh: true });
    await arrived(3);
    answer();
    expect([await busy, await fresh, used()]).toEqual(['x', 'now', [1, 2, 2, 3]]);
  });

  it('a call that waits for a fresh one keeps its place', async () => {
    const { get, arrived, answer, requests } = await answeringWhenTold({ connections: 1 });
    const calls = [get('/1'), get('/2', { isFresh: true }), get('/3'), get('/4')];
    for (let count = 1; count <= 4; count += 1) {
      await arrived(count);
      answer();
    }
    await Promise.all(calls);
    expect(requests.map(({ text }) => text.slice(4, 6))).toEqual(['/1', '/2', '/3', '/4']);
  });

  it('closing ends all that they carry, all that waits, and what comes later', async () => {
    const { get, arrived, transport, open, requests } = await answeringWhenTold({ connections: 2 });
    const calls = Array.from({ length: 9 }, (_, index) => get(`/${index}`));
    await arrived(2);
    transport.close();
    const outcomes = await Promise.all([...calls, get('/late')]);
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => 'cancelled: cancelled by the gateway'));
    await vi.waitFor(() => expect(open()).toBe(0));
    expect(requests).toHaveLength(2);
  });

  it('closing leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { get, transport } = await answeringWhenTold({ connections: 1 });
    const calls = [get('/now'), get('/1'), get('/2')];
    await calls[0];
    transport.close();
    await Promise.all(calls);
    expect(vi.getTimerCount()).toBe(0);
  });
});
