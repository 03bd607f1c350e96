import { RateLimitWindow } from './rate-limit-window.ts';
import type { Clock } from '../clock.ts';
import type { RateHeaders } from './rate-headers.ts';
import type { SharedWindowState } from './shared-store.ts';
import type { Exemption } from './exemptions.ts';
import type { WorkspaceClock } from './workspace-clock.ts';

/**
 * What a call's end says about the workspace's limiter. `counted`: the response had its headers; `refused`: too many
 * calls, until `until` (epoch milliseconds); `passed`: the call passed it, without headers; `nothing`: the call was
 * refused before it; `lost`: no response, or one that does not say whether the call was counted.
 */
export type LimiterReport =
  | { readonly kind: 'counted'; readonly rate: RateHeaders }
  | { readonly kind: 'refused'; readonly rate: RateHeaders | undefined; readonly until: number }
  | { readonly kind: 'passed' | 'nothing' | 'lost' };

/** A call that has ended. */
export interface EndedCall {
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** The user, if the workspace has accepted them. */
  readonly user: string | undefined;
}

export interface LimiterOptions {
  readonly clock: Clock;
  readonly workspaceClock: WorkspaceClock;
  /** Whether the limiter exempted users, in this window and in their latest. */
  readonly exemptions: {
    of(user: string): Exemption | undefined;
    latestOf(user: string): Exemption | undefined;
    set(user: string, exemption: Exemption): void;
  };
}

/** Scouts: calls that go out together while nothing is known. Once calls are counted, one goes first. */
export const maxScouts = 4;
/** Least time that the other scouts have after the first response without headers. Milliseconds. */
const minDecisionMs = 50;
/** A window counts as open again this long after its end. Milliseconds. */
export const reopenMarginMs = 20;
/** For this long after the latest headers, a response without any means that its user is exempt. Milliseconds. */
const recentMs = 15 * 60_000;
/** Lost calls that are remembered at most. */
export const maxLost = 64;
/** When this many users who had headers get responses without any, the limiter was switched off. */
const maxUncounted = 2;

/**
 * Model of the workspace's rate limiter at one endpoint (and client address), in one of three states:
 *
 * - *unknown*: only scouts go out;
 * - *unlimited*: a response passed the limiter without its headers, and there were no recent headers or users who had
 *   them no longer get them;
 * - *limited*: headers or a refusal came, so calls are counted.
 *
 * While others get headers, a response without them shows that its user is exempt (`api-bypass-rate-limit`), until that
 * user gets headers or a refusal. It changes nothing that headers and refusals taught about other users.
 */
export class LimiterModel {
  readonly #clock: Clock;
  readonly #workspaceClock: WorkspaceClock;
  readonly #exemptions: LimiterOptions['exemptions'];
  #state: 'unknown' | 'unlimited' | 'limited' = 'unknown';
  #window: RateLimitWindow | undefined;
  /** Users of scouts whose responses had no headers; when the first came, and how long to wait for the other scouts. */
  readonly #uncountedScouts = new Set<string>();
  #passedAt: number | undefined;
  #decidesAt = Number.POSITIVE_INFINITY;
  /** When calls were lost while no window was known, as its first headers may not include them. Epoch milliseconds. */
  #lostAt: number[] = [];
  /** Users who were counted here and, since the latest headers, no longer are. */
  readonly #noLongerCounted = new Set<string>();
  /** Epoch milliseconds: since when calls are counted; when headers came last, also to others; when headers or a refusal came last. */
  #limitedSince = Number.NEGATIVE_INFINITY;
  #headersAt = Number.NEGATIVE_INFINITY;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, workspaceClock, exemptions }: LimiterOptions) {
    this.#clock = clock;
    this.#workspaceClock = workspaceClock;
    this.#exemptions = exemptions;
  }

  get state(): 'unknown' | 'unlimited' | 'limited' {
    if (this.#decidesAt < Number.POSITIVE_INFINITY && this.#clock.now() >= this.#decidesAt) this.#become('unlimited');
    return this.#state;
  }

  /** The latest time to conclude from the scouts' responses, in epoch milliseconds; infinite when there is nothing to conclude. */
  get decidesAt(): number {
    return this.#decidesAt;
  }

  /** The current window, if known. */
  get window(): RateLimitWindow | undefined {
    const endsAt = this.#window?.endsAt;
    if (endsAt !== undefined && this.#workspaceClock.now() >= endsAt + reopenMarginMs)
      this.#window = this.#window?.next;
    return this.#window;
  }

  /** When the current window most likely ends, by the gateway's clock in epoch milliseconds; undefined when unknown. */
  get resetAt(): number | undefined {
    const endsAt = this.window?.endsAt;
    return endsAt === undefined ? undefined : endsAt - this.#workspaceClock.likelyAheadMs;
  }

  /** When it is over for certain; infinite when its end is unknown. */
  get reopensAt(): number {
    return (this.window?.endsAt ?? Number.POSITIVE_INFINITY) - this.#workspaceClock.aheadMs + reopenMarginMs;
  }

  /** Whether nothing is known yet. */
  get isBlank(): boolean {
    return this.#state === 'unknown' && this.#passedAt === undefined;
  }

  /** Whether calls are counted, but the current window is unknown: one call goes first. */
  get isWindowUnknown(): boolean {
    return this.state === 'limited' && this.window === undefined;
  }

  /** How many calls may be outstanding: scouts, or what is left of the window. */
  get maxOutstanding(): number {
    if (this.state === 'unlimited') return Number.POSITIVE_INFINITY;
    if (this.#state === 'unknown') return maxScouts;
    return this.window?.remaining ?? 1;
  }

  /** Whether the limiter does not count a user: they are exempt, or a scout of theirs has just passed without headers. */
  isExempt(user: string | undefined): boolean {
    return user !== undefined && (this.#uncountedScouts.has(user) || this.#exemptions.of(user)?.isExempt === true);
  }

  /** The used-up window that a call of this user may probe: none for a user who is known to be counted. */
  windowToProbe(user: string | undefined): RateLimitWindow | undefined {
    const isCounted = user !== undefined && this.#exemptions.latestOf(user)?.isExempt === false;
    return !isCounted && this.window?.mayProbe(user !== undefined) === true ? this.window : undefined;
  }

  /** `onWire`: the calls still on the wire, with the time when the oldest was sent; infinite when there is none. */
  learn(report: LimiterReport, call: EndedCall, onWire: { readonly earliestSentAt: number }): void {
    const now = this.#clock.now();
    if (report.kind === 'passed') this.#learnPassed(call, now);
    else if (report.kind === 'counted' || report.kind === 'refused') this.#learnCounted(report, call, now);
    else if (report.kind === 'lost' && !this.isExempt(call.user)) this.#learnLost(now);
    // All scouts are back, and none had headers.
    if (this.#passedAt !== undefined && onWire.earliestSentAt > this.#passedAt) this.#become('unlimited');
  }

  /** What other replicas learnt of the window. They had headers when the workspace named its end, or that of the one before. */
  learnShared({ limit, remaining, endsAt, isEndKnown }: SharedWindowState): void {
    const isNew = this.state !== 'limited';
    const now = this.#clock.now();
    if (isNew) this.#limitedSince = now;
    this.#become('limited');
    if (remaining === undefined) return;
    const time = this.#workspaceClock.now();
    if (endsAt !== undefined) {
      if (!isEndKnown && endsAt <= time) return; // a guess does not tell that the next window is open
      if (isEndKnown) this.#headersAt = now;
      const told = { limit, remaining, resetAt: endsAt };
      this.#window = RateLimitWindow.afterResponse(this.window, told, time, isEndKnown);
      return;
    }
    if (isNew) this.#headersAt = now;
    if (this.window?.endsAt !== undefined) this.#window = RateLimitWindow.beforeFirst(limit, remaining);
  }

  #learnCounted(report: Extract<LimiterReport, { rate: unknown }>, { user, sentAt }: EndedCall, now: number): void {
    // Scouts without headers were exempt, as others are counted. Calls sent while the limiter seemed off show nothing:
    // it may just have been switched on.
    if (this.state === 'unlimited') this.#limitedSince = now;
    for (const scout of this.#uncountedScouts) this.#exemptions.set(scout, { isExempt: true, since: now });
    this.#become('limited');
    this.#countedAt = now;
    if (report.rate !== undefined) this.#headersAt = now;
    if (user !== undefined) this.#exemptions.set(user, { isExempt: false, since: now });
    const time = this.#workspaceClock.now();
    this.#window =
      report.kind === 'counted'
        ? RateLimitWindow.afterResponse(this.window, report.rate, time)
        : RateLimitWindow.afterRefusal(this.window, report.rate, report.until + this.#workspaceClock.aheadMs, time);
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
      if (user !== undefined) this.#uncountedScouts.add(user);
      // Give the other scouts, sent together with it, as long again: one user may be exempt when others are not.
      if (this.#passedAt === undefined) this.#decidesAt = now + Math.max(minDecisionMs, now - sentAt);
      this.#passedAt ??= now;
      return;
    }
    if (this.#state === 'unlimited' || user === undefined || sentAt < this.#limitedSince) return;
    const exemption = this.#exemptions.of(user);
    if (exemption?.isExempt === false && exemption.since > sentAt) return; // counted since then
    if (now < this.#headersAt + recentMs) {
      if (exemption?.isExempt === false) this.#noLongerCounted.add(user);
      if (this.#noLongerCounted.size >= maxUncounted) this.#become('unlimited');
      else this.#exemptions.set(user, { isExempt: true, since: now });
    } else if (exemption?.isExempt !== true && sentAt >= this.#countedAt && this.window?.endsAt === undefined)
      this.#become('unlimited');
  }

  #become(state: 'unlimited' | 'limited'): void {
    this.#state = state;
    this.#window = state === 'limited' ? this.#window : undefined;
    // Each response with headers comes here, and clearing an empty Set builds it anew.
    if (this.#uncountedScouts.size > 0) this.#uncountedScouts.clear();
    if (this.#noLongerCounted.size > 0) this.#noLongerCounted.clear();
    this.#passedAt = undefined;
    this.#decidesAt = Number.POSITIVE_INFINITY;
  }
}
