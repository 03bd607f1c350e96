import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress } from '../../src/http/client-address.ts';

const request = (headersDistinct: Record<string, string[]>, remoteAddress?: string) =>
  ({ headersDistinct, socket: { remoteAddress } }) as unknown as IncomingMessage;

const [alone, behindProxy] = [
  { forwards: true, trustsProxy: false },
  { forwards: true, trustsProxy: true },
];

describe('The end user’s address', () => {
  const headers = { 'x-real-ip': ['192.0.2.1'], 'x-forwarded-for': ['192.0.2.2'] };

  it('is passed on only where that is on', () => {
    expect(clientAddress(request(headers, '192.0.2.9'), { forwards: false, trustsProxy: true })).toBeUndefined();
  });

  it('is the socket’s without a proxy, whatever the request says', () => {
    expect(clientAddress(request(headers, '192.0.2.9'), alone)).toBe('192.0.2.9');
    expect(clientAddress(request(headers, undefined), alone)).toBeUndefined();
  });

  it.each<[string, Record<string, string[]>, string | undefined]>([
    ['its X-Real-IP', headers, '192.0.2.1'],
    [
      'no X-Real-IP of which there are two, but X-Forwarded-For',
      { ...headers, 'x-real-ip': ['192.0.2.1', '192.0.2.3'] },
      '192.0.2.2',
    ],
    ['the last of X-Forwarded-For', { 'x-forwarded-for': ['198.51.100.1, 192.0.2.2'] }, '192.0.2.2'],
    [
      'the last line of X-Forwarded-For',
      { 'x-forwarded-for': ['198.51.100.1', '198.51.100.2, 192.0.2.2'] },
      '192.0.2.2',
    ],
    ['the socket’s without either', {}, '192.0.2.9'],
    ['the socket’s where X-Real-IP is no address', { 'x-real-ip': ['unknown'] }, '192.0.2.9'],
    [
      'the socket’s where the last of X-Forwarded-For is no address',
      { 'x-forwarded-for': ['198.51.100.1, "_hidden"'] },
      '192.0.2.9',
    ],
    ['without the space around it', { 'x-real-ip': [' 192.0.2.1 '] }, '192.0.2.1'],
    ['that of IPv6', { 'x-real-ip': ['2001:db8::1'] }, '2001:db8::1'],
    ['written as IPv4 where it is one', { 'x-real-ip': ['::FFFF:192.0.2.1'] }, '192.0.2.1'],
    ['not cut where it only begins so', { 'x-real-ip': ['::ffff:c000:201'] }, '::ffff:c000:201'],
  ])('is, behind a proxy, %s', (_what, given, address) => {
    expect(clientAddress(request(given, '192.0.2.9'), behindProxy)).toBe(address);
  });

  it('is one address, though IPv4 comes over IPv6', () => {
    expect(clientAddress(request({}, '::ffff:192.0.2.9'), alone)).toBe('192.0.2.9');
  });
});
