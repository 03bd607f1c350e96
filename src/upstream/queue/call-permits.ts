import { GatewayError } from '../../errors.ts';
import { waitForOwnTurn, waitForTurn, type Cancellation, type OwnTurn } from '../cancellation.ts';
import type { Clock } from '../clock.ts';
import type { CallObserver } from '../call-observer.ts';
import type { Caller } from '../caller.ts';
import type { RateLimits, Reservation } from '../rate-limit/rate-limits.ts';
import type { Breaker } from '../transport/breaker.ts';
import { messages } from '../transport/failures.ts';
import { cancelled } from '../transport/transport-error.ts';
import { tooLate, type CallResult } from '../transport/response.ts';
import type { Bulkhead } from './bulkhead.ts';
import type { RequestConcurrency } from './request-concurrency.ts';

/** A call that waits to go out. */
export interface PendingCall {
  readonly endpoint: string;
  readonly caller: Caller;
  /** Bounds the calls of its request. */
  readonly concurrency: RequestConcurrency;
  /** Epoch milliseconds at which its request is answered. */
  readonly deadline: number;
  /** Runs right before the call goes out; throws when the call may not go out any more. */
  check(): void;
  readonly observer?: CallObserver | undefined;
}

/** How much a call has taken of what it needs: one thing after the other, in this order. */
const taken = { nothing: 0, turn: 1, slot: 2, place: 3 } as const;

/** What a call takes on its way out, and holds while it is out: see `CallPermits`. */
export class Permit {
  reservation: Reservation;
  /** One of `taken`. */
  has: number = taken.nothing;
  /** Whether the call waits for the next of them, or has done so. */
  isWaiting = false;
  bulkheadKey = '';
  /** The breaker's. */
  era = 0;

  constructor(reservation: Reservation) {
    this.reservation = reservation;
  }
}

export interface CallPermitsParts {
  readonly clock: Clock;
  readonly breaker: Breaker;
  readonly rateLimits: RateLimits;
  readonly bulkhead: Bulkhead;
  /** The user of a pair of id and token that the workspace has accepted, by the pair's hash. */
  readonly userOf: (callerKey: string) => string | undefined;
}

/** Part of a request's time that waiting must leave for the call itself. Milliseconds. */
const callMarginMs = 100;
/** With less time than this left, a call does not start. Milliseconds. */
const minAttemptMs = 50;

/**
 * A call's way to the wire: circuit breaker (is the workspace up?) → rate-limit window (would its limiter refuse?) →
 * concurrency of the request → bulkhead of all callers → circuit breaker again. The window comes first, because waiting
 * for it can take seconds and the call must not hold a bulkhead place meanwhile. The window is checked again at the end:
 * when later responses have taken the call's turn back, the call waits for another.
 */
export class CallPermits {
  readonly #parts: CallPermitsParts;

  constructor(parts: CallPermitsParts) {
    this.#parts = parts;
  }

  /** The first step of a call's way, which `advance` goes on. */
  enter(call: PendingCall): Permit {
    return new Permit(this.#enterWindow(call));
  }

  /**
   * Takes what the call still needs. Undefined: it goes out now. Otherwise it has to wait for the promise, and goes on with
   * this method then. A call whose promise rejects, or that this method throws for, ends with `leave`.
   */
  advance(permit: Permit, call: PendingCall, cancellation: Cancellation): Promise<void> | undefined {
    if (permit.isWaiting) permit.has += 1; // what it has waited for
    for (;;) {
      for (; permit.has < taken.place; permit.has += 1) {
        const turn = this.#takeNext(permit, call, cancellation);
        if (turn !== undefined) {
          permit.isWaiting = true;
          return turn;
        }
      }
      if (this.#goesOut(permit, call, cancellation)) return undefined;
      this.leave(permit, call); // the call has lost its turn
      permit.reservation = this.#enterWindow(call);
    }
  }

  /** Gives back what a call has taken that does not go out. */
  leave(permit: Permit, { concurrency }: PendingCall): void {
    if (permit.has >= taken.turn) permit.reservation.giveBack();
    if (permit.has >= taken.slot) concurrency.exit();
    if (permit.has >= taken.place) this.#parts.bulkhead.exit(permit.bulkheadKey);
    permit.has = taken.nothing;
  }

  /** The call has ended: gives back what it held, and passes on what its result says. */
  release({ reservation, bulkheadKey, era }: Permit, call: PendingCall, result: CallResult): void {
    const { endpoint, caller, concurrency } = call;
    this.#parts.breaker.exit(era, result.breaker, { user: caller.userId, endpoint });
    this.#parts.bulkhead.exit(bulkheadKey);
    concurrency.exit();
    if (result.rateLimit === 'unsent') reservation.giveBack();
    else reservation.exit(result.rateLimit === 'lost' ? undefined : result.rateLimit);
  }

  #enterWindow({ endpoint, caller, deadline }: PendingCall): Reservation {
    const { breaker, rateLimits } = this.#parts;
    if (breaker.refusesForMs !== undefined) throw this.#circuitOpen(endpoint);
    return rateLimits.enter(endpoint, caller, deadline - callMarginMs);
  }

  #takeNext(permit: Permit, call: PendingCall, cancellation: Cancellation): Promise<void> | undefined {
    if (permit.has === taken.nothing) return this.#waitForWindow(permit.reservation, call, cancellation);
    const turn = permit.has === taken.turn ? call.concurrency.enter() : this.#enterBulkhead(permit, call);
    return turn && waitForOwnTurn(turn, cancellation);
  }

  #enterBulkhead(permit: Permit, { caller, deadline }: PendingCall): OwnTurn | undefined {
    const { bulkhead, userOf } = this.#parts;
    const user = userOf(caller.key);
    permit.bulkheadKey = user ?? caller.key;
    return bulkhead.enter(permit.bulkheadKey, deadline - callMarginMs, user !== undefined);
  }

  /** A call that has all it needs goes out now. False when later responses have taken its turn back. */
  #goesOut(permit: Permit, call: PendingCall, cancellation: Cancellation): boolean {
    const { clock, breaker } = this.#parts;
    if (cancellation.isCancelled) throw cancelled();
    call.check();
    if (call.deadline - clock.now() < minAttemptMs) throw tooLate(call.endpoint);
    if (!permit.reservation.send()) return false;
    const era = breaker.admit();
    if (era === undefined) throw this.#circuitOpen(call.endpoint);
    permit.era = era;
    return true;
  }

  #waitForWindow(reservation: Reservation, call: PendingCall, cancellation: Cancellation): Promise<void> | undefined {
    const { ready: promise } = reservation;
    if (promise === undefined) return undefined;
    return this.#observeWait(call, waitForTurn({ promise, leave: () => reservation.leave() }, cancellation));
  }

  async #observeWait({ endpoint, observer }: PendingCall, turn: Promise<void>): Promise<void> {
    if (observer === undefined) return turn;
    const { clock, rateLimits } = this.#parts;
    const since = clock.now();
    try {
      await turn;
    } finally {
      const ms = clock.now() - since;
      if (ms > rateLimits.promptMs) observer.waited(endpoint, ms); // a refusal on the spot is no wait
    }
  }

  #circuitOpen(endpoint: string): GatewayError {
    return new GatewayError('UPSTREAM_UNAVAILABLE', messages.circuitOpen(endpoint), {
      reason: 'circuit_open',
      retryAfterSeconds: this.#parts.breaker.retryAfterSeconds,
      detail: 'circuit open',
    });
  }
}
