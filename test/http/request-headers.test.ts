import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { canKeepConnection } from '../../src/http/request-body.ts';
import { HttpError } from '../../src/http/http-error.ts';
import {
  checkFigureHeaders,
  checkPreflight,
  negotiateMediaType,
  readRequestId,
  readTimeout,
} from '../../src/http/request-headers.ts';

const request = (headers: Record<string, string | string[]>, more: object = {}) =>
  ({ headers, ...more }) as unknown as IncomingMessage;

/** Status and message of the refusal; undefined if the request is let pass. */
const refusalOf = (check: () => unknown): { status: number; message: string } | undefined => {
  try {
    check();
  } catch (error) {
    if (error instanceof HttpError) return { status: error.refusal.status, message: error.message };
    throw error;
  }
  return undefined;
};

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

describe('negotiateMediaType', () => {
  it('browsers that open the page of an explorer get it by GET alone', () => {
    const negotiate = (method: string, hasPage: boolean) => () =>
      negotiateMediaType(request({ accept: 'text/html' }, { method }), hasPage);
    expect(negotiate('GET', true)()).toBe('text/html');
    for (const refused of [negotiate('GET', false), negotiate('POST', true), negotiate('POST', false)])
      expect(refusalOf(refused)?.status).toBe(406);
  });
});

describe('checkPreflight', () => {
  const refusal = (headers: Record<string, string>) => refusalOf(() => checkPreflight(request(headers)));

  it.each<[what: string, headers: Record<string, string>]>([
    ['a header of the caller’s credentials', { 'x-auth-token': 'token' }],
    ['a header that Apollo’s clients send', { 'x-apollo-operation-name': 'Me' }],
    ['the header for this purpose', { 'apollo-require-preflight': '1' }],
    ['the content type of a POST', { 'content-type': 'application/json' }],
    ['that in other letters, with parameters', { 'content-type': 'Application/JSON; charset=utf-8' }],
    ['that with spaces', { 'content-type': ' application/json ;charset=utf-8' }],
  ])('a GET that only scripts of allowed sites can send is let pass: %s', (_what, headers) => {
    expect(refusal(headers)).toBeUndefined();
  });

  it.each<[what: string, headers: Record<string, string>, status: number]>([
    ['no header of its own', {}, 400],
    ['empty headers', { 'x-auth-token': '', 'apollo-require-preflight': '' }, 400],
    ['headers that any site may set', { accept: 'application/json', 'x-user-id': 'user' }, 400],
    ['a content type that forms have', { 'content-type': 'text/plain' }, 415],
    [
      'such a one, and the header for this purpose',
      { 'content-type': 'text/plain', 'apollo-require-preflight': '1' },
      415,
    ],
    ['an empty content type', { 'content-type': '' }, 415],
  ])('a GET that any website could make a browser send is refused: %s', (_what, headers, status) => {
    expect(refusal(headers)?.status).toBe(status);
  });
});

describe('checkFigureHeaders', () => {
  const refusal = (headers: Record<string, string>) => refusalOf(() => checkFigureHeaders(request(headers)));

  it.each<Record<string, string>>([
    {},
    { 'x-upstream-report': '1' },
    { 'x-upstream-plan': 'only' },
    { 'x-upstream-report': '1', 'x-upstream-plan': 'only' },
  ])('requests for cost figures are let pass: %j', (headers) => {
    expect(refusal(headers)).toBeUndefined();
  });

  it.each<[headers: Record<string, string>, message: string]>([
    [{ 'x-upstream-report': 'true' }, '`X-Upstream-Report` must be `1` or absent.'],
    [{ 'x-upstream-report': '' }, '`X-Upstream-Report` must be `1` or absent.'],
    [{ 'x-upstream-report': '1', 'x-upstream-plan': '1' }, '`X-Upstream-Plan` must be `only` or absent.'],
    [{ 'x-upstream-plan': 'Only' }, '`X-Upstream-Plan` must be `only` or absent.'],
  ])('a value that would have no effect is refused, with the valid one: %j', (headers, message) => {
    expect(refusal(headers)).toEqual({ status: 400, message });
  });
});
