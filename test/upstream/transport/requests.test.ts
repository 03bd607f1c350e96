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
