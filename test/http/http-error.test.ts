import { describe, expect, it } from 'vitest';
import { fixedHeaders } from '../../src/http/answer-shape.ts';
import { HttpError, overloaded } from '../../src/http/http-error.ts';

const shown = ({ code, message, answer }: HttpError) => ({
  code,
  message,
  status: answer.status,
  headers: Object.fromEntries(answer.headers),
  body: answer.body.kind === 'complete' ? (JSON.parse(answer.body.string) as unknown) : undefined,
});

describe('A request that is refused', () => {
  it('is told in the shape of a GraphQL answer', () => {
    expect(shown(new HttpError(415, 'Send JSON.'))).toEqual({
      code: 'BAD_REQUEST',
      message: 'Send JSON.',
      status: 415,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: { errors: [{ message: 'Send JSON.', extensions: { code: 'BAD_REQUEST' } }] },
    });
  });

  it('is told when to come back in its headers, and in the error itself', () => {
    expect(shown(new HttpError(503, 'Later.', 'OVERLOADED', 2))).toMatchObject({
      headers: { 'retry-after': '2' },
      body: { errors: [{ message: 'Later.', extensions: { code: 'OVERLOADED', retryAfterSeconds: 2 } }] },
    });
  });

  it('of many not all are told the same second', () => {
    const told = Array.from({ length: 200 }, () => shown(overloaded()));
    expect(new Set(told.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['1', '2', '3']));
    for (const { headers, body, status, code } of told) {
      expect({ status, code, body }).toEqual({
        status: 503,
        code: 'OVERLOADED',
        body: {
          errors: [
            {
              message: 'The gateway has too much to do: try again shortly.',
              extensions: { code: 'OVERLOADED', retryAfterSeconds: Number(headers['retry-after']) },
            },
          ],
        },
      });
    }
  });
});

it('No answer may be kept by a cache, sniffed, or given to somebody else', () => {
  expect(fixedHeaders).toEqual({
    'cache-control': 'no-store',
    vary: 'Origin, Accept, X-Auth-Token, X-User-Id',
    'x-content-type-options': 'nosniff',
  });
});
