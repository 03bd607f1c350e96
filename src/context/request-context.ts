import { refusalOfRequest, type GatewayError } from '../errors.ts';
import type { Charge, Outcome } from './outcome.ts';
import { maxReceivedBytes } from '../limits.ts';
import { Loaders } from '../loaders/index.ts';
import type { SavedCalls } from '../loaders/loader.ts';
import { AnswerSize } from './answer-size.ts';
import type { CallerKnowledge, QueryCost } from './query-cost.ts';
import { SearchAllowance } from '../loaders/search-allowance.ts';
import { singly } from '../loaders/bulk-or-single.ts';
import type { EndpointBudget } from '../upstream/rate-limit/rate-limits.ts';
import { RequestUpstream } from '../upstream/request-upstream.ts';
import type { CallObserver } from '../upstream/call-observer.ts';
import type { Credentials } from '../upstream/caller.ts';
import type { Workspace } from '../upstream/workspace.ts';

/** What resolvers may use. It belongs to one request: never keep or share any of it. */
export interface Context {
  /** The caller's user id as the request claims it; the workspace verifies it with the token at every call. */
  readonly viewerId: string;
  readonly loaders: Loaders;
  readonly upstreamBudget: readonly EndpointBudget[];
  /** The calls that pages may make beyond their price, to search for their rows. */
  readonly search: SearchAllowance;
  readonly answerSize: AnswerSize;
}

/** Accounts for the memory of requests in flight. */
export interface Weight {
  /** Bytes of upstream responses so far. */
  received(bytes: number): void;
  /** Values in the response so far. */
  answered(values: number): void;
}

/** Watches a request, for metrics and traces. */
export interface Observers {
  readonly calls?: CallObserver | undefined;
  readonly trace?: PlanObserver | undefined;
}

export interface PlanObserver {
  /** The input was checked and the price worked out, in this many milliseconds until now. `calls`: undefined if refused. */
  planned(ms: number, calls: number | undefined): void;
}

/**
 * The context of one request, with its own connection to upstream. Apollo Server copies it shallowly, so it has only
 * copyable fields: no private names, and mutable state behind references.
 */
export class RequestContext implements Context {
  readonly outcome: Outcome = {};
  readonly answerSize: AnswerSize;
  readonly search = new SearchAllowance();
  readonly trace: PlanObserver | undefined;
  private readonly upstream: RequestUpstream | undefined;
  private readonly created: { loaders?: Loaders } = {};

  /** `deadline`: epoch milliseconds at which the response is sent with what is ready. `weight` accounts for memory until then. */
  constructor(
    workspace: Workspace,
    credentials: Credentials | undefined,
    deadline: number,
    weight?: Weight,
    { calls, trace }: Observers = {},
  ) {
    this.trace = trace;
    this.answerSize = new AnswerSize(
      () => this.isAccepted,
      (values) => weight?.answered(values),
    );
    const receive = (bytes: number) => {
      weight?.received(bytes);
      if (bytes > maxReceivedBytes) this.stop(this.answerSize.refuse(rowsTooLarge()));
    };
    this.upstream =
      credentials === undefined ? undefined : new RequestUpstream(workspace, credentials, deadline, receive, calls);
  }

  get isAuthenticated(): boolean {
    return this.upstream !== undefined;
  }

  /** Whether the operation has been admitted: its calls are charged. */
  get isAdmitted(): boolean {
    return this.outcome.atMost !== undefined;
  }

  /** Identifies the caller beyond the request: a hash of user id and token, which does not reveal the token. */
  get callerKey(): string | undefined {
    return this.upstream?.callerKey;
  }

  /** Whether the workspace has accepted the caller's credentials, in this request or an earlier one. */
  get isAccepted(): boolean {
    return this.upstream?.isAccepted ?? false;
  }

  /** Upstream calls made so far, by endpoint. */
  get upstreamCalls(): ReadonlyMap<string, number> {
    return this.upstream?.calls ?? new Map();
  }

  /** Their sum. */
  get callCount(): number {
    let calls = 0;
    for (const count of this.upstreamCalls.values()) calls += count;
    return calls;
  }

  /** Calls shared with the same caller's other requests (single flight). */
  get sharedCalls(): number {
    return this.upstream?.sharedCalls ?? 0;
  }

  /** Retried calls, beyond those. */
  get retries(): number {
    return this.upstream?.retries ?? 0;
  }

  /** Calls that the request did without. */
  get savedCalls(): Readonly<SavedCalls> {
    return this.outcome.savedCalls ?? this.created.loaders?.savedCalls ?? nothingSaved;
  }

  get droppedRows(): number {
    return this.upstream?.droppedRows ?? 0;
  }

  get viewerId(): string {
    return this.client.callerId;
  }

  get loaders(): Loaders {
    return (this.created.loaders ??= new Loaders(this.client, this.search, this.outcome.cost?.ways ?? singly));
  }

  /** Whether replicas share a store, and it is away: then this one keeps to its share of the rate limit. */
  get isStoreAway(): boolean {
    return this.upstream?.isStoreAway ?? false;
  }

  get upstreamBudget(): EndpointBudget[] {
    return this.client.budget;
  }

  /** What changes the cost of the caller’s operations. Knowledge of a room holds for the whole request. */
  get knowledge(): CallerKnowledge {
    return {
      lists: {
        rooms: this.upstream?.answersList('rooms.get') ?? true,
        memberships: this.upstream?.answersList('subscriptions.get') ?? true,
      },
      knowsRoom: (roomId) => this.upstream?.rooms.isDirectMessage(roomId) ?? false,
    };
  }

  /** Allows the operation the calls of its estimated cost, and its spare calls, before it runs. */
  admit(cost: QueryCost, atMost: number, charge: Charge | undefined): void {
    this.outcome.atMost = atMost;
    if (charge !== undefined) this.outcome.charge = charge;
    this.upstream?.limitCalls(atMost);
    this.search.open(atMost - cost.calls, charge);
  }

  /** Cancels pending upstream calls and makes no more: the deadline passed, the client left, or the response is ready. */
  stop(reason: GatewayError): void {
    this.upstream?.stop(reason);
    this.search.close(reason);
  }

  private get client(): RequestUpstream {
    if (this.upstream === undefined) throw unauthenticated();
    return this.upstream;
  }
}

const nothingSaved: Readonly<SavedCalls> = { joined: 0, bulk: 0 };

const rowsTooLarge = (): string =>
  `The workspace’s responses to this query exceed ${maxReceivedBytes} bytes. Ask for smaller pages, or for fewer of them.`;

export const unauthenticated = (): GatewayError =>
  refusalOfRequest(
    'UNAUTHENTICATED',
    'Send the headers `X-User-Id` and `X-Auth-Token` that Rocket.Chat gave at login, each once.',
  );
