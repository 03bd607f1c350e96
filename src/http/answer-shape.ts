import type { ErrorCode } from '../errors.ts';

/** Headers of every answer: it holds one caller's data, or depends on who asks, so that no cache may keep it. */
export const fixedHeaders = {
  'cache-control': 'no-store',
  vary: 'Origin, Accept, X-Auth-Token, X-User-Id',
  'x-content-type-options': 'nosniff',
} as const;

export const jsonType = 'application/json; charset=utf-8';

/** A refusal, in the shape of a GraphQL answer. `retryAfterSeconds` is told here too, as routers pass no headers on. */
export const errorBody = (message: string, code: ErrorCode = 'BAD_REQUEST', retryAfterSeconds?: number) => ({
  errors: [{ message, extensions: { code, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) } }],
});
