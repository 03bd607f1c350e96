import type { RateHeaders } from './rate-headers.ts';

/** Two ends less than this apart are the same. Milliseconds. */
export const sameEndMs = 1000;
/** Assumed length of a window whose end makes no sense, and of one that a lost call may have begun. Milliseconds. */
export const senselessWindowMs = 1000;
export const usualWindowMs = 60_000;
/** Calls that may probe a used-up window for exempt users; the first that is counted is the last. */
const maxProbes = 3;

interface Known {
  readonly limit: number;
  readonly remaining: number;
  readonly endsAt: number | undefined;
  readonly isReported: boolean;
  readonly isEndKnown?: boolean;
}

/** What is known of one rate-limit window. Times by the workspace's clock, in epoch milliseconds. */
export class RateLimitWindow {
  #limit: number;
  #remaining: number;
  #endsAt: number | undefined;
  #isReported: boolean;
  #isEndKnown: boolean;
  readonly #probes = { made: 0, isUnderWay: false, isCounted: false, isOfUnaccepted: false };

  constructor({ limit, remaining, endsAt, isReported, isEndKnown = true }: Known) {
    this.#limit = limit;
    this.#remaining = remaining;
    this.#endsAt = endsAt;
    this.#isReported = isReported;
    this.#isEndKnown = isEndKnown;
  }

  get limit(): number {
    return this.#limit;
  }

  get remaining(): number {
    return this.#remaining;
  }

  /** Undefined before the window begins: its first response says. */
  get endsAt(): number | undefined {
    return this.#endsAt;
  }

  /** Whether headers reported it, and not only a refusal. */
  get isReported(): boolean {
    return this.#isReported;
  }

  /** Whether the workspace named its end: then the next window is open from that moment on. */
  get isEndKnown(): boolean {
    return this.#isEndKnown;
  }

  /** A window that has not begun: its first response says when it ends. */
  static beforeFirst(limit: number, remaining: number): RateLimitWindow {
    return new RateLimitWindow({ limit, remaining, endsAt: undefined, isReported: true });
  }

  /**
   * The window after a response with headers. Responses can overtake each other: the least `remaining` is the latest.
   * `isEndKnown`: whether its end is the workspace's word, and no guess of another replica.
   */
  static afterResponse(
    known: RateLimitWindow | undefined,
    rate: RateHeaders,
    now: number,
    isEndKnown = rate.resetAt !== undefined,
  ): RateLimitWindow {
    const { remaining, resetAt } = rate;
    const limit = rate.limit ?? known?.limit ?? (remaining ?? 0) + 1;
    // It ended while the response was on its way: the limit holds, `remaining` does not.
    if (resetAt !== undefined && resetAt <= now && limit > 0)
      return known ?? new RateLimitWindow({ limit, remaining: limit, endsAt: undefined, isReported: true });
    const namedEnd = !isEndKnown && known?.isEndKnown === true ? known.endsAt : undefined;
    const endsAt = namedEnd ?? resetAt ?? known?.endsAt ?? now + senselessWindowMs;
    if (known?.mayEndAt(endsAt) !== true) {
      return new RateLimitWindow({
        limit,
        remaining: remaining ?? Math.max(0, limit - 1),
        endsAt,
        isReported: true,
        isEndKnown,
      });
    }
    known.#limit = limit;
    known.#remaining = Math.min(known.remaining, remaining ?? Math.max(0, known.remaining - 1));
    known.#endAt(endsAt, isEndKnown);
    known.#isReported = true;
    return known;
  }

  /** The window after a refusal: nothing is left until it ends, or until `until`. No further call may probe it. */
  static afterRefusal(
    known: RateLimitWindow | undefined,
    rate: RateHeaders | undefined,
    until: number,
    now: number,
  ): RateLimitWindow {
    // That window ended while the response was on its way: the refusal says nothing about another.
    if (known !== undefined && rate?.resetAt !== undefined && rate.resetAt <= now) return known;
    const resetAt = rate?.resetAt !== undefined && rate.resetAt > now ? rate.resetAt : undefined;
    const endsAt = resetAt ?? until;
    const limit = rate?.limit ?? known?.limit ?? 1;
    const isReported = rate !== undefined || known?.isReported === true;
    const isSame = known?.mayEndAt(endsAt) === true;
    const window = isSame ? known : new RateLimitWindow({ limit, remaining: 0, endsAt, isReported, isEndKnown: false });
    window.#limit = limit;
    window.#remaining = 0;
    window.#isReported = isReported;
    window.#endAt(endsAt, resetAt !== undefined);
    window.#probes.isCounted = true;
    return window;
  }

  /** The window after this one; undefined when nothing is known of it. */
  get next(): RateLimitWindow | undefined {
    const isKnown = this.isReported && this.isEndKnown && this.limit > 0;
    return isKnown ? RateLimitWindow.beforeFirst(this.limit, this.limit) : undefined;
  }

  /** Whether a window with that end is this one. */
  mayEndAt(time: number): boolean {
    return this.endsAt === undefined || Math.abs(this.endsAt - time) < sameEndMs;
  }

  /** A call was lost: it may have been counted, and may have begun the window. */
  countLost(now: number): void {
    this.#remaining = Math.max(0, this.remaining - 1);
    if (this.endsAt === undefined) this.#endAt(now + usualWindowMs, false);
  }

  /**
   * Whether a call may go out though nothing is left, to find out whether its user is exempt: one at a time, and none
   * after one that was counted. Callers whom the workspace has not accepted get one probe in all, as it may be refused
   * before it reaches the limiter.
   */
  mayProbe(isAccepted: boolean): boolean {
    const { made, isUnderWay, isCounted, isOfUnaccepted } = this.#probes;
    return this.remaining <= 0 && !isUnderWay && !isCounted && made < maxProbes && (isAccepted || !isOfUnaccepted);
  }

  beginProbe(isAccepted: boolean): void {
    this.#probes.made += 1;
    this.#probes.isUnderWay = true;
    if (!isAccepted) this.#probes.isOfUnaccepted = true;
  }

  /** `counted`: surely or maybe; `uncounted`: its user is exempt, or it was not sent; `unknown`: its response did not say. */
  endProbe(how: 'counted' | 'uncounted' | 'unknown'): void {
    this.#probes.isUnderWay = false;
    if (how === 'uncounted') this.#probes.made -= 1;
    if (how === 'counted') this.#probes.isCounted = true;
  }

  #endAt(time: number, isKnown: boolean): void {
    if (!isKnown && this.isEndKnown && this.endsAt !== undefined) return;
    this.#isEndKnown = isKnown;
    this.#endsAt = time;
  }
}
