import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Transport, type GetOptions, type TransportOptions } from '../../../src/upstream/transport/transport.ts';
import { serving, sized, turns } from '../../support/answering.ts';
import { freePort } from '../../support/free-port.ts';

const pipeline = {};

/** The paths of the requests in what was written at once. */
const pathsIn = (text: string): string[] => [...text.matchAll(/^GET (\S+)/gm)].map(([, path]) => path as string);

/** What answers each request with its path. */
const echo = (path: string): string => sized(`of ${path}`);
const echoAll = (socket: Socket, text: string) => void socket.write(pathsIn(text).map(echo).join(''));

/**
 * A workspace behind a transport with pipelines of `depth`, which has learnt that calls are answered at once: by its clock, which
 * stands still, whatever the machine does.
 */
async function pipelining(
  answer: (socket: Socket, text: string, connection: number) => void,
  { depth = 8, ...options }: { depth?: number } & Partial<TransportOptions> = {},
) {
  const served = await serving(
    (socket, text, connection) => (text.includes('/learn') ? echoAll(socket, text) : answer(socket, text, connection)),
    { pipelining: depth, now: () => 0, ...options },
  );
  const { get, requests } = served;
  const together = (paths: readonly string[], given: Partial<GetOptions> = {}) =>
    Promise.all(paths.map((path) => get(path, { pipeline, ...given })));
  const widest = () => Math.max(0, ...requests.map(({ text }) => pathsIn(text).length));
  while (widest() < depth) await together(Array.from({ length: depth }, () => '/learn'));
  requests.length = 0;
  const written = () => requests.map(({ text }) => pathsIn(text));
  const openBefore = served.open();
  return { ...served, together, written, openBefore };
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `/${index}`);
const echoes = (count: number) => numbered(count).map((path) => `of ${path}`);

describe('Calls of one pipeline', () => {
  it('go out in one write, and each has its own response', async () => {
    const { together, written } = await pipelining(echoAll);
    expect(await together(numbered(20))).toEqual(echoes(20));
    expect(written().toSorted((a, b) => b.length - a.length)).toEqual([
      numbered(20).slice(0, 8),
      numbered(20).slice(8, 16),
      numbered(20).slice(16),
    ]);
  });

  it('have a connection each where there is no pipelining', async () => {
    const { together, used, open } = await pipelining(echoAll, { depth: 1 });
    expect(await together(numbered(5))).toEqual(echoes(5));
    expect([new Set(used()).size, open()]).toEqual([5, 5]);
  });

  it('share none with calls of another, with calls of none, and with those that want a fresh one', async () => {
    const { get, written } = await pipelining(echoAll);
    const others: Partial<GetOptions>[] = [{}, {}, { pipeline: {} }, { pipeline }, { pipeline, isFresh: true }];
    const calls = others.map((given, index) => get(`/${index}`, given));
    expect(await Promise.all(calls)).toEqual(echoes(5));
    expect(written().map(String).toSorted()).toEqual(numbered(5));
  });

  it('share none with what went out before', async () => {
    const { together, requests, written } = await pipelining((socket, text) => {
      if (text.includes('/2')) echoAll(socket, text);
    });
    const first = together(['/0', '/1'], { timeoutMs: 300 });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(await together(['/2'])).toEqual(['of /2']);
    expect(written()).toEqual([['/0', '/1'], ['/2']]);
    expect(await first).toEqual(Array.from({ length: 2 }, () => 'timeout: no response in 300 ms'));
  });

  it('get the connection on which others were, for the next ones', async () => {
    const { together, used } = await pipelining(echoAll);
    await together(numbered(3));
    await together(numbered(3));
    expect([used().length, new Set(used()).size]).toEqual([2, 1]);
  });

  it('wait where all connections are in use, and each has its own response', async () => {
    const { get, together, used } = await pipelining(echoAll, { connections: 1 });
    const alone = get('/alone');
    expect(await together(numbered(3))).toEqual(echoes(3));
    expect(await alone).toBe('of /alone');
    expect(new Set(used()).size).toBe(1);
  });
});

describe('When one of several calls on a connection', () => {
  it('is given up, the others get their responses, and none gets its', async () => {
    const cancels: (() => void)[] = [];
    const sockets: Socket[] = [];
    const { get, requests, written, open, openBefore } = await pipelining((socket) => void sockets.push(socket));
    const calls = numbered(3).map((path) => get(path, { pipeline, onStart: (cancel) => cancels.push(cancel) }));
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    cancels[0]?.();
    cancels[1]?.();
    sockets[0]?.write(numbered(3).map(echo).join(''));
    const cancelled = 'cancelled: cancelled by the gateway';
    expect(await Promise.all(calls)).toEqual([cancelled, cancelled, 'of /2']);
    expect([written(), open()]).toEqual([[numbered(3)], openBefore]);
  });

  it('is given up before any went out, it does not go out', async () => {
    const { get, together, written } = await pipelining(echoAll);
    const cancelled = get('/given-up', { pipeline, onStart: (cancel) => process.nextTick(cancel) });
    expect(await together(numbered(2))).toEqual(echoes(2));
    expect(await cancelled).toBe('cancelled: cancelled by the gateway');
    expect(written()).toEqual([numbered(2)]);
  });

  it('and all others are given up, the connection ends', async () => {
    const cancels: (() => void)[] = [];
    const { get, requests, open, openBefore } = await pipelining(() => undefined);
    const calls = numbered(2).map((path) => get(path, { pipeline, onStart: (cancel) => cancels.push(cancel) }));
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    for (const cancel of cancels) cancel();
    await Promise.all(calls);
    await vi.waitFor(() => expect(open()).toBe(openBefore - 1));
  });

  it('has a response that is too large, the others go out again, each alone', async () => {
    const { together, written, used } = await pipelining(
      (socket, text) =>
        void socket.write(
          pathsIn(text)
            .map((path) => sized(path === '/1' ? 'x'.repeat(101) : `of ${path}`))
            .join(''),
        ),
      { maxBodyBytes: 100 },
    );
    expect(await together(numbered(4))).toEqual(['of /0', 'too-large: a body over 100 bytes', 'of /2', 'of /3']);
    expect(written()).toEqual([numbered(4), ['/2'], ['/3']]);
    expect(new Set(used()).size).toBe(3);
  });

  it('has a response that is none, the others go out again, each alone', async () => {
    const { together, written } = await pipelining(
      (socket, text) =>
        void socket.write(
          pathsIn(text)
            .map((path) => (path === '/1' ? 'nonsense\r\n\r\n' : echo(path)))
            .join(''),
        ),
    );
    const [first, second, ...others] = await together(numbered(4));
    expect([first, ...others]).toEqual(['of /0', 'of /2', 'of /3']);
    expect(second).toBe('protocol: no HTTP/1.1');
    expect(written()).toEqual([numbered(4), ['/2'], ['/3']]);
  });

  it('has the last response that the workspace gives on it, the others go out again, and fewer together', async () => {
    let closes = true;
    const { together, written } = await pipelining((socket, text) => {
      if (closes) socket.end(sized('of /0', 'connection: close\r\n'));
      else echoAll(socket, text);
      closes = false;
    });
    expect(await together(numbered(8))).toEqual(echoes(8));
    const [first, ...others] = written();
    expect(first).toEqual(numbered(8));
    expect(others.flat().toSorted()).toEqual(numbered(8).slice(1));
    expect(others.every((paths) => paths.length < 7)).toBe(true);
  });

  it('has the last response, and then another is given up, that does not go out again', async () => {
    const { get, written } = await pipelining((socket, text) => {
      if (text.includes('/0')) socket.end(sized('of /0', 'connection: close\r\n'));
      else echoAll(socket, text);
    });
    let cancel = () => {};
    const second = { pipeline, onStart: (given: () => void) => (cancel = given) };
    const calls = [get('/0', { pipeline, onData: () => process.nextTick(cancel) }), get('/1', second)];
    calls.push(get('/2', { pipeline }));
    expect(await Promise.all(calls)).toEqual(['of /0', 'cancelled: cancelled by the gateway', 'of /2']);
    expect(written()).toEqual([numbered(3), ['/2']]);
  });

  it('is followed by the end of the connection, the others fail, and not as on one that was used before', async () => {
    const { together, written } = await pipelining((socket) => void socket.end(sized('of /0')));
    expect(await together(numbered(3))).toEqual(['of /0', 'broken: ECONNRESET', 'broken: ECONNRESET']);
    expect(written()).toEqual([numbered(3)]);
  });

  it('has no response in time, neither have the others, and no call goes out twice', async () => {
    const { together, written, open, openBefore } = await pipelining((socket, text) => {
      if (pathsIn(text).length === 1) echoAll(socket, text);
      else socket.write(`${echo('/0')}HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nof`);
    });
    const late = 'timeout: no response in 100 ms';
    expect(await together(numbered(4), { timeoutMs: 100 })).toEqual(['of /0', late, late, late]);
    await vi.waitFor(() => expect(open()).toBe(openBefore - 1));
    expect(written()).toEqual([numbered(4)]);
  });

  it('cannot go out, as the connection ends before, neither can the others: all go out on another', async () => {
    const sockets: Socket[] = [];
    const onConnected = (socket: Socket) => void sockets.push(socket);
    const { together, written, used } = await pipelining(echoAll, { onConnected });
    await together(numbered(2));
    const outcomes = together(numbered(2));
    for (const socket of sockets) socket.destroy();
    expect(await outcomes).toEqual(echoes(2));
    expect(written()).toEqual([numbered(2), ['/0'], ['/1']]);
    expect(new Set(used()).size).toBe(3);
  });

  it('is given up while the first is answered, and that was the last: the connection ends', async () => {
    const sockets: Socket[] = [];
    const { get } = await pipelining((socket) => void sockets.push(socket), { connections: 1 });
    let cancel = () => {};
    const calls = [get('/0', { pipeline }), get('/1', { pipeline, onStart: (given) => (cancel = given) })];
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    cancel();
    sockets[0]?.write(echo('/0'));
    expect(await Promise.all(calls)).toEqual(['of /0', 'cancelled: cancelled by the gateway']);
    const next = get('/2', { timeoutMs: 2000 });
    await vi.waitFor(() => expect(sockets).toHaveLength(2));
    sockets[1]?.write(echo('/2'));
    expect(await next).toBe('of /2');
  });

  it.each([false, true])(
    'is given up at once, and alone on its connection, the next goes out on another',
    async (isKept) => {
      const { get } = await serving(echoAll, { pipelining: 8, now: () => 0 });
      if (isKept) await get('/warm', { pipeline });
      let cancel = () => {};
      const given = get('/0', { pipeline, onStart: (start) => (cancel = start) });
      cancel();
      const next = get('/1', { pipeline, timeoutMs: 2000 });
      expect([await given, await next]).toEqual(['cancelled: cancelled by the gateway', 'of /1']);
    },
  );

  it('was given up, and has a response that is too large, the others go out again', async () => {
    const sockets: Socket[] = [];
    const { get, requests, written } = await pipelining((socket, text) => {
      if (text.includes('/0')) sockets.push(socket);
      else echoAll(socket, text);
    });
    let cancel = () => {};
    const calls = [get('/0', { pipeline, onStart: (given) => (cancel = given) }), get('/1', { pipeline })];
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    cancel();
    sockets[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n');
    expect(await Promise.all(calls)).toEqual(['cancelled: cancelled by the gateway', 'of /1']);
    expect(written()).toEqual([['/0', '/1'], ['/1']]);
  });

  it('holds up the others until their time is up, calls that wait for a connection go out on those that are free', async () => {
    const held: (() => void)[] = [];
    const { get } = await serving(
      (socket, text) => {
        if (text.includes('/busy')) held.push(() => echoAll(socket, text));
        else if (!text.includes('/hang')) echoAll(socket, text);
      },
      { pipelining: 8, now: () => 0, connections: 2 },
    );
    const busy = [get('/busy1'), get('/busy2')];
    await vi.waitFor(() => expect(held).toHaveLength(2));
    const hung = ['/hang', '/0'].map((path) => get(path, { pipeline, timeoutMs: 3000 }));
    const waiting = get('/1', { timeoutMs: 2000 });
    for (const answer of held) answer();
    expect([await Promise.all(busy), await waiting]).toEqual([['of /busy1', 'of /busy2'], 'of /1']);
    await Promise.all(hung);
  });
});

describe('Calls go out alone after a while', () => {
  it.each<[what: string, answer: (socket: Socket, text: string) => void]>([
    ['closes after each response', (socket, text) => void socket.end(echo(pathsIn(text)[0] as string))],
    ['answers the first of them alone', (socket, text) => void socket.write(echo(pathsIn(text)[0] as string))],
    ['sends junk', (socket) => void socket.write('nonsense\r\n\r\n')],
    [
      'sends too much',
      (socket, text) =>
        void socket.write(
          pathsIn(text)
            .map(() => sized('x'.repeat(101)))
            .join(''),
        ),
    ],
  ])('before a workspace that %s', async (_what, answer) => {
    const { get, requests } = await serving(answer, { pipelining: 8, maxBodyBytes: 100, now: () => 0 });
    const pair = () => Promise.all(['/0', '/1'].map((path) => get(path, { pipeline, timeoutMs: 100 })));
    for (let round = 0; round < 4; round += 1) await pair();
    requests.length = 0;
    await pair();
    expect(requests.map(({ text }) => pathsIn(text).join()).toSorted()).toEqual(['/0', '/1']);
  });
});

describe('A pipeline', () => {
  it('is not deeper than a pair before a workspace that answers one call after another, and then none at all', async () => {
    let ms = 0;
    const answerInTurn = async (socket: Socket, paths: readonly string[]) => {
      for (const path of paths) {
        ms += 20;
        socket.write(echo(path));
        await turns(); // the response is read before the next one comes
      }
    };
    const { get, requests } = await serving((socket, text) => void answerInTurn(socket, pathsIn(text)), {
      pipelining: 8,
      now: () => ms,
    });
    const together = () => Promise.all(numbered(8).map((path) => get(path, { pipeline })));
    for (let round = 0; round < 3; round += 1) expect(await together()).toEqual(echoes(8));
    const counts = requests.map(({ text }) => pathsIn(text).length);
    expect(counts.slice(0, 4)).toEqual([2, 2, 2, 2]);
    expect(new Set(counts.slice(4))).toEqual(new Set([1]));
  });

  it('fails once where there is no workspace', async () => {
    const transport = new Transport({ url: `http://127.0.0.1:${await freePort()}`, pipelining: 8 });
    const options = { headers: [], timeoutMs: 5000, pipeline, onStart: () => undefined };
    const outcomes = await Promise.all(numbered(4).map((path) => transport.get(path, options)));
    expect(outcomes).toEqual(
      Array.from({ length: 4 }, () => expect.objectContaining({ reason: 'unsent', message: 'ECONNREFUSED' })),
    );
  });

  it('ends with the transport: what is out, and what has yet to go out', async () => {
    const { together, transport, requests, open } = await pipelining(() => undefined);
    const out = together(numbered(2));
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    const waiting = together(numbered(2));
    transport.close();
    const cancelled = Array.from({ length: 2 }, () => 'cancelled: cancelled by the gateway');
    expect([await out, await waiting]).toEqual([cancelled, cancelled]);
    await vi.waitFor(() => expect(open()).toBe(0));
    expect(requests).toHaveLength(1);
  });

  it('gives each call its own response or an error, whatever becomes of the connections', async () => {
    const { get } = await serving(
      (socket, text) => {
        const pieces: string[] = [];
        let ends = false;
        for (const path of pathsIn(text)) {
          if (ends) break;
          const kind = path.split('-')[1];
          if (kind === 'close') pieces.push(sized(`of ${path}`, 'connection: close\r\n'));
          else if (kind === 'bad') pieces.push('nonsense\r\n\r\n');
          else if (kind === 'chunks')
            pieces.push(
              'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n',
              `${(3 + path.length).toString(16)}\r\nof ${path}\r\n0\r\n\r\n`,
            );
          else if (kind !== 'end') pieces.push(echo(path));
          ends = kind === 'close' || kind === 'end';
        }
        const bytes = pieces.join('');
        // In pieces of a size that cuts heads and bodies anywhere.
        for (let at = 0; at < bytes.length; at += 37) socket.write(bytes.slice(at, at + 37));
        if (ends) socket.end();
      },
      { pipelining: 8, connections: 4 },
    );
    const kind = fc.constantFrom('plain', 'plain', 'plain', 'plain', 'chunks', 'close', 'bad', 'end');
    let next = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(kind, fc.nat(2)), { minLength: 1, maxLength: 30 }), async (calls) => {
        const pipelines = [undefined, {}, {}];
        await Promise.all(
          calls.map(async ([what, whose]) => {
            const path = `/${(next += 1)}-${what}`;
            const outcome = await get(path, { pipeline: pipelines[whose] });
            const isOwn = outcome === `of ${path}`;
            expect([path, isOwn || /^(?:broken|protocol): /.test(outcome)]).toEqual([path, true]);
            if (what === 'plain' && !isOwn) expect(outcome).toMatch(/^broken: /);
          }),
        );
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});
