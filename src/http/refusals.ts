import { maxBodyBytes, maxInputDepth, maxInputValues } from '../limits.ts';
import { errorCodes, type RequestErrorCode } from '../errors.ts';
import { maxDocumentIdLength } from '../operation/document-id.ts';
import { codings } from './content-coding.ts';
import { graphqlType, jsonType } from './media-types.ts';

/** One reason to refuse an HTTP request before GraphQL sees it. */
export interface Refusal {
  readonly status: number;
  /** BAD_REQUEST by default. */
  readonly code?: RequestErrorCode;
  readonly message: string;
  /** Whole seconds; sent as `Retry-After` too. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

type Param = 'query' | 'documentId' | 'operationName' | 'variables' | 'extensions';
type Input = 'variables' | 'extensions';

/** A refusal with a code of its own, and that code's status. */
const coded = (code: RequestErrorCode, message: string): Refusal => ({
  status: errorCodes[code].status,
  code,
  message,
});

/** Asks clients to come back in one to three seconds, so that they do not all return in the same one. */
const overloaded = (): Refusal => ({
  ...coded('OVERLOADED', 'The gateway is overloaded: try again shortly.'),
  retryAfterSeconds: 1 + Math.floor(Math.random() * 3),
});

const queryTooComplex = (message: string): Refusal => coded('QUERY_TOO_COMPLEX', message);

/** Every refusal, with the status and the message that clients get. */
export const refusals = {
  notHttp: { status: 400, message: 'The request is not valid HTTP.' },
  requestTimeout: { status: 408, message: 'The request did not arrive in time.' },
  headersTooLarge: { status: 431, message: 'The request headers are too large.' },
  chunksTooLarge: { status: 413, message: 'The chunk extensions of the body are too large.' },
  tooManyHeaders: { status: 431, message: 'The request has too many headers.' },
  notOneHost: { status: 400, message: 'Send exactly one `Host` header.' },
  absoluteUrl: { status: 400, message: 'Send only the path in the request line: this server is not a proxy.' },
  unsupportedExpect: { status: 417, message: 'Unsupported `Expect` header.' },
  malformed: { status: 400, message: 'The request is malformed.' },
  notFound: { status: 404, message: 'Not found: send queries to /graphql.' },

  methodNotAllowed: { status: 405, message: 'Method not allowed: use POST or GET.', headers: { allow: 'GET, POST' } },
  notAcceptable: {
    status: 406,
    message: `Responses are ${jsonType} or ${graphqlType} in UTF-8: \`Accept\` must allow one of them.`,
  },
  codingNotAcceptable: {
    status: 406,
    message: `Responses are ${codings.join(', ')} or as they are: \`Accept-Encoding\` must allow one of them.`,
  },
  contentTypeOfGet: { status: 415, message: 'A GET request has no body: remove its `Content-Type` header.' },
  noPreflight: {
    status: 400,
    message:
      'Any website could make a browser send this GET: add the header `Apollo-Require-Preflight: 1`, or use POST.',
  },
  figureHeader: (header: string, value: string) => ({
    status: 400,
    message: `\`${header}\` must be \`${value}\` or absent.`,
  }),

  contentEncoding: { status: 415, message: 'Compressed bodies are not supported: remove `Content-Encoding`.' },
  contentType: { status: 415, message: 'Unsupported `Content-Type`: send the query as application/json.' },
  charset: { status: 415, message: 'Unsupported charset: send the body in UTF-8.' },
  bodyTooLarge: { status: 413, message: `The body is larger than ${maxBodyBytes} bytes.` },
  bodyEndedEarly: { status: 400, message: 'The request body ended early.' },
  bodyTooSlow: () => ({
    ...overloaded(),
    message: 'The gateway is overloaded and the body arrived too slowly: try again shortly.',
    headers: { connection: 'close' },
  }),
  bodyNotJson: { status: 400, message: 'The body is not valid JSON in UTF-8.' },
  batch: { status: 400, message: 'Batching is not supported: send one operation per request.' },
  bodyNotObject: { status: 400, message: 'The body must be a JSON object such as `{"query": "…"}`.' },

  repeatedParam: (name: Param) => ({ status: 400, message: `\`${name}\` appears more than once in the URL.` }),
  paramNotJson: (name: Input) => ({ status: 400, message: `\`${name}\` in the URL is not valid JSON.` }),
  paramNotString: (name: Param) => ({ status: 400, message: `\`${name}\` must be a string.` }),
  paramNotObject: (name: Input) => ({ status: 400, message: `\`${name}\` must be an object.` }),
  noQuery: { status: 400, message: '`query` is missing: send the text of a GraphQL query.' },
  documentIdForm: {
    status: 400,
    message: `\`documentId\` must be \`sha256:\` and 64 hexadecimal digits in lower case, or 1 to ${maxDocumentIdLength} letters, digits, \`-\`, \`.\`, \`_\` and \`~\`, with a prefix and \`:\` before them or without.`,
  },
  documentIdTwice: {
    status: 400,
    message: '`documentId` and `extensions.persistedQuery` both name the document: send one of them.',
  },
  documentIdHash: {
    status: 400,
    message: '`documentId` is not the SHA-256 of `query` in hexadecimal: send one of them, or `sha256:` and that hash.',
  },
  persistedQueryForm: {
    status: 400,
    message: '`extensions.persistedQuery` must be `{"version": 1, "sha256Hash": "…"}`.',
  },
  persistedQueryHash: {
    status: 400,
    message: '`extensions.persistedQuery.sha256Hash` is not the SHA-256 of the query in hexadecimal.',
  },
  notInList: coded('PERSISTED_QUERY_NOT_IN_LIST', errorCodes.PERSISTED_QUERY_NOT_IN_LIST.meaning),
  tooManyInputValues: (name: Input) =>
    queryTooComplex(`The ${name} have more than ${maxInputValues} values: send less, or in several requests.`),
  inputTooDeep: (name: Input) =>
    queryTooComplex(`The ${name} have more than ${maxInputDepth} levels: send less, or in several requests.`),
  queryTooComplex,
  overloaded,
} as const satisfies Readonly<Record<string, Refusal | ((...args: never[]) => Refusal)>>;
