import { GatewayError } from '../../errors.ts';
import { waitForOwnTurn, waitForTurn, type Cancellation } from '../cancellation.ts';
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
  readonly check: () => void;
  readonly observer?: CallObserver | undefined;
}

/** What a call holds while it is out: see `CallPermits`. */
export interface Permit {
  readonly reservation: Reservation;
  readonly bulkheadKey: string;
  /** The breaker's. */
  readonly era: number;
}

/** What a call that has yet to go out holds of it. */
interface Held {
  reservation: Reservation | undefined;
  hasSlot: boolean;
  bulkheadKey: string | undefined;
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

  /** Waits for everything that a call needs to go out. */
  async acquire(call: PendingCall, cancellation: Cancellation): Promise<Permit> {
    const { endpoint, caller, concurrency, deadline, check } = call;
    const { clock, breaker, rateLimits, bulkhead, userOf } = this.#parts;
    const until = deadline - callMarginMs;
    for (;;) {
      const held: Held = { reservation: undefined, hasSlot: false, bulkheadKey: undefined };
      let permit: Permit | undefined;
      try {
        if (breaker.refusesForMs !== undefined) throw this.#circuitOpen(endpoint);
        const reservation = rateLimits.enter(endpoint, caller, until);
        const { ready, leave } = reservation;
        if (ready !== undefined) await this.#observeWait(call, waitForTurn({ promise: ready, leave }, cancellation));
        held.reservation = reservation;
        const turn = concurrency.enter();
        if (turn !== undefined) await waitForOwnTurn(turn, cancellation);
        held.hasSlot = true;
        const user = userOf(caller.key);
        const bulkheadKey = user ?? caller.key;
        const place = bulkhead.enter(bulkheadKey, until, user !== undefined);
        if (place !== undefined) await waitForOwnTurn(place, cancellation);
        held.bulkheadKey = bulkheadKey;
        if (cancellation.isCancelled) throw cancelled();
        check();
        if (deadline - clock.now() < minAttemptMs) throw tooLate(endpoint);
        if (!reservation.send()) continue; // the call has lost its turn
        const era = breaker.admit();
        if (era === undefined) throw this.#circuitOpen(endpoint);
        permit = { reservation, bulkheadKey, era };
        return permit;
      } finally {
        if (permit === undefined) this.#giveBack(held, concurrency);
      }
    }
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

  #giveBack({ reservation, hasSlot, bulkheadKey }: Held, concurrency: RequestConcurrency): void {
    reservation?.giveBack();
    if (hasSlot) concurrency.exit();
    if (bulkheadKey !== undefined) this.#parts.bulkhead.exit(bulkheadKey);
  }

  #circuitOpen(endpoint: string): GatewayError {
    return new GatewayError('UPSTREAM_UNAVAILABLE', messages.circuitOpen(endpoint), {
      reason: 'circuit_open',
      retryAfterSeconds: this.#parts.breaker.retryAfterSeconds,
      detail: 'circuit open',
    });
  }
}
