import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** Every code a client can meet, and what it means: the list is closed, and the README's table repeats it. */
export const errorCodes = {
  BAD_REQUEST: 'The HTTP request is not a GraphQL request: method, headers or body.',
  GRAPHQL_PARSE_FAILED: 'The query is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The query does not fit the schema.',
  OPERATION_RESOLUTION_FAILURE: 'The document has no operation of that name, or several and no name was given.',
  BAD_USER_INPUT: 'An argument or variable has a value that it may not have.',
  QUERY_TOO_COMPLEX: 'The query is larger, or would cost more upstream calls, than one request may.',
  UNAUTHENTICATED: 'The credentials are missing or malformed, or the workspace does not accept them.',
  FORBIDDEN: 'The workspace does not let this user do or see that.',
  NOT_FOUND: 'There is no such room or message, or this user may not know of it.',
  RATE_LIMITED: 'The workspace, or the gateway, takes no more calls of this caller for now; `retryAfterSeconds` says when it does again.',
  UPSTREAM_UNAVAILABLE: 'The workspace cannot be reached, or says that it is down.',
  UPSTREAM_TIMEOUT: 'The workspace did not answer in time.',
  UPSTREAM_BAD_RESPONSE: 'The workspace answered something that is not its API.',
  OVERLOADED: 'The gateway has too much to do; try again shortly.',
  PERSISTED_QUERY_NOT_FOUND: 'No query of that hash is known: send the query itself together with the hash.',
  PERSISTED_QUERY_NOT_IN_LIST: 'The gateway answers only operations of its list, and this is none of them.',
  PERSISTED_QUERY_NOT_SUPPORTED: 'Automatic persisted queries are off: send the query itself.',
  INTERNAL_SERVER_ERROR: 'A mistake in the gateway; the log has its details.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface GatewayErrorOptions {
  /** For the log, in our own words; never sent to a client. */
  readonly detail?: string;
  /** Whole seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
  /** Tells cases of one code apart, for the client: a fixed word of ours. */
  readonly reason?: string;
}

/** An error whose message was written for the client. Anything else that is thrown is masked by `formatError`. */
export class GatewayError extends GraphQLError {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    const { detail, retryAfterSeconds, reason } = options;
    // Nobody reads where an error of ours arose, and to write that down takes most of the time that thousands of them take.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, {
      extensions: {
        code,
        ...(reason === undefined ? {} : { reason }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      },
    });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'GatewayError';
    this.code = code;
    this.detail = detail;
  }
}

/** The GatewayError behind an error of GraphQL execution, which wraps what a resolver threw. */
export function gatewayErrorOf(error: unknown): GatewayError | undefined {
  if (error instanceof GatewayError) return error;
  return error instanceof GraphQLError && error.originalError instanceof GatewayError ? error.originalError : undefined;
}

/** Extension by which a scalar's refusal of a literal is told apart from a query that does not fit the schema. */
export const badLiteral = 'badLiteral';

/** Characters of a message and places in the query at most: both can repeat what the client sent. */
const maxMessageLength = 400;
const maxLocations = 5;

/** The one door out: what was not written for the client is replaced, no stack leaves, and nothing is endless. */
export function formatError(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const { code, stacktrace: _, [badLiteral]: isBadLiteral, ...rest } = formatted.extensions ?? {};
  const { message, locations, path } = formatted;
  const place = {
    ...(locations !== undefined && { locations: locations.slice(0, maxLocations) }),
    ...(path !== undefined && { path }),
  };
  const short = message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message;
  if (isBadLiteral === true) return { message: short, ...place, extensions: { ...rest, code: 'BAD_USER_INPUT' } };
  if (typeof code === 'string' && Object.hasOwn(errorCodes, code) && code !== 'INTERNAL_SERVER_ERROR') {
    return { message: short, ...place, extensions: { ...rest, code } };
  }
  return { message: 'Internal server error', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}
