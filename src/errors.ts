import { GraphQLError, Kind, type ASTNode, type GraphQLFormattedError } from 'graphql';

interface CodeEntry {
  /** What the README's table says of it. */
  readonly meaning: string;
  /** HTTP status of a request that is refused as a whole for it; null where it is only ever an error of a field. */
  readonly status: number | null;
}

/** Every code that a client can meet: the list is closed, and the README's table repeats it. */
export const errorCodes = {
  BAD_USER_INPUT: { status: 400, meaning: 'An argument or variable has a value that it may not have.' },
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'The credentials are missing or malformed, or the workspace does not accept them.',
  },
  FORBIDDEN: { status: null, meaning: 'The workspace does not let this user do or see that.' },
  NOT_FOUND: {
    status: null,
    meaning:
      'There is no such room, or no such message to read the receipts of, or this user may not know of it. (`message` and `user` are null without an error.)',
  },
  RATE_LIMITED: {
    status: 429,
    meaning:
      'The workspace, or the gateway, takes no more calls of this caller for now; `retryAfterSeconds` says when it does again.',
  },
  QUERY_TOO_COMPLEX: {
    status: 400,
    meaning: 'The query is larger, or would cost more upstream calls, than one request may.',
  },
  UPSTREAM_UNAVAILABLE: { status: null, meaning: 'The workspace cannot be reached, or says that it is down.' },
  UPSTREAM_TIMEOUT: { status: null, meaning: 'The workspace did not answer in time.' },
  UPSTREAM_BAD_RESPONSE: { status: null, meaning: 'The workspace answered something that is not its API.' },
  OVERLOADED: {
    status: 503,
    meaning:
      'The gateway has too much to do, for everybody or for this caller; `retryAfterSeconds` says when to try again.',
  },
  SHUTTING_DOWN: { status: null, meaning: 'The gateway shut down before it had this: ask again.' },
  BAD_REQUEST: {
    status: 400,
    meaning:
      'The HTTP request is not a GraphQL request: path, method, headers or body (also 404, 405, 406, 408, 413, 415, 417 and 431).',
  },
  GRAPHQL_PARSE_FAILED: { status: 400, meaning: 'The query is not GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, meaning: 'The query does not fit the schema.' },
  OPERATION_RESOLUTION_FAILURE: {
    status: 400,
    meaning: 'The document has no operation of that name, or several and no name was given.',
  },
  PERSISTED_QUERY_NOT_FOUND: {
    status: 200,
    meaning: 'No query of that hash is known: send the query itself together with the hash.',
  },
  PERSISTED_QUERY_NOT_IN_LIST: {
    status: 400,
    meaning: 'The gateway answers only operations of its list, and this is none of them.',
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: 200,
    meaning: 'Automatic persisted queries are off: send the query itself, with or without its hash.',
  },
  CLIENT_CLOSED_REQUEST: {
    status: null,
    meaning: 'The client left before it was answered: only the log and the metrics tell it.',
  },
  INTERNAL_SERVER_ERROR: { status: 500, meaning: 'A mistake in the gateway; the log has its details.' },
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type ErrorCode = keyof typeof errorCodes;

/** Codes that can fail a whole request. */
export type RequestErrorCode = {
  [Code in ErrorCode]: (typeof errorCodes)[Code]['status'] extends number ? Code : never;
}[ErrorCode];

export interface GatewayErrorOptions {
  /** For the log, in our own words; never sent to a client. */
  readonly detail?: string;
  /** Whole seconds after which trying again makes sense. */
  readonly retryAfterSeconds?: number;
  /** Tells cases of one code apart, for the client: a fixed word of ours. */
  readonly reason?: string;
  /** Where in the query it is about, if that is known before the query runs. */
  readonly node?: ASTNode;
  readonly path?: readonly string[];
  /** Status of the HTTP response, where the error fails the whole request; `Retry-After` follows from `retryAfterSeconds`. */
  readonly httpStatus?: number;
}

/** An error whose message was written for the client. Anything else that is thrown is masked by `formatError`. */
export class GatewayError extends GraphQLError {
  readonly code: ErrorCode;
  readonly detail: string | undefined;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    const { detail, retryAfterSeconds, reason, node, path, httpStatus } = options;
    // Nobody reads where an error of ours arose, and to write that down takes most of the time that thousands of them take.
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

/** The GatewayError behind an error of GraphQL execution, which wraps what a resolver threw. */
export function gatewayErrorOf(error: unknown): GatewayError | undefined {
  if (error instanceof GatewayError) return error;
  return error instanceof GraphQLError && error.originalError instanceof GatewayError ? error.originalError : undefined;
}

/** Status and headers in the form that Apollo Server takes out of `extensions.http` before it sends the error. */
const httpHead = (status: number, retryAfterSeconds: number | undefined) => ({
  status,
  ...(retryAfterSeconds === undefined ? {} : { headers: new Map([['retry-after', String(retryAfterSeconds)]]) }),
});

/** The error of a request that is refused as a whole, before anything runs: with the HTTP status of its code. */
export const refusalOfRequest = (
  code: RequestErrorCode,
  message: string,
  options?: Omit<GatewayErrorOptions, 'httpStatus'>,
): GatewayError => new GatewayError(code, message, { ...options, httpStatus: errorCodes[code].status });

/** Sentences in which graphql-js and Apollo Server speak of themselves, by the sentence or by Apollo Server's name for it, and ours. */
const tooManyInValidation = 'Too many validation errors, error limit reached. Validation aborted.';
const tooManyInVariables = 'Too many errors processing variables, error limit reached. Execution aborted.';
const ownTexts: ReadonlyMap<unknown, string> = new Map([
  ['INTROSPECTION_DISABLED', 'Introspection is off here: ask `{ _service { sdl } }` for the schema.'],
  [
    'MAX_RECURSIVE_SELECTIONS_EXCEEDED',
    'The query has too many selections, its fragments unfolded: ask for less, or in several requests.',
  ],
  [tooManyInValidation, 'There are more mistakes than these.'],
  [tooManyInVariables, 'There are more wrong values than these.'],
]);

/**
 * Corrects the code that graphql-js and Apollo Server give to a mistake, in place: a value that may not stand where it does
 * is BAD_USER_INPUT, whether it is written out or comes in a variable.
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

/** Of all rules of validation only the one about values reports them. */
const isOfValue = (node: ASTNode | undefined): boolean => valueKinds.has(node?.kind);

/** Characters of a message and places in the query at most: both can repeat what the client sent. */
const maxMessageLength = 400;
const maxLocations = 5;

/** The one door out: what was not written for the client is replaced, no stack leaves, and nothing is endless. */
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
  // Clients of automatic persisted queries know these answers by their messages, which therefore stay as they are.
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

/** Without the names of the schema that graphql-js proposes. No pattern: a client's text that repeats these words would keep one busy. */
function withoutHint(message: string): string {
  const at = message.endsWith('?') ? message.lastIndexOf('Did you mean ') : -1;
  return at === -1 ? message : message.slice(0, at).trimEnd();
}

/** Not longer than may be, and without halves of characters, which strict readers of JSON refuse together with all the rest. */
const shorten = (message: string): string =>
  (message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message).toWellFormed();
