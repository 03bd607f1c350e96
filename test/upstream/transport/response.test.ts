import { describe, expect, it } from 'vitest';
import { rowCutter } from '../../../src/projection/row-cutter.ts';
import { badShape, classify, readBody, tooLate } from '../../../src/upstream/transport/response.ts';
import type { CallOutcome } from '../../../src/upstream/transport/breaker.ts';
import { TransportError, type TransportFailure } from '../../../src/upstream/transport/transport-error.ts';
import { roomList } from '../../../src/upstream/types.ts';

const clocks = { now: 1_800_000_000_000, aheadMs: 0 };
const response = (body: string | Buffer, headers: Record<string, string> = {}, status = 200) => ({
  status,
  headers,
  body: Buffer.from(body),
});

describe('the circuit breaker', () => {
  it.each<[number, CallOutcome]>([
    [200, 'success'],
    [400, 'success'],
    [401, 'success'],
    [429, 'success'],
    [500, 'success'],
    [501, 'success'],
    [505, 'success'],
    [502, 'failure'],
    [503, 'failure'],
    [504, 'failure'],
  ])('counts a refusal with status %i as %s', (status, outcome) => {
    expect(classify('im.list', response('', {}, status), clocks).breaker).toBe(outcome);
  });

  it('counts a success as such', () => {
    expect(classify('im.list', response('{"success":true}'), clocks).breaker).toBe('success');
  });

  it.each<[TransportFailure, CallOutcome]>([
    ['timeout', 'timeout'],
    ['unsent', 'failure'],
    ['broken', 'failure'],
    ['connection', 'failure'],
    ['too-large', 'success'],
    ['protocol', 'success'],
    ['cancelled', 'unknown'],
  ])('counts a call without a response (%s) as %s', (reason, outcome) => {
    expect(classify('im.list', new TransportError(reason, ''), clocks).breaker).toBe(outcome);
  });
});

it.each<[number, string, boolean]>([
  [200, '{"success":true}', true],
  [200, '{"success":"true"}', false],
  [200, '{}', false],
  [200, '', false],
  [201, '{"success":true}', false],
  [500, '{"success":true}', false],
])('a response with status %i and body `%s` is a success: %s', (status, body, isSuccess) => {
  expect(classify('im.list', response(body, {}, status), clocks).failure === undefined).toBe(isSuccess);
});

describe('readBody', () => {
  const json = '{"success":true}';

  it.each<[string, Record<string, string>]>([
    ['as JSON', { 'content-type': 'application/json' }],
    ['without a type', {}],
    ['as text that is not HTML', { 'content-type': 'text/plain' }],
    ['with encoding `identity`', { 'content-encoding': 'identity' }],
  ])('reads a body %s', (_name, headers) => {
    expect(readBody(response(json, headers))).toEqual({ json: { success: true } });
  });

  it.each<[string, Record<string, string>]>([
    ['as HTML', { 'content-type': 'text/html; charset=utf-8' }],
    ['with encoding `gzip`', { 'content-encoding': 'gzip' }],
  ])('does not read a body %s', (_name, headers) => {
    expect(readBody(response(json, headers))).toBeUndefined();
  });

  it.each<[string, string | Buffer]>([
    ['HTML', '<html>'],
    ['half of the JSON', '{"success":tr'],
    ['nothing', ''],
    ['a list', '[1]'],
    ['a text', '"x"'],
    ['null', 'null'],
    [
      'a large body with extreme nesting',
      `{"a":${JSON.stringify('x'.repeat(300_000))},"b":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    ],
  ])('finds no object in %s', (_name, body) => {
    expect(readBody(response(body))).toBeUndefined();
  });

  it('skips a byte order mark, and no other bytes', () => {
    expect(readBody(response(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"a":"é"}')])))).toEqual({
      json: { a: 'é' },
    });
    for (const start of [
      [0xef, 0xbb, 0x20],
      [0xef, 0x20, 0xbf],
      [0x20, 0xbb, 0xbf],
    ]) {
      expect(readBody(response(Buffer.concat([Buffer.from(start), Buffer.from(json)])))).toBeUndefined();
    }
  });
});

describe('A body that has come as a text', () => {
  const read = (body: string, cutter?: Parameters<typeof readBody>[1]) =>
    readBody({ status: 200, headers: {}, body }, cutter);

  it.each(['{"a":"é"}', '\ufeff{"a":"é"}'])('is read as its bytes are: %j', (body) => {
    expect([read(body), readBody(response(body))]).toEqual([{ json: { a: 'é' } }, { json: { a: 'é' } }]);
  });

  it.each(['\ufeff\ufeff{}', '[1]', ''])('holds no object where its bytes do not: %j', (body) => {
    expect([read(body), readBody(response(body))]).toEqual([undefined, undefined]);
  });

  it('is parsed, and not cut', () => {
    const cutter = rowCutter(roomList, { fields: [{ name: 'id', kind: 'text', path: ['_id'] }], paths: [] });
    const body = '{"ims":[{"_id":"é"}]}';
    expect(read(body, cutter)).toEqual({ json: { ims: [{ _id: 'é' }] }, cut: undefined });
    expect(readBody(response(body), cutter)).toMatchObject({ json: { ims: [] }, cut: { rows: [{ isObject: true }] } });
  });
});

describe('the rate-limit window', () => {
  it.each<[string, Parameters<typeof classify>[1], unknown]>([
    ['a success has passed it', response('{"success":true}', { a: 'b' }), { headers: { a: 'b' }, limiter: 'passed' }],
    ['a call without a connection was never sent', new TransportError('unsent', ''), 'unsent'],
    ['any other without a response is lost', new TransportError('broken', ''), 'lost'],
    ['also one that took too long', new TransportError('timeout', ''), 'lost'],
  ])('is told what became of a call: %s', (_what, outcome, rateLimit) => {
    expect(classify('im.list', outcome, clocks).rateLimit).toEqual(rateLimit);
  });
});

describe('the credentials of a call', () => {
  const missingPermission = 'User does not have the permissions required for this action [error-unauthorized]';
  const refusal = JSON.stringify({ success: false, error: missingPermission });

  it.each<[string, Parameters<typeof classify>[1], boolean]>([
    ['succeeds', response('{"success":true}'), true],
    ['lacks a permission', response(refusal, {}, 403), true],
    ['says so with another status', response(refusal, {}, 400), false],
    ['is refused by something else', response('{"success":false,"error":"no"}', {}, 403), false],
    ['has no response', new TransportError('broken', ''), false],
  ])('are accepted or not, where it %s', (_what, outcome, isCallerAccepted) => {
    expect(classify('im.list', outcome, clocks)).toMatchObject({ isCallerAccepted });
  });
});

describe('a body with a cutter for its rows', () => {
  const cutter = rowCutter(roomList, { fields: [{ name: 'id', kind: 'id', path: ['_id'] }], paths: [] });
  const rooms = '{"ims":[{"_id":"a"},{"_id":"b"}],"success":true}';

  it.each(['', '\ufeff'])('has cut rows, and the rest as JSON, whether or not %j comes before', (mark) => {
    const { body } = classify('im.list', response(mark + rooms), clocks, cutter);
    expect(body).toEqual({
      json: { ims: [], success: true },
      cut: { cutter, rows: [expect.anything(), expect.anything()] },
    });
  });

  it.each([
    ['has no such list', '{"success":true}', { success: true }],
    ['is no JSON', rooms.slice(0, -1), undefined],
  ])('is as without one when it %s', (_what, text, json) => {
    expect(readBody(response(text), cutter)).toEqual(json && { json, cut: undefined });
  });

  it('is not cut when it is HTML or encoded', () => {
    for (const header of [{ 'content-type': 'text/html' }, { 'content-encoding': 'gzip' }])
      expect(readBody(response(rooms, header), cutter)).toBeUndefined();
  });
});

describe('a call without a usable response', () => {
  const errorOf = (error: TransportError) => classify('im.list', error, clocks).failure?.error;

  it.each<[TransportFailure, string, string]>([
    ['timeout', 'UPSTREAM_TIMEOUT', 'The workspace did not respond to im.list in time.'],
    ['too-large', 'UPSTREAM_BAD_RESPONSE', "The workspace's response to im.list is too large."],
    ['protocol', 'UPSTREAM_BAD_RESPONSE', 'The workspace sent an unusable response to im.list.'],
    ['unsent', 'UPSTREAM_UNAVAILABLE', 'The workspace cannot be reached (im.list).'],
    ['broken', 'UPSTREAM_UNAVAILABLE', 'The workspace cannot be reached (im.list).'],
    ['connection', 'UPSTREAM_UNAVAILABLE', 'The workspace cannot be reached (im.list).'],
    ['cancelled', 'UPSTREAM_UNAVAILABLE', 'The workspace cannot be reached (im.list).'],
  ])('(%s) is %s: %s', (reason, code, message) => {
    expect(errorOf(new TransportError(reason, 'for the log'))).toMatchObject({
      code,
      message,
      detail: 'for the log',
    });
  });

  it('L1: has a reason of its own when the response is too large, as the next one will be', () => {
    const reasons = (['too-large', 'protocol'] as const).map(
      (reason) => errorOf(new TransportError(reason, ''))?.extensions['reason'],
    );
    expect(reasons).toEqual(['too_large', undefined]);
  });

  it('has an error that says what is missing, for the log', () => {
    expect(badShape('me', 'no list')).toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      message: 'The workspace sent an unusable response to me.',
      detail: 'no list',
    });
    expect(tooLate('me')).toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      message: 'The workspace did not respond to me in time.',
      detail: 'no time left',
    });
  });
});
