import {
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { CallObserver, SentCall } from '../../upstream/call-observer.ts';
import type { RequestFigures } from '../request-log.ts';

export interface TracedRequest extends Pick<RequestFigures, 'requestId' | 'status' | 'refusedAs' | 'outcome'> {
  readonly callCount: number;
}

/** What the traces of all requests have in common. */
export interface TraceParts {
  readonly tracer: Tracer;
  /** Attributes of all calls to the workspace. */
  readonly workspace: WorkspaceAddress;
  /** Whether calls take `traceparent` along. */
  readonly reachesWorkspace: boolean;
  /** Is told of the calls too. */
  readonly calls: CallObserver | undefined;
  /** Removes tokens from what clients choose. */
  readonly clean: (text: string) => string;
}

export interface WorkspaceAddress {
  /** Without a slash at its end. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT']);

/** Of a call that nobody asks about. */
const untold: SentCall = { headers: undefined, ended: () => undefined };

/**
 * The spans of one request: itself, its plan, waiting for rate-limit windows, each call to the workspace. Their names are
 * few; what differs is in attributes, by the semantic conventions for HTTP and GraphQL. None holds an id, a text, a variable or
 * a token: of the client's words, only the operation's name and the request's id, as in the log.
 */
export class RequestTrace implements CallObserver {
  readonly #parts: TraceParts;
  readonly #span: Span;
  readonly #context: Context;
  /** Epoch milliseconds, and the reading of the monotonic clock, at the beginning: all times are told by the latter. */
  readonly #beganAt = Date.now();
  readonly #begin = performance.now();

  /** `parent`: where the caller's own trace stands. */
  constructor(parts: TraceParts, parent: Context, givenMethod: string) {
    this.#parts = parts;
    const { tracer } = parts;
    const method = knownMethods.has(givenMethod) ? givenMethod : '_OTHER';
    const name = method === '_OTHER' ? 'HTTP /graphql' : `${method} /graphql`;
    const attributes = {
      'http.request.method': method,
      'http.route': '/graphql',
      'url.path': '/graphql',
      'url.scheme': 'http',
    };
    this.#span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes, startTime: this.#beganAt }, parent);
    this.#context = trace.setSpan(parent, this.#span);
  }

  /** Undefined where the request is not traced. */
  get traceId(): string | undefined {
    return this.#span.isRecording() ? this.#span.spanContext().traceId : undefined;
  }

  planned(ms: number, calls: number | undefined): void {
    if (!this.#span.isRecording()) return;
    const now = this.#now();
    const attributes = calls === undefined ? {} : { 'rocketchat.calls.planned': calls };
    this.#start('plan', SpanKind.INTERNAL, attributes, now - ms).end(now);
  }

  waited(endpoint: string, ms: number): void {
    this.#parts.calls?.waited(endpoint, ms);
    if (!this.#span.isRecording()) return;
    const now = this.#now();
    this.#start('wait for window', SpanKind.INTERNAL, { 'rocketchat.endpoint': endpoint }, now - ms).end(now);
  }

  sends(endpoint: string, attempt: number): SentCall {
    const { calls, reachesWorkspace } = this.#parts;
    const counted = calls?.sends(endpoint, attempt);
    if (!this.#span.isRecording() && !reachesWorkspace) return counted ?? untold;
    const span = this.#span.isRecording() ? this.#startCall(endpoint, attempt) : undefined;
    return {
      headers: reachesWorkspace ? ['traceparent', traceparentOf(span ?? this.#span)] : undefined,
      ended: (ms, result) => {
        counted?.ended(ms, result);
        if (span === undefined) return;
        if (typeof result === 'number') span.setAttribute('http.response.status_code', result);
        const hasFailed = typeof result === 'string' || result >= 400;
        if (hasFailed) span.setAttribute('error.type', String(result)).setStatus({ code: SpanStatusCode.ERROR });
        span.end(this.#now());
      },
    };
  }

  /** The request is answered. */
  ended({ requestId, status, refusedAs, callCount, outcome }: TracedRequest): void {
    const span = this.#span;
    if (!span.isRecording()) return;
    const { clean } = this.#parts;
    const { operationName, cost, runBy, errors } = outcome;
    const codes = errors === undefined ? [refusedAs].filter((code) => code !== undefined) : Object.keys(errors.codes);
    span.setAttributes({
      'http.response.status_code': status,
      'rocketchat.request_id': clean(requestId),
      'rocketchat.calls.spent': callCount,
    });
    if (cost !== undefined)
      span.setAttributes({ 'rocketchat.calls.planned': cost.calls, 'graphql.operation.type': 'query' });
    if (operationName !== undefined) span.setAttribute('graphql.operation.name', clean(operationName));
    if (runBy !== undefined) span.setAttribute('rocketchat.run_by', runBy);
    if (codes.length > 0) span.setAttribute('rocketchat.error_codes', codes);
    if (status >= 500) span.setAttribute('error.type', String(status)).setStatus({ code: SpanStatusCode.ERROR });
    span.end(this.#now());
  }

  #startCall(endpoint: string, attempt: number): Span {
    const { url, host, port } = this.#parts.workspace;
    const template = `/api/v1/${endpoint}`;
    const attributes = {
      'http.request.method': 'GET',
      'url.full': url + template, // the query names rooms and users
      'url.template': template,
      'server.address': host,
      'server.port': port,
      'rocketchat.endpoint': endpoint,
      ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
    };
    return this.#start(`GET ${template}`, SpanKind.CLIENT, attributes, this.#now());
  }

  #start(name: string, kind: SpanKind, attributes: Attributes, startTime: number): Span {
    return this.#parts.tracer.startSpan(name, { kind, attributes, startTime }, this.#context);
  }

  /** Epoch milliseconds, unmoved by corrections of the system's clock. */
  #now(): number {
    return this.#beganAt + performance.now() - this.#begin;
  }
}

const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
};
