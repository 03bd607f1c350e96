import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GatewayError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { AcceptedCallers } from './memory/accepted-callers.ts';
import { noAnswer, outcomeOf, readBody } from './transport/answers.ts';
import { Breaker, type BreakerState } from './transport/breaker.ts';
import { RateLimits, type LimitedCaller, type Ticket } from './rate-limit/rate-limits.ts';
import { callerKeyOf } from './memory/caller-key.ts';
import { systemClock, type Clock } from './clock.ts';
import { FailingLists } from './memory/failing-lists.ts';
import { RoomMemory } from './memory/known-rooms.ts';
import { givenUp, Dispatcher, type Pass, type PendingCall } from './queue/dispatcher.ts';
import { Bulkhead, type BulkheadLimits } from './queue/bulkhead.ts';
import { ReceiptsLicence } from './memory/receipts-licence.ts';
import { hasAcceptedCaller, limiterOf, refusal } from './transport/refusals.ts';
import { repeatOf, RetryPolicy, type Repeat } from './transport/retry.ts';
import { Cancellation, InFlightCalls, type Call } from './queue/in-flight-calls.ts';
import { TransportError, Transport, type UpstreamResponse } from './transport/transport.ts';
import { WorkspaceClock } from './rate-limit/workspace-clock.ts';

/** A pair that Rocket.Chat gave at login, checked for form only, and the end user's address where it is forwarded. */
export interface Credentials {
  readonly userId: string;
  readonly authToken: string;
  readonly address?: string | undefined;
}

export interface WorkspaceOptions {
  readonly url: string;
  /** Milliseconds that one call may take in all. */
  readonly timeoutMs: number;
  /** Whether equal calls under way of the same caller are shared between his requests. */
  readonly sharesInFlight?: boolean;
  /** Attempts at most for a call that fails by a fault that can pass. */
  readonly attempts?: number;
  readonly queueLimits?: BulkheadLimits;
  readonly clock?: Clock;
  /** At least 0, less than 1. */
  readonly random?: () => number;
}

/** A caller as the workspace's memory knows him: by a hash of user id and token, never by the token. */
export interface Caller extends LimitedCaller {
  readonly userId: string;
  readonly headers: readonly string[];
}

export interface CallRequest extends PendingCall {
  /** Path with the query, below the workspace's URL. */
  readonly path: string;
  readonly caller: Caller;
  /** Whether making it twice does no harm. */
  readonly isHarmless: boolean;
  /** Called when the workspace does not accept the credentials, before the next call has its turn. */
  readonly onUnauthenticated: (error: GatewayError) => void;
  /** Called when an attempt goes out: it may not, for want of budget or place. */
  readonly onSent: (attempt: number) => void;
  /** Told of the bytes of its answer as they come. */
  readonly onData?: (bytes: number) => void;
}

/** Bodies beyond this take a good part of a turn of the event loop to be parsed. Bytes. */
const largeBody = 256 * 1024;

/** An attempt that went out and failed. */
class Failure {
  readonly error: GatewayError;
  readonly repeat: Repeat | undefined;

  constructor(error: GatewayError, repeat: Repeat | undefined) {
    this.error = error;
    this.repeat = repeat;
  }
}

/**
 * One workspace, for the life of the process: the connections to it and what its answers taught. Shared by all callers,
 * so it holds nothing of anybody's data.
 *
 * A call passes what `Dispatcher` names, and goes out. An attempt that fails in a way that can pass goes the same way once more.
 */
export class Workspace {
  readonly budget: RateLimits;
  readonly acceptedCallers = new AcceptedCallers();
  readonly failingLists: FailingLists;
  readonly roomMemory = new RoomMemory();
  readonly receiptsLicence: ReceiptsLicence;
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #workspaceClock: WorkspaceClock;
  readonly #sharing: InFlightCalls<JsonObject> | undefined;
  readonly #clock: Clock;
  readonly #breaker: Breaker;
  readonly #queue: Bulkhead;
  readonly #passage: Dispatcher;
  readonly #retries: RetryPolicy;

  constructor(options: WorkspaceOptions) {
    const {
      url,
      timeoutMs,
      sharesInFlight = false,
      attempts = 2,
      queueLimits,
      clock = systemClock,
      random = Math.random,
    } = options;
    this.#transport = new Transport({ url, connectTimeoutMs: timeoutMs });
    this.#timeoutMs = timeoutMs;
    this.#sharing = sharesInFlight ? new InFlightCalls(clock) : undefined;
    this.#clock = clock;
    this.failingLists = new FailingLists(clock);
    this.receiptsLicence = new ReceiptsLicence(clock);
    this.#workspaceClock = new WorkspaceClock(clock);
    this.#breaker = new Breaker(clock, random);
    this.#queue = new Bulkhead(queueLimits, clock);
    this.#retries = new RetryPolicy(attempts, clock, random);
    const userOf = (callerKey: string) => this.acceptedCallers.userOf(callerKey);
    const usualAnswerMs = () => this.#retries.durations.usualMs;
    this.budget = new RateLimits({ clock, workspaceClock: this.#workspaceClock, userOf, usualAnswerMs });
    this.#passage = new Dispatcher({ clock, breaker: this.#breaker, budget: this.budget, queue: this.#queue, userOf });
  }

  /** `open`: the workspace is taken to be down, and is not asked. */
  get breakerState(): BreakerState {
    return this.#breaker.state;
  }

  /** Calls on the wire. */
  get inFlight(): number {
    return this.#queue.inFlight;
  }

  /** Calls that wait for a place; those that wait for their window are not among them. */
  get queueLength(): number {
    return this.#queue.length;
  }

  /** Milliseconds that a caller's next call has to expect to wait for a place. */
  waitOf(callerKey: string): number {
    return this.#queue.waitOf(this.#placeKey(callerKey));
  }

  /** Whether the queue is nearly full, and with calls of this caller more than with those of others. */
  isFilledBy(callerKey: string): boolean {
    return this.#queue.isFilledBy(this.#placeKey(callerKey));
  }

  /** Retries that were not made because the workspace fails too often. */
  get retriesDenied(): number {
    return this.#retries.budget.denied;
  }

  caller({ userId, authToken, address }: Credentials): Caller {
    const headers = [
      'x-auth-token',
      authToken,
      'x-user-id',
      userId,
      'accept',
      'application/json',
      'accept-encoding',
      'identity',
    ];
    if (address !== undefined) headers.push('x-real-ip', address);
    return { key: callerKeyOf(userId, authToken), userId, address, headers };
  }

  /** A successful answer's body. */
  call(request: CallRequest): Call<JsonObject> & { readonly isShared: boolean } {
    const { caller, path, deadline } = request;
    const start = () => this.#start(request);
    if (this.#sharing === undefined) return { ...start(), isShared: false };
    return this.#sharing.join(`${caller.key} ${caller.address ?? ''} ${path}`, deadline, start);
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** Whose places a caller's calls take. */
  #placeKey(callerKey: string): string {
    return this.acceptedCallers.userOf(callerKey) ?? callerKey;
  }

  #start(request: CallRequest): Call<JsonObject> {
    const cancellation = new Cancellation();
    return { promise: this.#perform(request, cancellation), cancel: () => cancellation.cancel() };
  }

  /** Attempts until one succeeds, or until it makes no sense to try again. */
  async #perform(request: CallRequest, cancellation: Cancellation): Promise<JsonObject> {
    let failed: Failure | undefined;
    for (let attempt = 1; ; attempt += 1) {
      let result: JsonObject | Failure;
      try {
        const pass = await this.#passage.enter(request, cancellation);
        request.onSent(attempt);
        if (attempt === 1) this.#retries.budget.deposit();
        result = await this.#send(request, pass, failed?.repeat?.isStaleSocket === true, cancellation);
      } catch (error) {
        throw failed?.error ?? error; // an attempt that did not go out tells less than the one before it
      }
      if (!(result instanceof Failure)) return result;
      failed = result;
      const { deadline, isHarmless } = request;
      const wait = failed.repeat && this.#retries.waitBefore(failed.repeat, { attempt, isHarmless, deadline });
      if (wait === undefined) throw failed.error;
      if (wait > 0) await this.#sleep(wait, cancellation);
    }
  }

  /** One attempt on the wire. What the passage took is given back when it has ended. */
  async #send(
    request: CallRequest,
    pass: Pass,
    isFresh: boolean,
    cancellation: Cancellation,
  ): Promise<JsonObject | Failure> {
    const { endpoint, path, caller, lane, onData } = request;
    const { ticket, placeKey, era } = pass;
    const sentAt = this.#clock.now();
    const { headers } = caller;
    const onStart = (giveUp: () => void) => cancellation.onCancel(giveUp);
    const answer = await this.#transport.get(path, { headers, timeoutMs: this.#timeoutMs, isFresh, onStart, onData });
    this.#breaker.exit(era, outcomeOf(answer), { user: caller.userId, endpoint });
    this.#queue.exit(placeKey);
    lane.exit();
    if (!(answer instanceof TransportError)) {
      this.#retries.durations.add(this.#clock.now() - sentAt);
      if (answer.status < 500) this.#workspaceClock.learn(answer.headers.date, sentAt); // else it can be a proxy's
      const result = this.#read(request, answer, ticket);
      if (answer.body.length > largeBody) await nextTurn(); // what becomes of its rows is a turn of its own
      return result;
    }
    if (answer.reason === 'unsent') ticket.giveBack();
    else ticket.exit(undefined);
    return new Failure(noAnswer(endpoint, answer), repeatOf(answer));
  }

  /** The body of a success; everything else is a failure. The ticket learns what the answer tells of the call window. */
  #read(
    { endpoint, caller, onUnauthenticated }: CallRequest,
    answer: UpstreamResponse,
    ticket: Ticket,
  ): JsonObject | Failure {
    const body = readBody(answer);
    const { status, headers } = answer;
    if (status === 200 && body?.['success'] === true) {
      this.acceptedCallers.accept(caller.key, caller.userId);
      ticket.exit({ headers, limiter: 'passed' });
      return body;
    }
    const now = this.#clock.now();
    const error = refusal(endpoint, status, headers, body, now, this.#workspaceClock.likelyAheadMs);
    if (error.code === 'UNAUTHENTICATED') {
      this.acceptedCallers.refuse(caller.key);
      onUnauthenticated(error);
    }
    if (hasAcceptedCaller(error)) this.acceptedCallers.accept(caller.key, caller.userId);
    const refusedUntil = error.retryAt ?? now + Number(error.extensions['retryAfterSeconds']) * 1000;
    ticket.exit({ headers, limiter: limiterOf(error), ...(error.code === 'RATE_LIMITED' && { refusedUntil }) });
    return new Failure(error, repeatOf(error));
  }

  #sleep(ms: number, cancellation: Cancellation): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = this.#clock.after(ms, resolve);
      cancellation.onCancel(() => {
        wake();
        reject(givenUp());
      });
    });
  }
}
