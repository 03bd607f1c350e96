import { systemClock, type Clock } from '../clock.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * How a call ended, for the breaker. Only failures that concern the workspace as a whole count (see `failures.ts`):
 * every other response is a `success`, so that one caller's odd query does not cut off all others.
 */
export type CallOutcome = 'success' | 'failure' | 'timeout' | 'unknown';

/** Who made a call, as claimed (made-up users are refused long before a call times out), and to which endpoint. */
export interface CallOrigin {
  readonly user: string;
  readonly endpoint: string;
}

/** The sliding window: ten buckets of one second. */
const bucketMs = 1000;
const buckets = 10;
const minCalls = 20;
const minFailureShare = 0.5;
/** Time-outs count when this many users and endpoints had them: one user's slow query is not an outage. */
const minUsersTimedOut = 3;
const minEndpointsTimedOut = 2;
const firstOpenMs = 5000;
const longestOpenMs = 30_000;
const successesToClose = 3;
/** After a success, another gateway's opinion does not count for this long. Milliseconds. */
const believeMs = 1000;

interface Bucket {
  readonly second: number;
  calls: number;
  failures: number;
  readonly timeouts: CallOrigin[];
}

/**
 * Circuit breaker: pauses calls to a workspace that is down. It opens when at least half of 20 or more calls in the last
 * 10 seconds have failed, for 5 seconds (give or take a fifth, so that several gateways do not return together), and
 * twice as long each time, up to 30. Then it is half-open and lets one call through at a time; three successes close it.
 * Time-outs are failures once three users on two endpoints had them; before that they do not count at all, and one
 * user's time-outs do not reopen it.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Runs when it opens, with the milliseconds until it is half-open. */
  readonly #onOpen: (ms: number) => void;
  /** When a call succeeded last, in epoch milliseconds. */
  #succeededAt = 0;
  /** Buckets with calls, oldest first. */
  #window: readonly Bucket[] = [];
  #state: BreakerState = 'closed';
  /** Rises with every change of state: results of calls from an earlier era come too late. */
  #era = 0;
  #openUntil = 0;
  #openings = 0;
  #isProbing = false;
  #successes = 0;
  /** The user whose half-open call timed out. */
  #timedOut: string | undefined;

  constructor(
    clock: Clock = systemClock,
    random: () => number = Math.random,
    onOpen: (ms: number) => void = () => undefined,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#onOpen = onOpen;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Milliseconds until the next call makes sense; undefined when a call may go out now. */
  get refusesForMs(): number | undefined {
    const left = this.#state === 'open' ? this.#openUntil - this.#clock.now() : 0;
    if (left > 0) return left;
    return this.#isProbing ? bucketMs : undefined;
  }

  /** The same in whole seconds, at least 1, for refused callers. */
  get retryAfterSeconds(): number {
    return Math.max(1, Math.ceil((this.refusesForMs ?? 0) / 1000));
  }

  /** The era for a call, which `exit` takes when the call has ended; undefined when no call may go out. */
  admit(): number | undefined {
    if (this.refusesForMs !== undefined) return undefined;
    if (this.#state === 'open') this.#change('half-open');
    this.#isProbing = this.#state === 'half-open';
    return this.#era;
  }

  /** Another gateway found the workspace down. Not believed while it serves this one: the other's own way may be broken. */
  hear(downMs: number): void {
    if (downMs <= 0 || this.#state !== 'closed' || this.#clock.now() - this.#succeededAt < believeMs) return;
    this.#change('open');
    this.#openUntil = this.#clock.now() + Math.min(downMs, longestOpenMs);
  }

  exit(era: number, outcome: CallOutcome, origin: CallOrigin): void {
    if (outcome === 'success') this.#succeededAt = this.#clock.now();
    if (era !== this.#era) return;
    if (this.#state === 'closed') this.#count(outcome, origin);
    else this.#learn(outcome, origin);
  }

  #count(outcome: CallOutcome, origin: CallOrigin): void {
    if (outcome === 'unknown') return;
    const second = Math.floor(this.#clock.now() / bucketMs);
    let bucket = this.#window.at(-1);
    if (bucket?.second !== second) {
      bucket = { second, calls: 0, failures: 0, timeouts: [] };
      this.#window = [...this.#window.filter((each) => each.second > second - buckets), bucket];
    }
    if (outcome === 'timeout') bucket.timeouts.push(origin);
    else bucket.calls += 1;
    if (outcome === 'success') return;
    if (outcome === 'failure') bucket.failures += 1;
    const timeouts = this.#countTimeouts();
    const calls = this.#window.reduce((sum, each) => sum + each.calls, timeouts);
    const failures = this.#window.reduce((sum, each) => sum + each.failures, timeouts);
    if (calls >= minCalls && failures >= calls * minFailureShare) this.#open();
  }

  #countTimeouts(): number {
    const timeouts = this.#window.flatMap((each) => each.timeouts);
    const users = new Set(timeouts.map(({ user }) => user));
    const endpoints = new Set(timeouts.map(({ endpoint }) => endpoint));
    return users.size >= minUsersTimedOut && endpoints.size >= minEndpointsTimedOut ? timeouts.length : 0;
  }

  /** Result of a call while open or half-open. */
  #learn(outcome: CallOutcome, { user }: CallOrigin): void {
    this.#isProbing = false;
    const isSecondTimedOut = outcome === 'timeout' && this.#timedOut !== undefined && this.#timedOut !== user;
    if (outcome === 'timeout') this.#timedOut ??= user;
    if (outcome === 'failure' || isSecondTimedOut) this.#open();
    if (outcome !== 'success') return;
    this.#successes += 1;
    if (this.#successes < successesToClose) return;
    this.#change('closed');
    this.#openings = 0;
  }

  #open(): void {
    this.#change('open');
    const ms = Math.min(longestOpenMs, firstOpenMs * 2 ** this.#openings);
    const openMs = ms * (0.8 + 0.4 * this.#random());
    this.#openUntil = this.#clock.now() + openMs;
    this.#openings += 1;
    this.#onOpen(openMs);
  }

  #change(state: BreakerState): void {
    this.#state = state;
    this.#era += 1;
    this.#isProbing = false;
    this.#successes = 0;
    this.#timedOut = undefined;
    this.#window = [];
  }
}
