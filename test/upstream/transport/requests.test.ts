import { describe, expect, it } from 'vitest';
import { originOf } from '../../../src/upstream/transport/transport.ts';
import { serving, sized } from '../../support/answering.ts';

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

  it('has the headers of several calls, and behind them its own', async () => {
    const { get, requests, port } = await serving((socket) => socket.write(sized('x')));
    const headers = ['x-user-id', 'a'];
    for (const ownHeaders of [undefined, ['x-own', '1', 'x-more', '2'], []]) await get('/', { headers, ownHeaders });
    await get('/', { headers: ['x-user-id', 'b'] });
    const head = `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\n`;
    expect(requests.map(({ text }) => text)).toEqual([
      `${head}x-user-id: a\r\n\r\n`,
      `${head}x-user-id: a\r\nx-own: 1\r\nx-more: 2\r\n\r\n`,
      `${head}x-user-id: a\r\n\r\n`,
      `${head}x-user-id: b\r\n\r\n`,
    ]);
  });

  it('is never sent with a header of its own that would break its lines', async () => {
    const { get, requests } = await serving((socket) => socket.write(sized('x')));
    expect(await get('/', { ownHeaders: ['x', 'a\r\ny: b'] })).toBe('connection: a character that HTTP does not allow');
    expect([await get(), requests.length]).toEqual(['x', 1]);
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
