import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors.ts';
import { hasAcceptedCaller, limiterOf, refusal } from '../../../src/upstream/transport/refusals.ts';

const now = 1_800_000_000_000;
const refused = (status: number, body?: Record<string, unknown>, headers: Record<string, string> = {}) =>
  refusal('im.list', status, headers, body, now);

describe('an answer other than success', () => {
  it.each<[number, string | undefined, ErrorCode, string, string]>([
    [401, undefined, 'UNAUTHENTICATED', 'The workspace does not accept these credentials: log in again.', 'HTTP 401'],
    [403, undefined, 'FORBIDDEN', 'The workspace does not let this user do that (im.list).', 'HTTP 403'],
    [
      403,
      'error-room-not-found',
      'FORBIDDEN',
      'The workspace does not let this user do that (im.list).',
      'HTTP 403 error-room-not-found',
    ],
    [404, undefined, 'UPSTREAM_BAD_RESPONSE', 'This workspace has no im.list.', 'HTTP 404'],
    [
      302,
      undefined,
      'UPSTREAM_BAD_RESPONSE',
      'The workspace gave an answer to im.list that cannot be used.',
      'HTTP 302',
    ],
    [
      499,
      'error-room-not-found',
      'UPSTREAM_BAD_RESPONSE',
      'The workspace gave an answer to im.list that cannot be used.',
      'HTTP 499 error-room-not-found',
    ],
    [429, undefined, 'RATE_LIMITED', "The workspace's call limit for im.list is used up.", 'HTTP 429'],
    [500, undefined, 'UPSTREAM_UNAVAILABLE', 'The workspace cannot answer im.list for now.', 'HTTP 500'],
    [
      503,
      'error-room-not-found',
      'UPSTREAM_UNAVAILABLE',
      'The workspace cannot answer im.list for now.',
      'HTTP 503 error-room-not-found',
    ],
    [
      200,
      undefined,
      'UPSTREAM_BAD_RESPONSE',
      'The workspace gave an answer to im.list that cannot be used.',
      'HTTP 200',
    ],
    [
      400,
      undefined,
      'UPSTREAM_BAD_RESPONSE',
      'The workspace gave an answer to im.list that cannot be used.',
      'HTTP 400',
    ],
    [
      200,
      'error-room-not-found',
      'NOT_FOUND',
      'There is no such room or message, or this user may not know of it (im.list).',
      'HTTP 200 error-room-not-found',
    ],
    [
      400,
      'error-room-not-found',
      'NOT_FOUND',
      'There is no such room or message, or this user may not know of it (im.list).',
      'HTTP 400 error-room-not-found',
    ],
    [
      400,
      'invalid-params',
      'BAD_USER_INPUT',
      'The workspace refused the arguments of im.list.',
      'HTTP 400 invalid-params',
    ],
    [
      400,
      'error-invalid-params',
      'BAD_USER_INPUT',
      'The workspace refused the arguments of im.list.',
      'HTTP 400 error-invalid-params',
    ],
    [400, 'error-somebody-said', 'BAD_USER_INPUT', 'The workspace refused the arguments of im.list.', 'HTTP 400'],
    [
      200,
      'invalid-params',
      'BAD_USER_INPUT',
      'The workspace refused the arguments of im.list.',
      'HTTP 200 invalid-params',
    ],
    [
      200,
      'error-somebody-said',
      'UPSTREAM_BAD_RESPONSE',
      'The workspace gave an answer to im.list that cannot be used.',
      'HTTP 200',
    ],
    [
      200,
      'toString',
      'UPSTREAM_BAD_RESPONSE',
      'The workspace gave an answer to im.list that cannot be used.',
      'HTTP 200',
    ],
    [400, 'toString', 'BAD_USER_INPUT', 'The workspace refused the arguments of im.list.', 'HTTP 400'],
  ])('of status %i and kind %s is %s', (status, errorType, code, message, detail) => {
    const error = refused(status, errorType === undefined ? undefined : { errorType });
    expect([error.code, error.message, error.detail]).toEqual([code, message, detail]);
    expect([error.status, error.errorType]).toEqual([status, errorType]);
  });

  it.each<[ErrorCode, string[]]>([
    [
      'NOT_FOUND',
      ['invalid-channel', 'error-room-not-found', 'error-invalid-room', 'error-invalid-message', 'Not Allowed'],
    ],
    [
      'FORBIDDEN',
      [
        'error-unauthorized',
        'unauthorized',
        'error-forbidden',
        'forbidden',
        'error-not-allowed',
        'error-action-not-allowed',
        'error-endpoint-disabled',
      ],
    ],
    ['RATE_LIMITED', ['error-too-many-requests']],
  ])('is %s by the kinds that Rocket.Chat has for it', (code, errorTypes) => {
    expect(errorTypes.map((errorType) => refused(400, { errorType }).code)).toEqual(errorTypes.map(() => code));
  });
});

describe('the time after which to come back', () => {
  const secondsOf = (...args: Parameters<typeof refused>) => refused(...args).extensions['retryAfterSeconds'];
  const at = (ms: number) => ({ 'x-ratelimit-reset': String(now + ms) });
  const sentence = (seconds: string) => ({
    error: `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again.`,
  });

  it('is the end of the call window, in whole seconds and one at least', () => {
    expect([
      secondsOf(429, undefined, at(1)),
      secondsOf(429, undefined, at(2000)),
      secondsOf(429, undefined, at(41_001)),
    ]).toEqual([1, 2, 42]);
    expect(refused(429, undefined, at(2000)).retryAt).toBe(now + 2000);
  });

  it('is what `Retry-After` says, where no window is told and for a workspace that is down', () => {
    expect(secondsOf(429, undefined, { 'retry-after': '7' })).toBe(7);
    expect(secondsOf(429, undefined, { 'retry-after': '7', ...at(3000) })).toBe(3);
    expect(secondsOf(503, undefined, { 'retry-after': '7', ...at(3000) })).toBe(7);
    expect(secondsOf(503, undefined, { 'retry-after': '0' })).toBe(1);
  });

  it('M5: is by the workspace’s clock, which can be far from the gateway’s', () => {
    const ahead = (aheadMs: number, headers: Record<string, string>) =>
      refusal('im.list', 429, headers, undefined, now, aheadMs);
    for (const aheadMs of [-65_000, 30_000]) {
      expect(ahead(aheadMs, at(aheadMs + 2000))).toMatchObject({
        retryAt: now + 2000,
        extensions: { retryAfterSeconds: 2 },
      });
      expect(ahead(aheadMs, { 'retry-after': new Date(now + aheadMs + 3000).toUTCString() }).retryAt).toBe(now + 3000);
      expect(ahead(aheadMs, { 'retry-after': '4' }).retryAt).toBe(now + 4000);
    }
    expect(ahead(-65_000, at(0)).retryAt).toBe(now + 65_000);
    expect(ahead(30_000, at(0))).toMatchObject({ retryAt: undefined, extensions: { retryAfterSeconds: 1 } });
  });

  it('is in the words of a refusal that has no header', () => {
    expect([
      secondsOf(429, sentence('42')),
      secondsOf(400, { errorType: 'error-too-many-requests', ...sentence('7') }),
    ]).toEqual([42, 7]);
    expect([
      secondsOf(429, sentence('0')),
      secondsOf(429, sentence('some')),
      secondsOf(429, { error: 5 }),
      secondsOf(429),
    ]).toEqual([1, 1, 1, 1]);
    expect(refused(429, sentence('42')).retryAt).toBeUndefined();
  });

  it('is unknown of any other refusal', () => {
    for (const status of [400, 401, 403, 404, 500, 502]) {
      expect(refused(status, sentence('42'), { 'retry-after': '7', ...at(3000) }).extensions).not.toHaveProperty(
        'retryAfterSeconds',
      );
    }
    expect(secondsOf(503, sentence('42'))).toBeUndefined();
  });
});

describe('what a refusal tells of the workspace’s limiter', () => {
  const no = { success: false };
  const missingPermission = 'User does not have the permissions required for this action [error-unauthorized]';

  it.each<[string, number, Record<string, unknown> | undefined, 'passed' | 'refused' | 'before' | 'unknown']>([
    ['a channel', 400, { ...no, errorType: 'invalid-channel' }, 'passed'],
    ['a room that does not exist', 400, { ...no, errorType: 'error-room-not-found' }, 'passed'],
    ['a room of others', 400, { ...no, error: 'not-allowed', errorType: 'Not Allowed' }, 'passed'],
    ['a user that does not exist', 400, { ...no, error: 'User not found.' }, 'passed'],
    ['a message that does not exist', 400, no, 'passed'],
    ['a room that is not theirs', 403, { ...no, error: 'unauthorized' }, 'passed'],
    ['a room that is not theirs, in words of later versions', 403, { ...no, error: 'forbidden' }, 'passed'],
    ['too many calls', 429, no, 'refused'],
    ['too many calls, in words of old versions', 400, { ...no, errorType: 'error-too-many-requests' }, 'refused'],
    ['wrong credentials', 401, { status: 'error', message: 'You must be logged in to do this.' }, 'before'],
    ['a missing permission', 403, { ...no, error: missingPermission }, 'before'],
    ['a missing licence', 400, { ...no, errorType: 'error-action-not-allowed' }, 'before'],
    ['wrong parameters', 400, { ...no, error: 'must be string', errorType: 'error-invalid-params' }, 'before'],
    ['an error that has no name', 400, { ...no, error: 'MongoServerError' }, 'before'],
    ['no such endpoint', 404, no, 'before'],
    ['no success', 200, no, 'before'],
    ['somebody else', 403, { message: 'forbidden' }, 'before'],
    ['a proxy', 403, undefined, 'unknown'],
    ['a workspace that is down', 503, no, 'unknown'],
  ])('for %s', (_name, status, body, limiter) => {
    const error = refused(status, body);
    expect(limiterOf(error)).toBe(limiter);
    expect(hasAcceptedCaller(error)).toBe(limiter === 'passed' || body?.['error'] === missingPermission);
  });
});
