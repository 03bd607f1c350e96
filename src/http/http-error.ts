import type { BodyText } from '../byte-string.ts';
import type { RequestErrorCode } from '../errors.ts';
import type { Refusal } from './refusals.ts';

/** A request that is refused before GraphQL sees it. */
export class HttpError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }

  get code(): RequestErrorCode {
    return this.refusal.code ?? 'BAD_REQUEST';
  }
}

/** A whole response, but for the headers that every response has. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: BodyText;
}

/**
 * The response to a refused request, in the shape of a GraphQL response. `retryAfterSeconds` is in the body as well,
 * because routers do not pass headers on.
 */
export function errorResponse(refusal: Refusal, mediaType = 'application/json'): HttpResponse {
  const { status, code = 'BAD_REQUEST', message, retryAfterSeconds, headers } = refusal;
  const hasRetry = retryAfterSeconds !== undefined;
  return {
    status,
    headers: {
      'content-type': `${mediaType}; charset=utf-8`,
      ...(hasRetry && { 'retry-after': String(retryAfterSeconds) }),
      ...headers,
    },
    body: JSON.stringify({ errors: [{ message, extensions: { code, ...(hasRetry && { retryAfterSeconds }) } }] }),
  };
}
