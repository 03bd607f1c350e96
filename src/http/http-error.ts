import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import { errorBody, jsonType } from './answer-shape.ts';
import type { ErrorCode } from '../errors.ts';

/** A request that is refused before GraphQL sees it, in the shape of a GraphQL answer. */
export class HttpError extends Error {
  readonly code: ErrorCode;
  readonly answer: HTTPGraphQLResponse;

  constructor(status: number, message: string, code: ErrorCode = 'BAD_REQUEST', retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    const string = JSON.stringify(errorBody(message, code, retryAfterSeconds));
    const headers = new HeaderMap([['content-type', jsonType]]);
    if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
    this.answer = { status, headers, body: { kind: 'complete', string } };
  }
}

/** There is too much to do: come back in one to three seconds, not all at the same time. */
export const overloaded = (message = 'The gateway has too much to do: try again shortly.'): HttpError =>
  new HttpError(503, message, 'OVERLOADED', 1 + Math.floor(Math.random() * 3));
