import { describe, expect, it } from 'vitest';
import { badShape, noAnswer, outcomeOf, readBody, tooLate } from '../../../src/upstream/transport/answers.ts';
import type { CallOutcome } from '../../../src/upstream/transport/breaker.ts';
import { TransportError, type NoAnswerReason } from '../../../src/upstream/transport/transport.ts';

const answer = (body: string | Buffer, headers: Record<string, string> = {}, status = 200) => ({
  status,
  headers,
  body: Buffer.from(body),
});

describe('what a call tells of the workspace', () => {
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
  ])('by status %i is %s', (status, outcome) => {
    expect(outcomeOf(answer('', {}, status))).toBe(outcome);
  });

  it.each<[NoAnswerReason, CallOutcome]>([
    ['timeout', 'timeout'],
    ['unsent', 'failure'],
    ['broken', 'failure'],
    ['connection', 'failure'],
    ['too-large', 'success'],
    ['protocol', 'success'],
    ['cancelled', 'unknown'],
  ])('without an answer (%s) is %s', (reason, outcome) => {
    expect(outcomeOf(new TransportError(reason, ''))).toBe(outcome);
  });
});

describe('the body of an answer', () => {
  const json = '{"success":true}';

  it.each<[string, Record<string, string>]>([
    ['as JSON', { 'content-type': 'application/json' }],
    ['without a type', {}],
    ['as text that is not HTML', { 'content-type': 'text/plain' }],
    ['as it is', { 'content-encoding': 'identity' }],
  ])('is read that comes %s', (_name, headers) => {
    expect(readBody(answer(json, headers))).toEqual({ success: true });
  });

  it.each<[string, Record<string, string>]>([
    ['as HTML', { 'content-type': 'text/html; charset=utf-8' }],
    ['packed', { 'content-encoding': 'gzip' }],
  ])('is not read that comes %s', (_name, headers) => {
    expect(readBody(answer(json, headers))).toBeUndefined();
  });

  it.each<[string, string | Buffer]>([
    ['no JSON', '<html>'],
    ['half of it', '{"success":tr'],
    ['nothing', ''],
    ['a list', '[1]'],
    ['a text', '"x"'],
    ['null', 'null'],
    [
      'a large one, nested beyond reason',
      `{"a":${JSON.stringify('x'.repeat(300_000))},"b":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
    ],
  ])('is no object where it holds %s', (_name, body) => {
    expect(readBody(answer(body))).toBeUndefined();
  });

  it('may begin with a byte order mark, and with no other bytes', () => {
    expect(readBody(answer(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{"a":"é"}')])))).toEqual({
      a: 'é',
    });
    for (const start of [
      [0xef, 0xbb, 0x20],
      [0xef, 0x20, 0xbf],
      [0x20, 0xbb, 0xbf],
    ]) {
      expect(readBody(answer(Buffer.concat([Buffer.from(start), Buffer.from(json)])))).toBeUndefined();
    }
  });
});

describe('a call without a good answer', () => {
  it.each<[NoAnswerReason, string, string]>([
    ['timeout', 'UPSTREAM_TIMEOUT', 'The workspace did not answer im.list in time.'],
    ['too-large', 'UPSTREAM_BAD_RESPONSE', "The workspace's answer to im.list is larger than can be read."],
    ['protocol', 'UPSTREAM_BAD_RESPONSE', 'The workspace gave an answer to im.list that cannot be used.'],
    ['unsent', 'UPSTREAM_UNAVAILABLE', 'The workspace cannot be reached (im.list).'],
    ['broken', 'UPSTREAM_UNAVAILABLE', 'The workspace cannot be reached (im.list).'],
    ['connection', 'UPSTREAM_UNAVAILABLE', 'The workspace cannot be reached (im.list).'],
    ['cancelled', 'UPSTREAM_UNAVAILABLE', 'The workspace cannot be reached (im.list).'],
  ])('(%s) is %s: %s', (reason, code, message) => {
    expect(noAnswer('im.list', new TransportError(reason, 'for the log'))).toMatchObject({
      code,
      message,
      detail: 'for the log',
    });
  });

  it('L1: tells one that is too large apart, which will be so again', () => {
    const reasons = (['too-large', 'protocol'] as const).map(
      (reason) => noAnswer('im.list', new TransportError(reason, '')).extensions['reason'],
    );
    expect(reasons).toEqual(['too_large', undefined]);
  });

  it('says in the log what is missing', () => {
    expect([badShape('me', 'no list').detail, tooLate('me', 'no time left').detail]).toEqual([
      'no list',
      'no time left',
    ]);
  });
});
