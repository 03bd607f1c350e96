import { hash } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { AcceptedCallers } from './accepted-callers.ts';
import { noAnswer, outcomeOf, readBody, tooLate } from './answers.ts';
import { Breaker, type BreakerState } from './breaker.ts';
import { Budget, type BudgetCaller, type Ticket } from './budget.ts';
import { systemClock, type Clock, type Turn } from './gate.ts';
import { RoomMemory } from './known-rooms.ts';
import type { Lane } from './lane.ts';
import { CallQueue, type QueueLimits } from './queue.ts';
import { ReceiptsLicence } from './receipts-licence.ts';
import { refusal } from './refusals.ts';
import { repeatOf, RetryPolicy, type Repeat } from './retry.ts';
import { Cancellation, Sharing, type Call } from './sharing.ts';
import { NoAnswer, Transport, type Answer } from './transport.ts';

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
  readonly queueLimits?: QueueLimits;
  readonly clock?: Clock;
  /** At least 0, less than 1. */
  readonly random?: () => number;
}

/** A caller as the workspace's memory knows him: by a hash of user id and token, never by the token. */
export interface Caller extends BudgetCaller {
  readonly userId: string;
  readonly headers: readonly string[];
}

export interface CallRequest {
  readonly endpoint: string;
  /** Path with the query, below the workspace's URL. */
  readonly path: string;
  readonly caller: Caller;
  /** Epoch milliseconds at which its request is answered. */
  readonly deadline: number;
  /** The calls of its request. */
  readonly lane: Lane;
  /** Whether making it twice does no harm. */
  readonly isHarmless: boolean;
  /** Called right before the call goes out; throws when it shall not any more. */
  readonly check: () => void;
  /** Called when an attempt goes out: it may not, for want of budget or place. */
  readonly onSent: (attempt: number) => void;
}

/** What is left of a request's time when a call has waited for its turn, to be made and answered. Milliseconds. */
const answerMarginMs = 100;
/** With less time than this left, a call is not begun. Milliseconds. */
const minAttemptMs = 50;

/** What a call needs to go out: its place in the call window, and the breaker's leave. */
interface Pass {
  readonly ticket: Ticket;
  readonly era: number;
}

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
 * A call goes: breaker (is the workspace up at all?) → call window (would its limiter refuse?) → lane of its request →
 * queue of all callers → breaker again → the wire. An attempt that fails in a way that can pass goes the same way once
 * more. The window comes first, for waiting in it can take seconds, and no place may be held meanwhile.
 */
export class Workspace {
  readonly budget: Budget;
  readonly acceptedCallers = new AcceptedCallers();
  readonly roomMemory = new RoomMemory();
  readonly receiptsLicence: ReceiptsLicence;
  /** Rows of the longest page seen: the workspace's cap on `count` is at least that. */
  longestPage = 0;
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #sharing: Sharing<JsonObject> | undefined;
  readonly #clock: Clock;
  readonly #breaker: Breaker;
  readonly #queue: CallQueue;
  readonly #retries: RetryPolicy;

  constructor(options: WorkspaceOptions) {
    const { url, timeoutMs, sharesInFlight = false, attempts = 2, queueLimits, clock = systemClock, random = Math.random } = options;
    this.#transport = new Transport({ url, connectTimeoutMs: timeoutMs });
    this.#timeoutMs = timeoutMs;
    this.#sharing = sharesInFlight ? new Sharing(clock) : undefined;
    this.#clock = clock;
    this.budget = new Budget(clock);
    this.receiptsLicence = new ReceiptsLicence(clock);
    this.#breaker = new Breaker(clock, random);
    this.#queue = new CallQueue(queueLimits, clock);
    this.#retries = new RetryPolicy(attempts, clock, random);
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
    return this.#queue.waitOf(callerKey);
  }

  /** Retries that were not made because the workspace fails too often. */
  get retriesDenied(): number {
    return this.#retries.budget.denied;
  }

  caller({ userId, authToken, address }: Credentials): Caller {
    const headers = ['x-auth-token', authToken, 'x-user-id', userId, 'accept', 'application/json', 'accept-encoding', 'identity'];
    if (address !== undefined) headers.push('x-real-ip', address);
    return { key: hash('sha256', `${userId}\0${authToken}`, 'base64url'), userId, address, headers };
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
        const pass = await this.#enter(request, cancellation);
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

  /** Waits for everything that a call needs to go out. Whatever was taken is given back when it may not. */
  async #enter(request: CallRequest, cancellation: Cancellation): Promise<Pass> {
    const { endpoint, caller, lane, deadline } = request;
    const until = deadline - answerMarginMs;
    const given: (() => void)[] = [];
    try {
      if (this.#breaker.refusesForMs !== undefined) throw this.#circuitOpen(endpoint);
      const ticket = this.budget.enter(endpoint, caller, until);
      if (ticket.ready !== undefined) await granted({ promise: ticket.ready, leave: ticket.leave }, cancellation);
      given.push(ticket.giveBack);
      const turn = lane.enter();
      if (turn !== undefined) await granted(turn, cancellation);
      given.push(() => lane.exit());
      const place = this.#queue.enter(caller.key, until);
      if (place !== undefined) await granted(place, cancellation);
      given.push(() => this.#queue.exit(caller.key));
      if (cancellation.isCancelled) throw givenUp();
      request.check();
      if (deadline - this.#clock.now() < minAttemptMs) throw tooLate(endpoint, 'no time left');
      const era = this.#breaker.admit();
      if (era === undefined) throw this.#circuitOpen(endpoint);
      return { ticket, era };
    } catch (error) {
      for (const giveBack of given) giveBack();
      throw error;
    }
  }

  #circuitOpen(endpoint: string): GatewayError {
    return new GatewayError('UPSTREAM_UNAVAILABLE', `The workspace is not asked for now, as it does not answer (${endpoint}).`, {
      reason: 'circuit_open',
      retryAfterSeconds: this.#breaker.retryAfterSeconds,
      detail: 'circuit open',
    });
  }

  /** One attempt on the wire. What `#enter` took is given back when it has ended. */
  async #send(request: CallRequest, { ticket, era }: Pass, isFresh: boolean, cancellation: Cancellation): Promise<JsonObject | Failure> {
    const { endpoint, path, caller, lane } = request;
    const startedAt = this.#clock.now();
    const { headers } = caller;
    const onStart = (giveUp: () => void) => cancellation.onCancel(giveUp);
    const answer = await this.#transport.get(path, { headers, timeoutMs: this.#timeoutMs, isFresh, onStart });
    this.#breaker.exit(era, outcomeOf(answer));
    this.#queue.exit(caller.key);
    lane.exit();
    if (!(answer instanceof NoAnswer)) {
      this.#retries.durations.add(this.#clock.now() - startedAt);
      return this.#read(request, answer, ticket);
    }
    if (answer.reason === 'unsent') ticket.giveBack();
    else ticket.exit(undefined);
    return new Failure(noAnswer(endpoint, answer), repeatOf(answer));
  }

  /** The body of a success; everything else is a failure. The ticket learns what the answer tells of the call window. */
  #read({ endpoint, caller }: CallRequest, answer: Answer, ticket: Ticket): JsonObject | Failure {
    const body = readBody(answer);
    const { status, headers } = answer;
    if (status === 200 && body?.['success'] === true) {
      ticket.exit({ headers, limiter: 'passed' });
      this.acceptedCallers.accept(caller.key, caller.userId);
      return body;
    }
    const now = this.#clock.now();
    const error = refusal(endpoint, status, headers, body, now);
    if (error.code === 'UNAUTHENTICATED') this.acceptedCallers.refuse(caller.key);
    const { retryAfterSeconds } = error.extensions;
    if (error.code === 'RATE_LIMITED' && typeof retryAfterSeconds === 'number') {
      ticket.exit({ headers, limiter: 'refused', refusedUntil: error.retryAt ?? now + retryAfterSeconds * 1000 });
    } else ticket.exit({ headers, limiter: 'unknown' });
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

const givenUp = () => new NoAnswer('cancelled', 'given up');

/** Waits for a turn. One that has come counts as taken even when the call is given up at that very moment. */
const granted = ({ promise, leave }: Turn, cancellation: Cancellation): Promise<void> =>
  new Promise((resolve, reject) => {
    cancellation.onCancel(() => {
      if (leave()) reject(givenUp());
    });
    promise.then(resolve, reject);
  });
