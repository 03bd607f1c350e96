import { GraphQLError, Kind, type ASTNode, type GraphQLFormattedError } from 'graphql';

interface CodeEntry {
  /** HTTP status when this fails the whole request; null if it only ever fails a field. */
  readonly status: number | null;
  readonly meaning: string;
}

/** Every code that clients can meet. `docs/errors.md` repeats it. */
export const errorCodes = {
  BAD_USER_INPUT: { status: 400, meaning: 'An argument or variable has an invalid value.' },
  UNAUTHENTICATED: { status: 401, meaning: 'The credentials are missing, malformed, or rejected by the workspace.' },
  FORBIDDEN: { status: null, meaning: 'The workspace denies this user access.' },
  NOT_FOUND: {
    status: null,
    meaning:
      'The room, or the message whose receipts were requested, does not exist, or this user may not know of it. (`message`, `user` and `node` are null without an error.)',
  },
  RATE_LIMITED: {
    status: 429,
    meaning:
      'The workspace or the gateway accepts no more calls from this caller for now; retry after `retryAfterSeconds`.',
  },
  QUERY_TOO_COMPLEX: {
    status: 400,
    meaning: 'The query, its response, or its cost in upstream calls exceeds the limits of one request.',
  },
  UPSTREAM_UNAVAILABLE: { status: null, meaning: 'The workspace cannot be reached, or reports that it is down.' },
  UPSTREAM_TIMEOUT: {
    status: null,
    meaning: 'The workspace did not respond in time, or the request exceeded its time limit.',
  },
  UPSTREAM_BAD_RESPONSE: { status: null, meaning: 'The workspace returned a response that does not match its API.' },
  OVERLOADED: {
    status: 503,
    meaning: 'The gateway is overloaded, in total or by this caller; retry after `retryAfterSeconds`.',
  },
  SHUTTING_DOWN: { status: null, meaning: 'The gateway shut down before this was ready: try again.' },
  BAD_REQUEST: {
    status: 400,
    meaning:
      'The HTTP request is not a valid GraphQL request: path, method, headers or body (also 404, 405, 406, 408, 413, 415, 417 and 431).',
  },
  GRAPHQL_PARSE_FAILED: { status: 400, meaning: 'The query has a syntax error.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, meaning: 'The query is not valid against the schema.' },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: 'The document has no operation of that name, or has several and the request names none.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning: 'The gateway does not know this document: send the query itself together with its hash.',
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    status: 400,
    meaning: 'The operation is not in the gateway’s list of persisted operations.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    meaning: 'Automatic persisted queries are off: send the query itself, with or without its hash.',
  },
  CLIENT_CLOSED_REQUEST: {
    status: null,
    meaning: 'The client closed the request before its response: seen in the log and the metrics only.',
  },
  INTERNAL_SERVER_ERROR: { status: 500, meaning: 'A bug in the gateway: the log has the details.' },
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

/** Messages that replace those in which graphql-js and Apollo Server mention themselves, by message or validation code. */
const tooManyInValidation = 'Too many validation errors, error limit reached. Validation aborted.';
const tooManyInVariables = 'Too many errors processing variables, error limit reached. Execution aborted.';
const ownTexts: ReadonlyMap<unknown, string> = new Map([
  ['INTROSPECTION_DISABLED', 'Introspection is disabled: query `{ _service { sdl } }` for the schema.'],
  [
    'MAX_RECURSIVE_SELECTIONS_EXCEEDED',
    'The query has too many selections once its fragments are expanded: select less, or split it into several requests.',
  ],
  [tooManyInValidation, 'There are more errors than these.'],
  [tooManyInVariables, 'There are more invalid values than these.'],
]);

/**
 * Corrects, in place, the code that graphql-js and Apollo Server give to an error: an invalid value is BAD_USER_INPUT,
 * whether it is a literal or comes in a variable.
 */
export function correctCode({ message, nodes, extensions }: GraphQLError): void {
  const { code, validationErrorCode } = extensions;
  if (code === 'GRAPHQL_VALIDATION_FAILED' && isOfValue(nodes?.[0])) extensions['code'] = 'BAD_USER_INPUT';
  if (validationErrorCode === 'MAX_RECURSIVE_SELECTIONS_EXCEEDED') extensions['code'] = 'QUERY_TOO_COMPLEX';
  if (message === tooManyInVariables) extensions['code'] = 'BAD_USER_INPUT';
}

const valueKinds: ReadonlySet<Kind | undefined> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

/** Only the validation rule about values reports such nodes. */
const isOfValue = (node: ASTNode | undefined): boolean => valueKinds.has(node?.kind);

/** Limits on characters of a message and on locations: both can repeat what the client sent. */
const maxMessageLength = 400;
const maxLocations = 5;

/** Every error leaves through here: masks what was not written for clients, removes stacks, bounds lengths. */
export function formatError(formatted: GraphQLFormattedError, { givesHints = true } = {}): GraphQLFormattedError {
  const { code, stacktrace: _, validationErrorCode, ...rest } = formatted.extensions ?? {};
  const { locations, path } = formatted;
  const place = {
    ...(locations !== undefined && { locations: locations.slice(0, maxLocations) }),
    ...(path !== undefined && { path }),
  };
  if (!isErrorCode(code) || code === 'INTERNAL_SERVER_ERROR') {
    return { message: 'Internal server error', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  }
  // Clients of automatic persisted queries recognise these errors by their messages, so keep them.
  if (persistedQueryCodes.has(code))
    return { message: formatted.message, extensions: { code, hint: errorCodes[code].meaning } };
  const own = ownTexts.get(validationErrorCode) ?? ownTexts.get(formatted.message) ?? formatted.message;
  return { message: shorten(givesHints ? own : withoutHint(own)), ...place, extensions: { ...rest, code } };
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorCodes, code);

const persistedQueryCodes: ReadonlySet<ErrorCode> = new Set([
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Removes the schema's names that graphql-js suggests. Not a regular expression: repeated words in a client's text would make it slow. */
function withoutHint(message: string): string {
  const at = message.endsWith('?') ? message.lastIndexOf('Did you mean ') : -1;
  return at === -1 ? message : message.slice(0, at).trimEnd();
}

/** Truncates, and replaces lone surrogates: strict JSON parsers would reject the whole response. */
const shorten = (message: string): string =>
  (message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message).toWellFormed();
