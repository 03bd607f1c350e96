import type { RateHeaders } from './rate-headers.ts';

/** Two ends that are less than this apart are one. Milliseconds. */
const sameEndMs = 1000;
/** How long a window lasts whose end makes no sense; and one that may have begun with a call that got no answer. */
const senselessWindowMs = 1000;
const usualWindowMs = 60_000;
/** Calls at most that find out in a used-up window whether their users are exempt; the first that is counted is the last. */
const maxProbes = 3;

interface Known {
  readonly limit: number;
  readonly remaining: number;
  readonly endsAt: number | undefined;
  readonly isReported: boolean;
  readonly isEndKnown?: boolean;
}

/** What is known of one call window. Times by the workspace's clock, in epoch milliseconds. */
export class RateLimitWindow {
  limit: number;
  remaining: number;
  /** Undefined when it has not begun: its first answer tells. */
  endsAt: number | undefined;
  /** Whether headers told of it, and not only a refusal. */
  isReported: boolean;
  /** Whether the workspace named its end: then the next one's calls are there from that moment on. */
  isEndKnown: boolean;
  readonly #probes = { made: 0, isUnderWay: false, isCounted: false, isOfStranger: false };

  constructor({ limit, remaining, endsAt, isReported, isEndKnown = true }: Known) {
    this.limit = limit;
    this.remaining = remaining;
    this.endsAt = endsAt;
    this.isReported = isReported;
    this.isEndKnown = isEndKnown;
  }

  /** What is known when an answer has told of its window. Answers can overtake each other: the smallest number left is the latest. */
  static afterAnswer(known: RateLimitWindow | undefined, rate: RateHeaders, now: number): RateLimitWindow {
    const { remaining, resetAt } = rate;
    const limit = rate.limit ?? known?.limit ?? (remaining ?? 0) + 1;
    // It ended while the answer was on its way: it tells of a limit, and nothing of what is left now.
    if (resetAt !== undefined && resetAt <= now && limit > 0)
      return known ?? new RateLimitWindow({ limit, remaining: limit, endsAt: undefined, isReported: true });
    const endsAt = resetAt ?? known?.endsAt ?? now + senselessWindowMs;
    if (known?.mayEndAt(endsAt) !== true) {
      return new RateLimitWindow({
        limit,
        remaining: remaining ?? Math.max(0, limit - 1),
        endsAt,
        isReported: true,
        isEndKnown: resetAt !== undefined,
      });
    }
    known.limit = limit;
    known.remaining = Math.min(known.remaining, remaining ?? Math.max(0, known.remaining - 1));
    known.#endAt(endsAt, resetAt !== undefined);
    known.isReported = true;
    return known;
  }

  /**
   * What is known when the workspace has refused a call: nothing is left until its window ends, or until then. That was the one
   * call of the window that is sent to be refused.
   */
  static afterRefusal(
    known: RateLimitWindow | undefined,
    rate: RateHeaders | undefined,
    until: number,
    now: number,
  ): RateLimitWindow {
    // That window ended while the answer was on its way: it says nothing of another.
    if (known !== undefined && rate?.resetAt !== undefined && rate.resetAt <= now) return known;
    const resetAt = rate?.resetAt !== undefined && rate.resetAt > now ? rate.resetAt : undefined;
    const endsAt = resetAt ?? until;
    const limit = rate?.limit ?? known?.limit ?? 1;
    const isReported = rate !== undefined || known?.isReported === true;
    const isSame = known?.mayEndAt(endsAt) === true;
    const window = isSame ? known : new RateLimitWindow({ limit, remaining: 0, endsAt, isReported, isEndKnown: false });
    window.limit = limit;
    window.remaining = 0;
    window.isReported = isReported;
    window.#endAt(endsAt, resetAt !== undefined);
    window.#probes.isCounted = true;
    return window;
  }

  /** The window after this one; undefined where nothing is known of it. */
  get next(): RateLimitWindow | undefined {
    const isKnown = this.isReported && this.isEndKnown && this.limit > 0;
    return isKnown
      ? new RateLimitWindow({ limit: this.limit, remaining: this.limit, endsAt: undefined, isReported: true })
      : undefined;
  }

  /** Whether a window with that end is this one. */
  mayEndAt(time: number): boolean {
    return this.endsAt === undefined || Math.abs(this.endsAt - time) < sameEndMs;
  }

  /** A call got no answer: it may have been counted, and may have begun the window. */
  countLost(now: number): void {
    this.remaining = Math.max(0, this.remaining - 1);
    if (this.endsAt === undefined) this.#endAt(now + usualWindowMs, false);
  }

  /**
   * Whether one call more may go out, though nothing is left, to find out whether its user is exempt: one at a time, and
   * none after one that was counted. Somebody whom the workspace has not accepted may once, as their call may be refused
   * before the limiter sees it.
   */
  mayProbe(isAccepted: boolean): boolean {
    const { made, isUnderWay, isCounted, isOfStranger } = this.#probes;
    return this.remaining <= 0 && !isUnderWay && !isCounted && made < maxProbes && (isAccepted || !isOfStranger);
  }

  beginProbe(isAccepted: boolean): void {
    this.#probes.made += 1;
    this.#probes.isUnderWay = true;
    if (!isAccepted) this.#probes.isOfStranger = true;
  }

  /** `counted`: for certain, or perhaps; `uncounted`: its user is exempt, or it was not sent; `unknown`: its answer did not tell. */
  endProbe(how: 'counted' | 'uncounted' | 'unknown'): void {
    this.#probes.isUnderWay = false;
    if (how === 'uncounted') this.#probes.made -= 1;
    if (how === 'counted') this.#probes.isCounted = true;
  }

  #endAt(time: number, isKnown: boolean): void {
    if (!isKnown && this.isEndKnown && this.endsAt !== undefined) return;
    this.isEndKnown = isKnown;
    this.endsAt = time;
  }
}
