import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { ErrorCode } from './errors.ts';

/** A request that is refused before GraphQL sees it, in the shape of a GraphQL answer. */
export class BadRequest extends Error {
  readonly code: ErrorCode;
  readonly answer: HTTPGraphQLResponse;

  constructor(status: number, message: string, code: ErrorCode = 'BAD_REQUEST') {
    super(message);
    this.code = code;
    const string = JSON.stringify({ errors: [{ message, extensions: { code } }] });
    const headers = new HeaderMap([['content-type', 'application/json; charset=utf-8']]);
    this.answer = { status, headers, body: { kind: 'complete', string } };
  }
}
