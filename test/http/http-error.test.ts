import { describe, expect, it } from 'vitest';
import { errorResponse, HttpError } from '../../src/http/http-error.ts';
import { refusals, type Refusal } from '../../src/http/refusals.ts';
import { fixedHeaders } from '../../src/http/response-headers.ts';

const shown = (refusal: Refusal) => {
  const { code, message } = new HttpError(refusal);
  const { status, headers, body } = errorResponse(refusal);
  return { code, message, status, headers, body: JSON.parse(String(body)) as unknown };
};

describe('errorResponse', () => {
  it('a refusal has the shape of a GraphQL response', () => {
    expect(shown({ status: 415, message: 'Send JSON.' })).toEqual({
      code: 'BAD_REQUEST',
      message: 'Send JSON.',
      status: 415,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { errors: [{ message: 'Send JSON.', extensions: { code: 'BAD_REQUEST' } }] },
    });
  });

  it('a refusal has its retry delay in Retry-After and in the error’s extensions', () => {
    expect(shown({ status: 503, code: 'OVERLOADED', message: 'Later.', retryAfterSeconds: 2 })).toMatchObject({
      headers: { 'retry-after': '2' },
      body: { errors: [{ message: 'Later.', extensions: { code: 'OVERLOADED', retryAfterSeconds: 2 } }] },
    });
  });

  it('refusals under overload spread their retry delays over one to three seconds', () => {
    const responses = Array.from({ length: 200 }, () => shown(refusals.overloaded()));
    expect(new Set(responses.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['1', '2', '3']));
    for (const { headers, body, status, code } of responses) {
      expect({ status, code, body }).toEqual({
        status: 503,
        code: 'OVERLOADED',
        body: {
          errors: [
            {
              message: expect.stringMatching(/^The gateway is overloaded: try again/),
              extensions: { code: 'OVERLOADED', retryAfterSeconds: Number(headers['retry-after']) },
            },
          ],
        },
      });
    }
  });
});

it('fixed headers forbid caching and sniffing, and vary by caller', () => {
  expect(fixedHeaders).toEqual({
    'cache-control': 'no-store',
    vary: 'Origin, Accept, X-Auth-Token, X-User-Id',
    'x-content-type-options': 'nosniff',
  });
});
