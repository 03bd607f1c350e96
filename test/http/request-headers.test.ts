import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { canKeepConnection } from '../../src/http/request-body.ts';
import { readRequestId, readTimeout } from '../../src/http/request-headers.ts';

const request = (headers: Record<string, string | string[]>, more: object = {}) =>
  ({ headers, ...more }) as unknown as IncomingMessage;

describe('readTimeout', () => {
  it.each<[given: string | string[] | undefined, ms: number]>([
    [undefined, 10_000],
    ['2000', 2000],
    ['10000', 10_000],
    ['10001', 10_000],
    ['999999999', 10_000],
    ['9999999999', 10_000],
    ['100', 100],
    ['99', 100],
    ['0', 100],
    ['-2000', 10_000],
    ['2000.5', 10_000],
    ['2e3', 10_000],
    ['', 10_000],
    [' 2000', 10_000],
    ['2000, 3000', 10_000],
    [['2000'], 10_000],
  ])('`X-Request-Timeout-Ms: %j` gives a time limit of %i ms, of ten seconds at most', (given, ms) => {
    expect(readTimeout(request(given === undefined ? {} : { 'x-request-timeout-ms': given }), 10_000)).toBe(ms);
  });
});

describe('readRequestId', () => {
  const idOf = (given: string | string[]) => readRequestId(request({ 'x-request-id': given }));

  it.each(['a', 'A-b_c.9', 'x'.repeat(128)])('the request id is the client’s if it is safe to log: %j', (id) =>
    expect(idOf(id)).toBe(id),
  );

  it.each(['', 'x'.repeat(129), 'a b', 'a\n', 'ä', '"a"', 'a:b', ['a']])(
    'the request id is a fresh one if the client’s is not safe to log: %j',
    (id) => {
      expect(idOf(id)).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      expect(idOf(id)).not.toBe(idOf(id));
    },
  );
});

describe('canKeepConnection', () => {
  it.each<[can: boolean, what: string, headers: Record<string, string>, more: object]>([
    [true, 'the body has arrived', { 'content-length': '1000000', 'transfer-encoding': 'chunked' }, { complete: true }],
    [true, 'there is no body', {}, {}],
    [true, 'the body has the maximum size', { 'content-length': '102400' }, {}],
    [false, 'the body is larger', { 'content-length': '102401' }, {}],
    [false, 'the length of the body is unknown', { 'transfer-encoding': 'chunked' }, {}],
    [
      false,
      'the client waits for 100 Continue',
      { 'content-length': '5', expect: '100-continue' },
      { httpVersion: '1.1' },
    ],
    [
      true,
      'HTTP/1.0 clients cannot wait for 100 Continue',
      { 'content-length': '5', expect: '100-continue' },
      { httpVersion: '1.0' },
    ],
  ])('the connection can be reused after the response: %s, as %s', (can, _what, headers, more) => {
    expect(canKeepConnection(request(headers, { complete: false, httpVersion: '1.1', ...more }))).toBe(can);
  });
});
