import type { IncomingMessage } from 'node:http';
import { GatewayError } from './errors.ts';
import { createLoaders, type Loaders } from './loaders/index.ts';
import type { ErrorSummary } from './observability/outcome.ts';
import { UpstreamClient, type Credentials, type Workspace } from './upstream/client.ts';
import type { EndpointBudget } from './upstream/budget.ts';

/** What resolvers may use. It belongs to one request: nothing in it may be kept or shared. */
export interface Context {
  /** The caller's user id, as the request claims it: the workspace checks it together with the token at every call. */
  readonly viewerId: string;
  readonly loaders: Loaders;
  /** What the workspace taught this process; nothing of any caller's data. */
  readonly workspace: Workspace;
  readonly upstreamBudget: readonly EndpointBudget[];
}

/** Printable ASCII, and not endless: what can be a header value of Rocket.Chat's. */
const credentialForm = /^[\x21-\x7E]{1,256}$/;

/** The caller's credentials, or undefined when one is missing, given twice or malformed. Their truth is upstream's to say. */
export function readCredentials({ headersDistinct }: IncomingMessage): Credentials | undefined {
  const userId = onlyValue(headersDistinct['x-user-id']);
  const authToken = onlyValue(headersDistinct['x-auth-token']);
  return userId === undefined || authToken === undefined ? undefined : { userId, authToken };
}

const onlyValue = (values: string[] | undefined): string | undefined =>
  values?.length === 1 && credentialForm.test(values[0] ?? '') ? values[0] : undefined;

/** What became of a request, filled in while it runs, for its log line. */
export interface Outcome {
  operationName?: string;
  errors?: ErrorSummary;
}

/**
 * The context of one request, with an upstream client of its own. Apollo Server makes a shallow copy of it, so it keeps
 * to fields that may be copied: no private names, and what changes is behind a reference.
 */
export class RequestContext implements Context {
  readonly workspace: Workspace;
  readonly outcome: Outcome = {};
  private readonly upstream: UpstreamClient | undefined;
  private createdLoaders: Loaders | undefined;

  constructor(workspace: Workspace, credentials: Credentials | undefined) {
    this.workspace = workspace;
    this.upstream = credentials === undefined ? undefined : new UpstreamClient(workspace, credentials);
  }

  get isAuthenticated(): boolean {
    return this.upstream !== undefined;
  }

  get upstreamCalls(): number {
    return this.upstream?.calls ?? 0;
  }

  get droppedRows(): number {
    return this.upstream?.droppedRows ?? 0;
  }

  get viewerId(): string {
    return this.client.callerId;
  }

  get loaders(): Loaders {
    return (this.createdLoaders ??= createLoaders(this.client));
  }

  get upstreamBudget(): EndpointBudget[] {
    return this.client.budget;
  }

  /** Gives up the pending upstream calls: the deadline passed, or the client left. */
  stop(reason: GatewayError): void {
    this.upstream?.stop(reason);
  }

  private get client(): UpstreamClient {
    if (this.upstream === undefined) throw unauthenticated();
    return this.upstream;
  }
}

export const unauthenticated = (): GatewayError =>
  new GatewayError(
    'UNAUTHENTICATED',
    'Send the headers `X-User-Id` and `X-Auth-Token` that Rocket.Chat gave at login, each once.',
  );
