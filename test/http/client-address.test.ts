import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientAddress } from '../../src/http/client-address.ts';

const request = (headersDistinct: Record<string, string[]>, remoteAddress?: string) =>
  ({ headersDistinct, socket: { remoteAddress } }) as unknown as IncomingMessage;

const [alone, behindProxy] = [
  { forwards: true, trustsProxy: false },
  { forwards: true, trustsProxy: true },
];

describe('clientAddress', () => {
  const headers = { 'x-real-ip': ['192.0.2.1'], 'x-forwarded-for': ['192.0.2.2'] };

  it('the end user’s address is not forwarded if forwarding is off', () => {
    expect(clientAddress(request(headers, '192.0.2.9'), { forwards: false, trustsProxy: true })).toBeUndefined();
  });

  it('without a trusted proxy the end user’s address is the socket’s, whatever the headers say', () => {
    expect(clientAddress(request(headers, '192.0.2.9'), alone)).toBe('192.0.2.9');
    expect(clientAddress(request(headers, undefined), alone)).toBeUndefined();
  });

  it.each<[string, Record<string, string[]>, string | undefined]>([
    ['X-Real-IP', headers, '192.0.2.1'],
    ['X-Forwarded-For if X-Real-IP is repeated', { ...headers, 'x-real-ip': ['192.0.2.1', '192.0.2.3'] }, '192.0.2.2'],
    ['the last entry of X-Forwarded-For', { 'x-forwarded-for': ['198.51.100.1, 192.0.2.2'] }, '192.0.2.2'],
    [
      'the last line of X-Forwarded-For',
      { 'x-forwarded-for': ['198.51.100.1', '198.51.100.2, 192.0.2.2'] },
      '192.0.2.2',
    ],
    ['the socket’s if both are missing', {}, '192.0.2.9'],
    ['the socket’s if X-Real-IP is not an address', { 'x-real-ip': ['unknown'] }, '192.0.2.9'],
    [
      'the socket’s if the last entry of X-Forwarded-For is not an address',
      { 'x-forwarded-for': ['198.51.100.1, "_hidden"'] },
      '192.0.2.9',
    ],
    ['trimmed', { 'x-real-ip': [' 192.0.2.1 '] }, '192.0.2.1'],
    ['an IPv6 address as it is', { 'x-real-ip': ['2001:db8::1'] }, '2001:db8::1'],
    ['IPv4 for an IPv4-mapped address', { 'x-real-ip': ['::FFFF:192.0.2.1'] }, '192.0.2.1'],
    [
      'IPv6 for an address that only begins like an IPv4-mapped one',
      { 'x-real-ip': ['::ffff:c000:201'] },
      '::ffff:c000:201',
    ],
    [
      'IPv6 for an address that holds an IPv4-mapped one further on',
      { 'x-real-ip': ['2001:db8::ffff:192.0.2.1'] },
      '2001:db8::ffff:192.0.2.1',
    ],
  ])('behind a trusted proxy the end user’s address is %s', (_what, given, address) => {
    expect(clientAddress(request(given, '192.0.2.9'), behindProxy)).toBe(address);
  });

  it('an IPv4-mapped IPv6 address of the socket is written as IPv4', () => {
    expect(clientAddress(request({}, '::ffff:192.0.2.9'), alone)).toBe('192.0.2.9');
  });
});
