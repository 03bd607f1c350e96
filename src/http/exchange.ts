import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import type { Admission } from './admission.ts';
import type { AddressOptions } from './client-address.ts';
import type { Compressor } from './compression.ts';
import type { RequestContext } from '../context/request-context.ts';
import type { ErrorCode } from '../errors.ts';
import type { Holder, Memory } from './held-bytes.ts';
import type { HttpResponse } from './http-error.ts';
import type { Logger, Redactor } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { RequestTrace } from '../observability/traces/request-trace.ts';
import type { Traces } from '../observability/traces/traces.ts';
import type { CallAllowance } from '../operation/allowance.ts';
import type { FastPath } from '../operation/fast-path.ts';
import type { UnlistedDocument } from '../operation/safelist.ts';
import type { UnlistedLog } from '../operation/unlisted-log.ts';
import type { ParamsGate } from './params-gate.ts';
import type { RequestWeight } from './request-weight.ts';
import type { ShedLog } from './shed-log.ts';
import type { Workspace } from '../upstream/workspace.ts';

export interface GraphqlEndpointOptions {
  readonly apollo: ApolloServer<RequestContext>;
  /** Answers most repeated operations; undefined: Apollo Server answers all. */
  readonly fastPath: FastPath | undefined;
  readonly workspace: Workspace;
  readonly gate: ParamsGate;
  readonly unlistedLog: UnlistedLog;
  /** Whether a browser that opens the address gets an explorer. */
  readonly hasPage: boolean;
  readonly corsOrigins: ReadonlySet<string>;
  /** Undefined: responses are not compressed. */
  readonly compressor: Compressor | undefined;
  readonly requestTimeoutMs: number;
  /** For the client to read the response, after its request's deadline. */
  readonly writeTimeoutMs: number;
  readonly admission: Admission;
  /** Undefined: callers have no limit. */
  readonly allowance: CallAllowance | undefined;
  readonly shedLog: ShedLog;
  /** Whether the gateway is shutting down: connections end after their responses. */
  readonly isDraining: () => boolean;
  readonly memory: Memory;
  readonly metrics: Metrics | undefined;
  readonly traces: Traces | undefined;
  readonly addresses: AddressOptions;
  readonly log: Logger;
  readonly redactor: Redactor;
}

/** One HTTP request and its response. */
export interface Exchange {
  readonly trace: RequestTrace | undefined;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly startedAt: number;
  readonly timeoutMs: number;
  readonly authToken: string | undefined;
  readonly request: RequestContext;
  readonly weight: RequestWeight;
  /** The client, for as long as the response to it takes memory. */
  readonly reader: Holder;
}

export interface EndpointResponse extends HttpResponse {
  /** The code of a request that GraphQL never saw. */
  readonly refusedAs?: ErrorCode;
  /** A document that the list would have refused. */
  readonly unlisted?: UnlistedDocument | undefined;
}
