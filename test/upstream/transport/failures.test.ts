import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors.ts';
import { classify, UpstreamRefusal } from '../../../src/upstream/transport/response.ts';

const now = 1_800_000_000_000;

/** What a response of `im.list` other than a success means. */
function classified(status: number, body?: Record<string, unknown>, headers: Record<string, string> = {}, aheadMs = 0) {
  const response = { status, headers, body: Buffer.from(body === undefined ? '' : JSON.stringify(body)) };
  const { failure, rateLimit, isCallerAccepted } = classify('im.list', response, { now, aheadMs });
  if (!(failure?.error instanceof UpstreamRefusal)) throw new Error('not a refusal');
  if (typeof rateLimit === 'string') throw new Error('not a response');
  return { error: failure.error, retryAt: failure.retry?.retryAt, rateLimit, isCallerAccepted };
}

const refused = (...args: Parameters<typeof classified>) => classified(...args).error;
const retryAtOf = (...args: Parameters<typeof classified>) => classified(...args).retryAt;

describe('FORBIDDEN', () => {
  it.each([
    ['dm.messages', 'It takes membership of the room and the permission `view-d-room` (or `view-joined-room`).'],
    ['dm.list.everyone', 'It takes the permission `view-room-administration`.'],
    ['me', undefined],
  ])('names what %s takes, where that is known', (endpoint, requirement) => {
    const { failure } = classify(endpoint, { status: 403, headers: {}, body: Buffer.of() }, { now, aheadMs: 0 });
    const denied = `The workspace does not allow this user to do that (${endpoint}).`;
    expect(failure?.error.message).toBe(requirement === undefined ? denied : `${denied} ${requirement}`);
  });
});

describe('a response other than a success', () => {
  it.each<[number, string | undefined, ErrorCode, string, string]>([
    [401, undefined, 'UNAUTHENTICATED', 'The workspace rejected these credentials: log in again.', 'HTTP 401'],
    [403, undefined, 'FORBIDDEN', 'The workspace does not allow this user to do that (im.list).', 'HTTP 403'],
    [
      403,
      'error-room-not-found',
      'FORBIDDEN',
      'The workspace does not allow this user to do that (im.list).',
      'HTTP 403 error-room-not-found',
    ],
    [404, undefined, 'UPSTREAM_BAD_RESPONSE', 'This workspace has no endpoint im.list.', 'HTTP 404'],
    [302, undefined, 'UPSTREAM_BAD_RESPONSE', 'The workspace sent an unusable response to im.list.', 'HTTP 302'],
    [
      499,
      'error-room-not-found',
      'UPSTREAM_BAD_RESPONSE',
      'The workspace sent an unusable response to im.list.',
      'HTTP 499 error-room-not-found',
    ],
    [429, undefined, 'RATE_LIMITED', "The workspace's rate limit for im.list is used up.", 'HTTP 429'],
    [500, undefined, 'UPSTREAM_UNAVAILABLE', 'The workspace cannot serve im.list at the moment.', 'HTTP 500'],
    [
      503,
      'error-room-not-found',
      'UPSTREAM_UNAVAILABLE',
      'The workspace cannot serve im.list at the moment.',
      'HTTP 503 error-room-not-found',
    ],
    [200, undefined, 'UPSTREAM_BAD_RESPONSE', 'The workspace sent an unusable response to im.list.', 'HTTP 200'],
    [400, undefined, 'UPSTREAM_BAD_RESPONSE', 'The workspace sent an unusable response to im.list.', 'HTTP 400'],
    [
      200,
      'error-room-not-found',
      'NOT_FOUND',
      'No such room or message exists, or this user may not see it (im.list).',
      'HTTP 200 error-room-not-found',
    ],
    [
      400,
      'error-room-not-found',
      'NOT_FOUND',
      'No such room or message exists, or this user may not see it (im.list).',
      'HTTP 400 error-room-not-found',
    ],
    [
      400,
      'invalid-params',
      'BAD_USER_INPUT',
      'The workspace rejected the arguments of im.list.',
      'HTTP 400 invalid-params',
    ],
    [
      400,
      'error-invalid-params',
      'BAD_USER_INPUT',
      'The workspace rejected the arguments of im.list.',
      'HTTP 400 error-invalid-params',
    ],
    [400, 'error-somebody-said', 'BAD_USER_INPUT', 'The workspace rejected the arguments of im.list.', 'HTTP 400'],
    [
      200,
      'invalid-params',
      'BAD_USER_INPUT',
      'The workspace rejected the arguments of im.list.',
      'HTTP 200 invalid-params',
    ],
    [
      200,
      'error-somebody-said',
      'UPSTREAM_BAD_RESPONSE',
      'The workspace sent an unusable response to im.list.',
      'HTTP 200',
    ],
    [200, 'toString', 'UPSTREAM_BAD_RESPONSE', 'The workspace sent an unusable response to im.list.', 'HTTP 200'],
    [400, 'toString', 'BAD_USER_INPUT', 'The workspace rejected the arguments of im.list.', 'HTTP 400'],
  ])('with status %i and error type %s becomes %s', (status, errorType, code, message, detail) => {
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
  ])('becomes %s by Rocket.Chat’s error types for it', (code, errorTypes) => {
    expect(errorTypes.map((errorType) => refused(400, { errorType }).code)).toEqual(errorTypes.map(() => code));
  });
});

describe('the time of a retry', () => {
  const secondsOf = (...args: Parameters<typeof refused>) => refused(...args).extensions['retryAfterSeconds'];
  const at = (ms: number) => ({ 'x-ratelimit-reset': String(now + ms) });
  const sentence = (seconds: string) => ({
    error: `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again.`,
  });

  it('is the end of the rate-limit window, in whole seconds and at least 1', () => {
    expect([
      secondsOf(429, undefined, at(1)),
      secondsOf(429, undefined, at(2000)),
      secondsOf(429, undefined, at(41_001)),
    ]).toEqual([1, 2, 42]);
    expect(retryAtOf(429, undefined, at(2000))).toBe(now + 2000);
  });

  it('is what `Retry-After` says, without a window and for a workspace that is down', () => {
    expect(secondsOf(429, undefined, { 'retry-after': '7' })).toBe(7);
    expect(secondsOf(429, undefined, { 'retry-after': '7', ...at(3000) })).toBe(3);
    expect(secondsOf(503, undefined, { 'retry-after': '7', ...at(3000) })).toBe(7);
    expect(secondsOf(503, undefined, { 'retry-after': '0' })).toBe(1);
  });

  it('M5: is read by the workspace’s clock, which can be far from the gateway’s', () => {
    const ahead = (aheadMs: number, headers: Record<string, string>) => {
      const { error, retryAt } = classified(429, undefined, headers, aheadMs);
      return { retryAt, extensions: error.extensions };
    };
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

  it('is read from the sentence of a refusal without headers', () => {
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
    expect(retryAtOf(429, sentence('42'))).toBeUndefined();
  });

  it('is unknown for any other refusal', () => {
    for (const status of [400, 401, 403, 404, 500, 502]) {
      expect(refused(status, sentence('42'), { 'retry-after': '7', ...at(3000) }).extensions).not.toHaveProperty(
        'retryAfterSeconds',
      );
    }
    expect(secondsOf(503, sentence('42'))).toBeUndefined();
  });
});

describe('what a refusal says about the workspace’s rate limiter', () => {
  const no = { success: false };
  const missingPermission = 'User does not have the permissions required for this action [error-unauthorized]';

  it.each<[string, number, Record<string, unknown> | undefined, 'passed' | 'refused' | 'before' | 'unknown']>([
    ['a channel', 400, { ...no, errorType: 'invalid-channel' }, 'passed'],
    ['a room that does not exist', 400, { ...no, errorType: 'error-room-not-found' }, 'passed'],
    [
      'a room of other people, by `rooms.info`',
      400,
      { ...no, error: 'not-allowed', errorType: 'Not Allowed' },
      'passed',
    ],
    ['a user that does not exist', 400, { ...no, error: 'User not found.' }, 'passed'],
    ['a message that does not exist', 400, no, 'passed'],
    ['a room of other people', 403, { ...no, error: 'unauthorized' }, 'passed'],
    ['a room of other people, in the words of later versions', 403, { ...no, error: 'forbidden' }, 'passed'],
    ['too many calls', 429, no, 'refused'],
    ['too many calls, in the words of old versions', 400, { ...no, errorType: 'error-too-many-requests' }, 'refused'],
    ['wrong credentials', 401, { status: 'error', message: 'You must be logged in to do this.' }, 'before'],
    ['a missing permission', 403, { ...no, error: missingPermission }, 'before'],
    ['a missing licence', 400, { ...no, errorType: 'error-action-not-allowed' }, 'before'],
    ['wrong parameters', 400, { ...no, error: 'must be string', errorType: 'error-invalid-params' }, 'before'],
    ['an error without a type', 400, { ...no, error: 'MongoServerError' }, 'before'],
    ['an unknown error type', 400, { ...no, errorType: 'error-somebody-said' }, 'before'],
    ['no such endpoint', 404, no, 'before'],
    ['no success', 200, no, 'before'],
    ['a response that is not Rocket.Chat’s', 403, { message: 'forbidden' }, 'before'],
    ['the same with another status', 400, { message: 'no' }, 'before'],
    ['words of a handler with a status that none has', 404, { ...no, error: 'unauthorized' }, 'before'],
    ['a proxy', 403, undefined, 'unknown'],
    ['a workspace that is down', 503, no, 'unknown'],
    ['a workspace that fails', 500, no, 'unknown'],
  ])('is known for %s', (_name, status, body, limiter) => {
    const { rateLimit, isCallerAccepted } = classified(status, body);
    expect(rateLimit.limiter).toBe(limiter);
    expect(isCallerAccepted).toBe(limiter === 'passed' || body?.['error'] === missingPermission);
  });

  it('is until when it refuses, where it does', () => {
    const untilOf = (...args: Parameters<typeof classified>) => classified(...args).rateLimit.refusedUntil;
    const sentence = { ...no, error: 'You must wait 42 seconds before trying this endpoint again.' };
    expect(untilOf(429, no, { 'retry-after': '7' })).toBe(now + 7000);
    expect(untilOf(429, sentence)).toBe(now + 42_000);
    expect(untilOf(429, no)).toBe(now + 1000);
    for (const status of [400, 401, 503]) expect(untilOf(status, no, { 'retry-after': '7' })).toBeUndefined();
  });
});
