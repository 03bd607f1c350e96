import { RateLimitWindow } from './rate-limit-window.ts';
import type { Clock } from '../clock.ts';
import type { RateHeaders } from './rate-headers.ts';
import type { Standing } from './standings.ts';
import type { WorkspaceClock } from './workspace-clock.ts';

/**
 * What a call's end told of the limiter. `counted`: the answer had its headers; `refused`: too many calls, `until` epoch
 * milliseconds; `passed`: it had its turn, and no headers; `nothing`: it was refused before the limiter saw it; `lost`: no
 * answer, or one that does not tell whether the call was counted.
 */
export type LimiterNews =
  | { readonly kind: 'counted'; readonly rate: RateHeaders }
  | { readonly kind: 'refused'; readonly rate: RateHeaders | undefined; readonly until: number }
  | { readonly kind: 'passed' | 'nothing' | 'lost' };

/** A call that has ended. */
export interface EndedCall {
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** The user whom the workspace has accepted; undefined where it has not. */
  readonly user: string | undefined;
}

export interface LimiterOptions {
  readonly clock: Clock;
  readonly workspaceClock: WorkspaceClock;
  /** Whom the limiter counts here, and in whatever window last. */
  readonly standings: {
    of(user: string): Standing | undefined;
    latestOf(user: string): Standing | undefined;
    set(user: string, standing: Standing): void;
  };
}

/** Calls that go out at once as long as nothing is known; where calls are counted, one goes first. */
const maxScouts = 4;
/** Milliseconds that the other scouts have at least when the first had an answer without headers. */
const minDecisionMs = 50;
/** A window is taken to be open again so long after its end. Milliseconds. */
const reopenMarginMs = 20;
/** So long after the latest headers, an answer without any still means that its user is exempt. Milliseconds. */
const latelyMs = 15 * 60_000;
/** Lost calls that are remembered as long as no window is known. */
const maxLost = 64;
/** When so many users whose answers had headers get answers without any, the limiter was switched off. */
const maxTurned = 2;

/**
 * What is known of the workspace's limiter at one endpoint (and client address). It is in one of three states:
 *
 * - *unknown*: nothing but scouts goes out;
 * - *unlimited*, once an answer that passed the limiter had none of its headers, and no headers were seen lately, or
 *   users who had them have them no more;
 * - *limited*, once headers or a refusal were seen: calls are counted.
 *
 * Where others get headers, an answer without them shows that its user is exempt (`api-bypass-rate-limit`), until headers
 * or a refusal come to them. It takes nothing back of what headers and refusals taught about everybody else.
 */
export class KnownLimiter {
  readonly #clock: Clock;
  readonly #workspaceClock: WorkspaceClock;
  readonly #standings: LimiterOptions['standings'];
  #state: 'unknown' | 'unlimited' | 'limited' = 'unknown';
  #window: RateLimitWindow | undefined;
  /** Users of scouts whose answers had no headers; when the first of these came, and until when the other scouts are waited for. */
  readonly #witnesses = new Set<string>();
  #passedAt: number | undefined;
  #decidesAt = Number.POSITIVE_INFINITY;
  /** When calls were lost as long as no window was known: the first that is told of may not tell of them. Epoch milliseconds. */
  #lostAt: number[] = [];
  /** Users who were counted here, and are not any more, since the latest headers. */
  readonly #turned = new Set<string>();
  /** Epoch milliseconds: since when calls are counted; when headers, and when headers or a refusal came last. */
  #limitedSince = Number.NEGATIVE_INFINITY;
  #headersAt = Number.NEGATIVE_INFINITY;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, workspaceClock, standings }: LimiterOptions) {
    this.#clock = clock;
    this.#workspaceClock = workspaceClock;
    this.#standings = standings;
  }

  get state(): 'unknown' | 'unlimited' | 'limited' {
    if (this.#clock.now() >= this.#decidesAt) this.#become('unlimited');
    return this.#state;
  }

  /** When it is decided at the latest what the scouts' answers tell, in epoch milliseconds; infinite where nothing is to decide. */
  get decidesAt(): number {
    return this.#decidesAt;
  }

  /** The current window; undefined where none is known. */
  get window(): RateLimitWindow | undefined {
    const endsAt = this.#window?.endsAt;
    if (endsAt !== undefined && this.#workspaceClock.now() >= endsAt + reopenMarginMs)
      this.#window = this.#window?.next;
    return this.#window;
  }

  /** When the current window most likely ends, by the gateway's clock in epoch milliseconds; undefined where that is not known. */
  get resetAt(): number | undefined {
    const endsAt = this.window?.endsAt;
    return endsAt === undefined ? undefined : endsAt - this.#workspaceClock.likelyAheadMs;
  }

  /** When it is over for certain; infinite where its end is not known. */
  get reopensAt(): number {
    return (this.window?.endsAt ?? Number.POSITIVE_INFINITY) - this.#workspaceClock.aheadMs + reopenMarginMs;
  }

  /** Whether nothing was learnt yet. */
  get isBlank(): boolean {
    return this.#state === 'unknown' && this.#passedAt === undefined;
  }

  /** Whether calls are counted, but nothing is known of the current window: one call goes first. */
  get isFindingOut(): boolean {
    return this.state === 'limited' && this.window === undefined;
  }

  /** Calls that may be out at a time, or are left in the window, with those that are out and count. */
  get places(): number {
    if (this.state === 'unlimited') return Number.POSITIVE_INFINITY;
    if (this.#state === 'unknown') return maxScouts;
    return this.window?.remaining ?? 1;
  }

  /** Whether nothing holds a user back: the limiter lets them by, or has just let a scout of theirs by. */
  isFree(user: string | undefined): boolean {
    return user !== undefined && (this.#witnesses.has(user) || this.#standings.of(user)?.isExempt === true);
  }

  /** The used-up window that a call of theirs may find out about: of somebody who is known to be counted, none. */
  windowToProbe(user: string | undefined): RateLimitWindow | undefined {
    const isCounted = user !== undefined && this.#standings.latestOf(user)?.isExempt === false;
    return !isCounted && this.window?.mayProbe(user !== undefined) === true ? this.window : undefined;
  }

  /** `earliestSentAt`: when the earliest of the calls was sent that are on their way still; infinite where there is none. */
  learn(news: LimiterNews, call: EndedCall, earliestSentAt: number): void {
    const now = this.#clock.now();
    if (news.kind === 'passed') this.#learnPassed(call, now);
    else if (news.kind === 'counted' || news.kind === 'refused') this.#learnCounted(news, call, now);
    else if (news.kind === 'lost' && !this.isFree(call.user)) this.#learnLost(now);
    // All scouts have come back, and none had headers.
    if (this.#passedAt !== undefined && earliestSentAt > this.#passedAt) this.#become('unlimited');
  }

  #learnCounted(news: Extract<LimiterNews, { rate: unknown }>, { user, sentAt }: EndedCall, now: number): void {
    // Who was let by as long as nothing was known is exempt, as others are counted. Of calls that were sent while the
    // limiter was thought to be off, that cannot be said: it may have been switched on.
    if (this.state === 'unlimited') this.#limitedSince = now;
    for (const witness of this.#witnesses) this.#standings.set(witness, { isExempt: true, since: now });
    this.#become('limited');
    this.#countedAt = now;
    if (news.rate !== undefined) this.#headersAt = now;
    if (user !== undefined) this.#standings.set(user, { isExempt: false, since: now });
    const time = this.#workspaceClock.now();
    this.#window =
      news.kind === 'counted'
        ? RateLimitWindow.afterAnswer(this.window, news.rate, time)
        : RateLimitWindow.afterRefusal(this.window, news.rate, news.until + this.#workspaceClock.aheadMs, time);
    for (const lostAt of this.#lostAt) if (lostAt >= sentAt) this.#window.countLost(time);
    this.#lostAt = [];
  }

  #learnLost(now: number): void {
    const { window } = this;
    if (window !== undefined) window.countLost(this.#workspaceClock.now());
    else if (this.#state !== 'unlimited') this.#lostAt = [...this.#lostAt, now].slice(-maxLost);
  }

  #learnPassed({ sentAt, user }: EndedCall, now: number): void {
    if (this.state === 'unknown') {
      if (user !== undefined) this.#witnesses.add(user);
      // The other scouts went out together with it. They have as long again: a user who is exempt does not speak for everybody.
      if (this.#passedAt === undefined) this.#decidesAt = now + Math.max(minDecisionMs, now - sentAt);
      this.#passedAt ??= now;
      return;
    }
    if (this.#state === 'unlimited' || user === undefined || sentAt < this.#limitedSince) return;
    const standing = this.#standings.of(user);
    if (standing?.isExempt === false && standing.since > sentAt) return; // they were counted since
    if (now < this.#headersAt + latelyMs) {
      if (standing?.isExempt === false) this.#turned.add(user);
      if (this.#turned.size >= maxTurned) this.#become('unlimited');
      else this.#standings.set(user, { isExempt: true, since: now });
    } else if (standing?.isExempt !== true && sentAt >= this.#countedAt && this.window?.endsAt === undefined)
      this.#become('unlimited');
  }

  #become(state: 'unlimited' | 'limited'): void {
    this.#state = state;
    this.#window = state === 'limited' ? this.#window : undefined;
    this.#witnesses.clear();
    this.#turned.clear();
    this.#passedAt = undefined;
    this.#decidesAt = Number.POSITIVE_INFINITY;
  }
}
