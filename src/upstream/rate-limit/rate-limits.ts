import type { IncomingHttpHeaders } from 'node:http';
import type { Turn } from '../cancellation.ts';
import type { Clock } from '../clock.ts';
import type { LimitedCall, LimiterCaller } from './outstanding-calls.ts';
import { PairCaller, type CallerIdentity } from './pair-caller.ts';
import { RateLimiter } from './rate-limiter.ts';
import { SharedLimiter } from './shared-limiter.ts';
import type { SharedStore } from './shared-store.ts';
import type { LimiterReport } from './limiter-model.ts';
import { readRateHeaders } from './rate-headers.ts';
import { Exemptions, type Exemption } from './exemptions.ts';
import type { WorkspaceClock } from './workspace-clock.ts';

/** What one endpoint still allows in the current window. `resetAt` in epoch milliseconds. */
export interface EndpointBudget {
  readonly endpoint: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number;
}

/** A response's headers, and what the workspace's limiter did with the call. */
export interface LimitedResponse {
  readonly headers: IncomingHttpHeaders;
  /**
   * `passed`: let it pass; `refused`: too many calls; `before`: the call was refused before it, unless headers say
   * otherwise; `unknown`: cannot be said.
   */
  readonly limiter: 'passed' | 'refused' | 'before' | 'unknown';
  /** Epoch milliseconds until which a refusal holds, if it says so. */
  readonly refusedUntil?: number;
}

export interface RateLimitsOptions {
  readonly clock: Clock;
  readonly workspaceClock: WorkspaceClock;
  /** The user of a pair of id and token that the workspace has accepted, by the pair's hash. */
  readonly userOf: (callerKey: string) => string | undefined;
  /** Milliseconds that a response usually takes. */
  readonly usualResponseMs: () => number;
  /** What several replicas before one workspace share. */
  readonly store?: SharedStore | undefined;
}

/** How long a refusal holds when it does not say. Milliseconds. */
const refusedMs = 1000;

/** Windows that a store is taught at once; of the others it hears when they are used. */
const maxTaught = 500;

/** Limiters remembered; the least recently used are forgotten first. */
const maxLimiters = 10_000;

/** The limiter of one endpoint and address, and whether an accepted user has ever used it. */
interface LimiterEntry {
  readonly endpoint: string;
  readonly address: string | undefined;
  readonly limiter: RateLimiter;
  /** Where replicas share their windows: what is in front of that limiter. */
  readonly shared: SharedLimiter | undefined;
  isUsedByUser: boolean;
}

const limiterOf = ({ shared, limiter }: LimiterEntry): RateLimiter | SharedLimiter => shared ?? limiter;

/**
 * The rate limits of one workspace. Rocket.Chat counts calls by client address, route and method, so all users of a
 * gateway share a window unless their addresses are forwarded.
 */
export class RateLimits {
  readonly #options: RateLimitsOptions;
  readonly #limiters = new Map<string, LimiterEntry>();
  /** The most recently used one: it has its place already. */
  #latest: LimiterEntry | undefined;
  readonly #exemptions = new Exemptions();

  constructor(options: RateLimitsOptions) {
    this.#options = options;
  }

  /** Milliseconds in which a call has its turn that need not wait: at once, or when a store has replied. */
  get promptMs(): number {
    return this.#options.store?.replyMs ?? 0;
  }

  /** Reserves a call. It may go out when `ready` resolves (undefined: now), and never when `ready` rejects. */
  enter(endpoint: string, { key, address }: CallerIdentity, until: number): Reservation {
    return new Reservation(this, this.#entryOf(endpoint, address), new PairCaller(key, this.#options.userOf), until);
  }

  /** A reserved call has ended. */
  exit(known: LimiterEntry, call: LimitedCall, response: LimitedResponse | undefined): void {
    limiterOf(known).exit(call, this.#reportOf(response, call));
    known.isUsedByUser ||= call.caller.user !== undefined;
    this.#forgetBlank(known);
  }

  /** A reserved call did not go out after all. */
  giveBack(known: LimiterEntry, call: LimitedCall): void {
    limiterOf(known).giveBack(call);
    this.#forgetBlank(known);
  }

  /** Whether this many calls could go out now without waiting. */
  allows(endpoint: string, { key, address }: CallerIdentity, count: number): boolean {
    return this.#limiters.get(keyOf(endpoint, address))?.limiter.allows(this.#options.userOf(key), count) ?? true;
  }

  /** A caller's open windows, sorted by endpoint. None for callers whom the workspace has not accepted. */
  current({ key, address }: CallerIdentity): EndpointBudget[] {
    const user = this.#options.userOf(key);
    if (user === undefined) return [];
    return this.#open(({ limiter, address: its }) => its === address && !limiter.isExempt(user));
  }

  /** All open windows. */
  windows(): (EndpointBudget & { readonly address: string | undefined })[] {
    return this.#open(() => true);
  }

  /** The store that replicas share was lost, is back, or has lost its memory. It is taught the windows used last. */
  storeChanged(): void {
    let left = this.#limiters.size;
    for (const { shared } of this.#limiters.values()) {
      shared?.storeChanged(left <= maxTaught);
      left -= 1;
    }
  }

  /** Gives back what other replicas can use: this one stops. */
  close(): void {
    for (const { shared } of this.#limiters.values()) shared?.close();
  }

  #open(matches: (known: LimiterEntry) => boolean): (EndpointBudget & { readonly address: string | undefined })[] {
    const open = [...this.#limiters.values()]
      .filter(matches)
      .flatMap(({ endpoint, address, limiter: { window } }) =>
        window === undefined ? [] : [{ endpoint, address, ...window }],
      );
    return open.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  }

  #reportOf(response: LimitedResponse | undefined, { sentAt = 0 }: LimitedCall): LimiterReport {
    if (response === undefined) return { kind: 'lost' };
    const { clock, workspaceClock } = this.#options;
    const { headers, limiter, refusedUntil } = response;
    const rate = readRateHeaders(headers, sentAt + workspaceClock.aheadMs, workspaceClock.now());
    if (limiter === 'refused') return { kind: 'refused', rate, until: refusedUntil ?? clock.now() + refusedMs };
    if (rate !== undefined) return { kind: 'counted', rate };
    return { kind: limiter === 'passed' ? 'passed' : limiter === 'before' ? 'nothing' : 'lost' };
  }

  #entryOf(endpoint: string, address: string | undefined): LimiterEntry {
    const key = keyOf(endpoint, address);
    const known = this.#limiters.get(key);
    if (known !== undefined && known === this.#latest) return known;
    if (known === undefined && this.#limiters.size >= maxLimiters) this.#forgetOne();
    const entry = known ?? this.#createEntry(endpoint, address, key);
    this.#limiters.delete(key);
    this.#limiters.set(key, entry);
    this.#latest = entry;
    return entry;
  }

  #createEntry(endpoint: string, address: string | undefined, key: string): LimiterEntry {
    const { store } = this.#options;
    const limiter = this.#createLimiter(endpoint, key);
    const shared =
      store && new SharedLimiter(limiter, { ...this.#options, endpoint, store, window: store.windowOf(key) });
    return { endpoint, address, limiter, shared, isUsedByUser: false };
  }

  #createLimiter(endpoint: string, key: string): RateLimiter {
    const { store } = this.#options;
    const exemptions = {
      of: (user: string) => this.#exemptions.of(user, key),
      latestOf: (user: string) => this.#exemptions.latestOf(user),
      set: (user: string, exemption: Exemption) => this.#exemptions.set(user, key, exemption),
    };
    const sharers = store && (() => (store.isAway ? store.replicas : undefined));
    return new RateLimiter({ ...this.#options, endpoint, exemptions, sharers });
  }

  /** Calls that teach nothing, such as those with made-up credentials, leave nothing behind. */
  #forgetBlank({ endpoint, address, limiter, shared }: LimiterEntry): void {
    if (limiter.isBlank && shared?.isIdle !== false) this.#limiters.delete(keyOf(endpoint, address));
  }

  /** Forgets the least recently used limiter: if possible, one that no accepted user has used. */
  #forgetOne(): void {
    let oldest: string | undefined;
    for (const [key, { limiter, shared, isUsedByUser }] of this.#limiters) {
      if (!limiter.isIdle || shared?.isIdle === false) continue;
      oldest ??= key;
      if (isUsedByUser) continue;
      oldest = key;
      break;
    }
    if (oldest !== undefined) this.#limiters.delete(oldest);
  }
}

const keyOf = (endpoint: string, address: string | undefined): string =>
  address === undefined ? endpoint : `${endpoint} ${address}`;

/**
 * One call's place in a rate-limit window. A cancelled call must `leave` while `ready` is pending; once `ready` has
 * resolved, a reservation must `send` and then `exit`, or be given back.
 */
export class Reservation {
  /** Undefined: the call has its turn now. */
  readonly ready: Promise<void> | undefined;
  readonly #limits: RateLimits;
  readonly #known: LimiterEntry;
  readonly #call: LimitedCall;
  readonly #turn: Turn | undefined;

  constructor(limits: RateLimits, known: LimiterEntry, caller: LimiterCaller, until: number) {
    const { call, turn } = limiterOf(known).enter(caller, until);
    turn?.promise.catch(() => undefined); // a cancelled call no longer listens
    this.ready = turn?.promise;
    this.#limits = limits;
    this.#known = known;
    this.#call = call;
    this.#turn = turn;
  }

  /** False when there was nothing to leave: the turn has come, or was refused. */
  leave(): boolean {
    return this.#turn?.leave() ?? false;
  }

  /** The call goes out now. False when later responses have taken its turn back: then it must be given back. */
  send(): boolean {
    return limiterOf(this.#known).send(this.#call);
  }

  /** The call has ended, with a response or without one. */
  exit(response: LimitedResponse | undefined): void {
    this.#limits.exit(this.#known, this.#call, response);
  }

  /** The call did not go out after all, or did not reach the workspace. Instead of `exit`. */
  giveBack(): void {
    this.#limits.giveBack(this.#known, this.#call);
  }
}
