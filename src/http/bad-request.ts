import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import { errorBody, jsonType } from './answer-shape.ts';
import type { ErrorCode } from '../errors.ts';

/** A request that is refused before GraphQL sees it, in the shape of a GraphQL answer. */
export class BadRequest extends Error {
  readonly code: ErrorCode;
  readonly answer: HTTPGraphQLResponse;

  constructor(status: number, message: string, code: ErrorCode = 'BAD_REQUEST') {
    super(message);
    this.code = code;
    const string = JSON.stringify(errorBody(message, code));
    this.answer = { status, headers: new HeaderMap([['content-type', jsonType]]), body: { kind: 'complete', string } };
  }
}

/** There is too much to do: come back in one to three seconds, not all at the same time. */
export function overloaded(message = 'The gateway has too much to do: try again shortly.'): BadRequest {
  const refusal = new BadRequest(503, message, 'OVERLOADED');
  refusal.answer.headers.set('retry-after', String(1 + Math.floor(Math.random() * 3)));
  return refusal;
}
