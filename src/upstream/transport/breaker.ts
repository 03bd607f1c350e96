import { systemClock, type Clock } from '../clock.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * How a call ended, for the breaker: `failure` is a broken connection, or 502, 503 and 504; `timeout` a call that took too
 * long. Whatever else was answered is a `success`, so that nobody's odd question cuts everybody off. `unknown`: given up by us.
 */
export type CallOutcome = 'success' | 'failure' | 'timeout' | 'unknown';

/** Whose call it was, as it claimed (who made that up has been refused long before a call takes too long), and to which endpoint. */
export interface CallOrigin {
  readonly user: string;
  readonly endpoint: string;
}

/** Calls are counted in pieces of one second each, ten of them. */
const pieceMs = 1000;
const pieces = 10;
const minCalls = 20;
const minFailureShare = 0.5;
/** Calls that took too long count when they are of so many users and endpoints: one user's slow question is not an outage. */
const minUsersTimedOut = 3;
const minEndpointsTimedOut = 2;
const firstOpenMs = 5000;
const longestOpenMs = 30_000;
const successesToClose = 3;

interface Piece {
  readonly second: number;
  calls: number;
  failures: number;
  readonly timeouts: CallOrigin[];
}

/**
 * Stops asking a workspace that is down. It opens when of 20 calls or more in the last 10 seconds half have failed, for
 * 5 seconds (give or take a fifth, so that several gateways do not come back together), and twice as long each time, up
 * to 30. Then one call at a time tries; three that succeed close it. Calls that took too long are failures only where
 * they met three users on two endpoints; until then they are not counted at all, nor do those of one user open it again.
 */
export class Breaker {
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Pieces with calls in them, oldest first. */
  #window: readonly Piece[] = [];
  #state: BreakerState = 'closed';
  /** Rises with every change of state: what a call of an earlier one tells comes too late. */
  #era = 0;
  #openUntil = 0;
  #openings = 0;
  #isProbing = false;
  #successes = 0;
  /** Whose trying call took too long. */
  #timedOut: string | undefined;

  constructor(clock: Clock = systemClock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Milliseconds until asking again makes sense; undefined when a call may be made now. */
  get refusesForMs(): number | undefined {
    const left = this.#openUntil - this.#clock.now();
    if (this.#state === 'open' && left > 0) return left;
    return this.#isProbing ? pieceMs : undefined;
  }

  /** The same in whole seconds, for who is refused: one at least. */
  get retryAfterSeconds(): number {
    return Math.max(1, Math.ceil((this.refusesForMs ?? 0) / 1000));
  }

  /** Asks to make a call: undefined means no. What it returns is handed back to `exit` when the call has ended. */
  admit(): number | undefined {
    if (this.refusesForMs !== undefined) return undefined;
    if (this.#state === 'open') this.#change('half-open');
    this.#isProbing = this.#state === 'half-open';
    return this.#era;
  }

  exit(era: number, outcome: CallOutcome, origin: CallOrigin): void {
    if (era !== this.#era) return;
    if (this.#state === 'closed') this.#count(outcome, origin);
    else this.#learn(outcome, origin);
  }

  #count(outcome: CallOutcome, origin: CallOrigin): void {
    if (outcome === 'unknown') return;
    const second = Math.floor(this.#clock.now() / pieceMs);
    let piece = this.#window.at(-1);
    if (piece?.second !== second) {
      piece = { second, calls: 0, failures: 0, timeouts: [] };
      this.#window = [...this.#window.filter((each) => each.second > second - pieces), piece];
    }
    if (outcome === 'timeout') piece.timeouts.push(origin);
    else piece.calls += 1;
    if (outcome === 'success') return;
    if (outcome === 'failure') piece.failures += 1;
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

  /** What a trying call told. */
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
    this.#openUntil = this.#clock.now() + ms * (0.8 + 0.4 * this.#random());
    this.#openings += 1;
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
