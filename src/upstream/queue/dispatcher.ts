import { GatewayError } from '../../errors.ts';
import { tooLate } from '../transport/answers.ts';
import type { Breaker } from '../transport/breaker.ts';
import type { RateLimits, LimitedCaller, Ticket } from '../rate-limit/rate-limits.ts';
import type { Clock } from '../clock.ts';
import type { Turn } from '../rate-limit/rate-limiter.ts';
import type { RequestConcurrency } from './request-concurrency.ts';
import type { Bulkhead } from './bulkhead.ts';
import type { Cancellation } from './in-flight-calls.ts';
import { TransportError } from '../transport/transport.ts';

/** A call that is to go out. */
export interface PendingCall {
  readonly endpoint: string;
  readonly caller: LimitedCaller;
  /** The calls of its request. */
  readonly lane: RequestConcurrency;
  /** Epoch milliseconds at which its request is answered. */
  readonly deadline: number;
  /** Called right before the call goes out; throws when it shall not any more. */
  readonly check: () => void;
}

/** What a call needs to go out: its place in the call window and in the queue, and the breaker's leave. */
export interface Pass {
  readonly ticket: Ticket;
  /** Whose place it has in the queue. */
  readonly placeKey: string;
  readonly era: number;
}

export interface DispatcherParts {
  readonly clock: Clock;
  readonly breaker: Breaker;
  readonly budget: RateLimits;
  readonly queue: Bulkhead;
  /** The user of a pair of id and token that the workspace has accepted, by the pair's hash. */
  readonly userOf: (callerKey: string) => string | undefined;
}

/** What is left of a request's time when a call has waited for its turn, to be made and answered. Milliseconds. */
const answerMarginMs = 100;
/** With less time than this left, a call is not begun. Milliseconds. */
const minAttemptMs = 50;

/**
 * The way of a call to the wire: breaker (is the workspace up at all?) → call window (would its limiter refuse?) → lane of
 * its request → queue of all callers → breaker again. The window comes first, for waiting in it can take seconds, and no place
 * may be held meanwhile. It is asked again at the end: when what was learnt since takes the call's turn back, the call waits
 * for another.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Waits for everything that a call needs to go out. */
  async enter(passenger: PendingCall, cancellation: Cancellation): Promise<Pass> {
    let pass = await this.#try(passenger, cancellation);
    while (pass === undefined) pass = await this.#try(passenger, cancellation);
    return pass;
  }

  /** Undefined where the call lost its turn. Whatever was taken is given back when it does not go out. */
  async #try(
    { endpoint, caller, lane, deadline, check }: PendingCall,
    cancellation: Cancellation,
  ): Promise<Pass | undefined> {
    const { clock, breaker, budget, queue, userOf } = this.#parts;
    const until = deadline - answerMarginMs;
    const taken: (() => void)[] = [];
    let pass: Pass | undefined;
    try {
      if (breaker.refusesForMs !== undefined) throw this.#circuitOpen(endpoint);
      const ticket = budget.enter(endpoint, caller, until);
      if (ticket.ready !== undefined) await granted({ promise: ticket.ready, leave: ticket.leave }, cancellation);
      taken.push(ticket.giveBack);
      const turn = lane.enter();
      if (turn !== undefined) await granted(turn, cancellation);
      taken.push(() => lane.exit());
      const user = userOf(caller.key);
      const placeKey = user ?? caller.key;
      const place = queue.enter(placeKey, until, user !== undefined);
      if (place !== undefined) await granted(place, cancellation);
      taken.push(() => queue.exit(placeKey));
      if (cancellation.isCancelled) throw givenUp();
      check();
      if (deadline - clock.now() < minAttemptMs) throw tooLate(endpoint, 'no time left');
      if (!ticket.send()) return undefined;
      const era = breaker.admit();
      if (era === undefined) throw this.#circuitOpen(endpoint);
      pass = { ticket, placeKey, era };
      return pass;
    } finally {
      if (pass === undefined) for (const giveBack of taken) giveBack();
    }
  }

  #circuitOpen(endpoint: string): GatewayError {
    return new GatewayError(
      'UPSTREAM_UNAVAILABLE',
      `The workspace is not asked for now, as it does not answer (${endpoint}).`,
      {
        reason: 'circuit_open',
        retryAfterSeconds: this.#parts.breaker.retryAfterSeconds,
        detail: 'circuit open',
      },
    );
  }
}

export const givenUp = () => new TransportError('cancelled', 'given up');

/** Waits for a turn. One that has come counts as taken even when the call is given up at that very moment. */
const granted = ({ promise, leave }: Turn, cancellation: Cancellation): Promise<void> =>
  new Promise((resolve, reject) => {
    cancellation.onCancel(() => {
      if (leave()) reject(givenUp());
    });
    promise.then(resolve, reject);
  });
