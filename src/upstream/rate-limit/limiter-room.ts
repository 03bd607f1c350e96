import type { Clock } from '../clock.ts';
import { FallbackShare, shareOf } from './fallback-share.ts';
import type { LimiterModel } from './limiter-model.ts';
import type { LimitedCall, OutstandingCalls } from './outstanding-calls.ts';

export interface LimiterRoomOptions {
  readonly clock: Clock;
  /** Milliseconds that a response usually takes. */
  readonly usualResponseMs: () => number;
  /** Replicas that divide windows among them, because the store that they share is away; undefined when none do. */
  readonly sharers?: (() => number | undefined) | undefined;
}

/** How many calls may have their turn now: what the limiter's model allows, less what is outstanding. */
export class LimiterRoom {
  readonly #options: LimiterRoomOptions;
  readonly #limiter: LimiterModel;
  readonly #outstanding: OutstandingCalls;
  readonly #share = new FallbackShare();

  constructor(options: LimiterRoomOptions, limiter: LimiterModel, outstanding: OutstandingCalls) {
    this.#options = options;
    this.#limiter = limiter;
    this.#outstanding = outstanding;
  }

  /** Calls that could have their turn now. Where one goes first, the others wait as long as a response usually takes. */
  get left(): number {
    const began = this.#limiter.isWindowUnknown ? this.usuallyBegan : Number.NEGATIVE_INFINITY;
    const left = this.#most - this.#outstanding.unsent - this.#outstanding.sentAfter(began);
    return Math.min(left, this.shareLeft);
  }

  /** Whether one could. Looks for calls of exempt users, which take no room, only where these could make a difference. */
  get isAny(): boolean {
    return (this.#outstanding.size < this.#most && this.shareLeft > 0) || this.left > 0;
  }

  /** What is left of this replica's share of the window; infinite when it needs none. */
  get shareLeft(): number {
    const { window } = this.#limiter;
    const sharers = window && this.#options.sharers?.();
    if (window === undefined || sharers === undefined) return Number.POSITIVE_INFINITY;
    return this.#share.leftOf(window, sharers);
  }

  /** Whether the calls on the wire use up all that is left of the known window. */
  get isUsedUp(): boolean {
    if (this.#limiter.window === undefined) return false;
    const { maxOutstanding } = this.#limiter;
    return (
      maxOutstanding <= this.#outstanding.onWire &&
      maxOutstanding <= this.#outstanding.sentAfter(Number.NEGATIVE_INFINITY)
    );
  }

  /** The response to a call that was sent before this time is overdue. */
  get usuallyBegan(): number {
    return this.#options.clock.now() - this.#options.usualResponseMs();
  }

  /** A counted call has its turn. */
  take(call: LimitedCall): void {
    if (this.shareLeft < Number.POSITIVE_INFINITY) this.#share.take(call);
  }

  giveBack(call: LimitedCall): void {
    this.#share.giveBack(call);
  }

  /** The store that replicas share was lost or is back. */
  forgetShare(): void {
    this.#share.forget();
  }

  /** Calls that may be outstanding: a share of them while nothing tells a window that could be divided. */
  get #most(): number {
    const { maxOutstanding, window } = this.#limiter;
    const sharers = window === undefined ? this.#options.sharers?.() : undefined;
    return sharers === undefined ? maxOutstanding : shareOf(maxOutstanding, sharers);
  }
}
