import { GraphQLError, type ASTNode } from 'graphql';

interface CodeEntry {
  /** HTTP status when this fails the whole request; null if it only ever fails a field. */
  readonly status: number | null;
  /** What happened. */
  readonly meaning: string;
  /** Whether the same request can succeed later. */
  readonly again: string;
  readonly change: string;
}

/** Every code that clients can meet. `docs/errors.md` repeats it. */
export const errorCodes = {
  BAD_USER_INPUT: {
    status: 400,
    meaning: 'An argument or variable has an invalid value.',
    again: 'no',
    change: 'The value: the message says what is expected, `locations` or `path` where.',
  },
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'The credentials are missing, malformed, or rejected by the workspace.',
    again: 'no',
    change: 'Log in again, and send both headers, `X-User-Id` and `X-Auth-Token`.',
  },
  FORBIDDEN: {
    status: null,
    meaning: 'The workspace denies this user access.',
    again: 'no',
    change: 'Ask for what this user may see, or have an administrator grant the permission that the message names.',
  },
  NOT_FOUND: {
    status: null,
    meaning:
      'The room, or the message whose receipts were requested, does not exist, or this user may not know of it. (`message`, `user` and `node` are null without an error.)',
    again: 'no',
    change: 'The id: ask for a room, or for a message of one, that this user is in.',
  },
  RATE_LIMITED: {
    status: 429,
    meaning: 'The workspace or the gateway accepts no more calls from this caller for now.',
    again: 'after `retryAfterSeconds`',
    change:
      'Ask for less at a time. If it happens often: the [limit of the workspace](calls.md), or `CALLER_CALLS_PER_MINUTE`.',
  },
  QUERY_TOO_COMPLEX: {
    status: 400,
    meaning: 'The query, its response, or its cost in upstream calls exceeds the limits of one request.',
    again: 'no',
    change: 'Ask for smaller pages or fewer fields, or split the query. `X-Upstream-Plan: only` tells its cost.',
  },
  UPSTREAM_UNAVAILABLE: {
    status: null,
    meaning: 'The workspace cannot be reached, or reports that it is down.',
    again: 'after `retryAfterSeconds`, or with growing pauses',
    change: 'Nothing in the query. [`doctor`](doctor.md) tells why, from where the gateway runs.',
  },
  UPSTREAM_TIMEOUT: {
    status: null,
    meaning: 'The workspace did not respond in time, or the request exceeded its time limit.',
    again: 'with growing pauses',
    change:
      'Ask for less at a time, or allow more: `UPSTREAM_TIMEOUT_MS`, `REQUEST_TIMEOUT_MS`, `X-Request-Timeout-Ms`.',
  },
  UPSTREAM_BAD_RESPONSE: {
    status: null,
    meaning: 'The workspace returned a response that does not match its API.',
    again: 'seldom helps',
    change:
      'Nothing in the query. Something answers in place of Rocket.Chat, or it is of another version: [`doctor`](doctor.md) and the log tell.',
  },
  OVERLOADED: {
    status: 503,
    meaning: 'The gateway is overloaded, in total or by this caller.',
    again: 'after `retryAfterSeconds`',
    change: 'Send fewer requests at a time. If it happens without that: more instances.',
  },
  SHUTTING_DOWN: {
    status: null,
    meaning: 'The gateway shut down before this was ready: try again.',
    again: 'after `retryAfterSeconds`',
    change: 'Nothing. If it happens at each deployment: a longer `SHUTDOWN_GRACE_MS`.',
  },
  BAD_REQUEST: {
    status: 400,
    meaning:
      'The HTTP request is not a valid GraphQL request: path, method, headers or body (also 404, 405, 406, 408, 413, 415, 417 and 431).',
    again: 'no; after 408, yes',
    change: 'The request: the message says what is wrong with it.',
  },
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    meaning: 'The query has a syntax error.',
    again: 'no',
    change: 'The query, at `locations`.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    meaning: 'The query is not valid against the schema.',
    again: 'no',
    change: 'The query, at `locations`. Code generators find that out before: [clients](clients.md).',
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: 'The document has no operation of that name, or has several and the request names none.',
    again: 'no',
    change: '`operationName`: the name of one operation of the document.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning: 'The gateway does not know this document: send the query itself together with its hash.',
    again: 'with the query',
    change: 'Nothing: clients of automatic persisted queries do that by themselves.',
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    status: 400,
    meaning: 'The operation is not in the gateway’s list of persisted operations.',
    again: 'no',
    change: 'Add the operation to [the list](persisted-operations.md), and deploy that before the client.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    meaning: 'Automatic persisted queries are off: send the query itself, with or without its hash.',
    again: 'with the query',
    change: '`AUTOMATIC_PERSISTED_QUERIES=on`, or a client that sends queries.',
  },
  CLIENT_CLOSED_REQUEST: {
    status: null,
    meaning: 'The client closed the request before its response: seen in the log and the metrics only.',
    again: '',
    change: 'If it happens often: a time limit in the client, or a proxy, that is shorter than `REQUEST_TIMEOUT_MS`.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    meaning: 'A bug in the gateway: the log has the details.',
    again: 'seldom helps',
    change: 'Report it, with what the log says under the request id.',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type ErrorCode = keyof typeof errorCodes;

/** Codes that can fail a whole request. */
export type RequestErrorCode = {
  [Code in ErrorCode]: (typeof errorCodes)[Code]['status'] extends number ? Code : never;
}[ErrorCode];

export interface GatewayErrorOptions {
  /** For the log, in the gateway's own words; never sent to clients. */
  readonly detail?: string;
  /** Whole seconds after which a retry makes sense. */
  readonly retryAfterSeconds?: number;
  /** Distinguishes cases of one code for clients: one of the gateway's fixed words. */
  readonly reason?: string;
  /** The place in the query, if it is known before the query runs. */
  readonly node?: ASTNode;
  readonly path?: readonly string[];
  /** Status of the HTTP response, where the error fails the whole request; `Retry-After` follows from `retryAfterSeconds`. */
  readonly httpStatus?: number;
}

/** An error whose message is written for clients. `formatError` masks everything else that is thrown. */
export class GatewayError extends GraphQLError {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    const { detail, retryAfterSeconds, reason, node, path, httpStatus } = options;
    // Skip the stack trace: these errors are expected, and capturing stacks dominates the cost of a response with
    // thousands of them.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(message, {
      nodes: node ?? null,
      path: path ?? null,
      extensions: {
        code,
        ...(reason === undefined ? {} : { reason }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
        ...(httpStatus === undefined ? {} : { http: httpHead(httpStatus, retryAfterSeconds) }),
      },
    });
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'GatewayError';
    this.code = code;
    this.detail = detail;
  }
}

/** The GatewayError in an error of GraphQL execution, which wraps what a resolver threw. */
export function gatewayErrorOf(error: unknown): GatewayError | undefined {
  if (error instanceof GatewayError) return error;
  return error instanceof GraphQLError && error.originalError instanceof GatewayError ? error.originalError : undefined;
}

/** Status and headers in the form that Apollo Server takes out of `extensions.http` before it sends the error. */
const httpHead = (status: number, retryAfterSeconds: number | undefined) => ({
  status,
  ...(retryAfterSeconds === undefined ? {} : { headers: new Map([['retry-after', String(retryAfterSeconds)]]) }),
});

/** An error that fails the whole request before anything runs, with the HTTP status of its code. */
export const refusalOfRequest = (
  code: RequestErrorCode,
  message: string,
  options?: Omit<GatewayErrorOptions, 'httpStatus'>,
): GatewayError => new GatewayError(code, message, { ...options, httpStatus: errorCodes[code].status });
