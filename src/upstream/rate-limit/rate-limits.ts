import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock.ts';
import type { LimitedCall } from './calls-out.ts';
import { RateLimiter } from './rate-limiter.ts';
import type { LimiterNews } from './known-limiter.ts';
import { readRateHeaders } from './rate-headers.ts';
import { Standings, type Standing } from './standings.ts';
import type { WorkspaceClock } from './workspace-clock.ts';

/** What one endpoint still allows in the current window. Times in epoch milliseconds. */
export interface EndpointBudget {
  readonly endpoint: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number;
}

/** Who makes a call: the window is the address's; a turn in the line and an exemption are the user's. */
export interface LimitedCaller {
  /** Hash of user id and token. */
  readonly key: string;
  /** The end user's address where it is forwarded; else the gateway's own, for everybody. */
  readonly address: string | undefined;
}

/** What an answer told: its headers, and how the workspace's limiter treated the call. */
export interface LimitedResponse {
  readonly headers: IncomingHttpHeaders;
  /**
   * `passed`: it had its turn; `refused`: too many calls; `before`: refused before the limiter saw it, unless its headers say
   * otherwise; `unknown`: none of these can be said.
   */
  readonly limiter: 'passed' | 'refused' | 'before' | 'unknown';
  /** Epoch milliseconds until which a refusal holds, where it says so. */
  readonly refusedUntil?: number;
}

/**
 * A place in the line for one call. One that is given up must `leave`, unless its `ready` has resolved: every such
 * ticket must be given back, or `send` and `exit`.
 */
export interface Ticket {
  readonly ready: Promise<void> | undefined;
  /** False when there was nothing to leave: the turn has come, or was refused. */
  readonly leave: () => boolean;
  /** The call goes out now. False where it may not any more, by what was learnt since its turn: then it is given back. */
  readonly send: () => boolean;
  /** The call has ended, with an answer or without one. */
  readonly exit: (answer: LimitedResponse | undefined) => void;
  /** The call is not made after all, or did not reach the workspace. In place of `exit`. */
  readonly giveBack: () => void;
}

export interface RateLimitsOptions {
  readonly clock: Clock;
  readonly workspaceClock: WorkspaceClock;
  /** The user of a pair of id and token that the workspace has accepted, by the pair's hash. */
  readonly userOf: (callerKey: string) => string | undefined;
  /** Milliseconds that an answer usually takes. */
  readonly usualResponseMs: () => number;
}

const leave = () => false;

/** How long a refusal holds that does not say so. Milliseconds. */
const refusedMs = 1000;

/** Windows that are remembered; those used longest ago are forgotten first. */
const maxGates = 10_000;

/** The gate before one endpoint and address, and whether an accepted user has ever used it. */
interface KnownGate {
  readonly endpoint: string;
  readonly address: string | undefined;
  readonly gate: RateLimiter;
  isUsersOwn: boolean;
}

/**
 * The call windows of one workspace. Rocket.Chat counts by client address, route and method, so all users of a gateway
 * share a window unless their addresses are forwarded.
 */
export class RateLimits {
  readonly #options: RateLimitsOptions;
  readonly #gates = new Map<string, KnownGate>();
  readonly #standings = new Standings();

  constructor(options: RateLimitsOptions) {
    this.#options = options;
  }

  /** Asks for a call. It may be made once `ready` (undefined: at once) resolves; when that rejects, not at all. */
  enter(endpoint: string, { key, address }: LimitedCaller, until: number): Ticket {
    const { userOf } = this.#options;
    const known = this.#gate(endpoint, address);
    const { gate } = known;
    const caller = {
      key: userOf(key) ?? key,
      get user() {
        return userOf(key);
      },
    };
    const { call, turn } = gate.enter(caller, until);
    turn?.promise.catch(() => undefined); // whoever gave up waiting does not listen any more
    return {
      ready: turn?.promise,
      leave: turn?.leave ?? leave,
      send: () => gate.send(call),
      exit: (answer) => {
        gate.exit(call, this.#newsOf(answer, call));
        known.isUsersOwn ||= caller.user !== undefined;
        this.#forgetBlank(known);
      },
      giveBack: () => {
        gate.giveBack(call);
        this.#forgetBlank(known);
      },
    };
  }

  /** Whether so many calls could be made now, without waiting. */
  allows(endpoint: string, { key, address }: LimitedCaller, count: number): boolean {
    return this.#gates.get(gateKey(endpoint, address))?.gate.allows(this.#options.userOf(key), count) ?? true;
  }

  /** The windows that are open for a caller, in the order of the endpoints' names. Whom the workspace has not accepted is told of none. */
  current({ key, address }: LimitedCaller): EndpointBudget[] {
    const user = this.#options.userOf(key);
    if (user === undefined) return [];
    return this.#open(({ gate, address: its }) => its === address && !gate.isFree(user));
  }

  /** All open windows. */
  windows(): (EndpointBudget & { readonly address: string | undefined })[] {
    return this.#open(() => true);
  }

  #open(isMeant: (known: KnownGate) => boolean): (EndpointBudget & { readonly address: string | undefined })[] {
    const open = [...this.#gates.values()]
      .filter(isMeant)
      .flatMap(({ endpoint, address, gate: { window } }) =>
        window === undefined ? [] : [{ endpoint, address, ...window }],
      );
    return open.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  }

  #newsOf(answer: LimitedResponse | undefined, { sentAt = 0 }: LimitedCall): LimiterNews {
    if (answer === undefined) return { kind: 'lost' };
    const { clock, workspaceClock } = this.#options;
    const { headers, limiter, refusedUntil = clock.now() + refusedMs } = answer;
    const rate = readRateHeaders(headers, sentAt + workspaceClock.aheadMs, workspaceClock.now());
    if (limiter === 'refused') return { kind: 'refused', rate, until: refusedUntil };
    if (rate !== undefined) return { kind: 'counted', rate };
    return { kind: limiter === 'passed' ? 'passed' : limiter === 'before' ? 'nothing' : 'lost' };
  }

  #gate(endpoint: string, address: string | undefined): KnownGate {
    const key = gateKey(endpoint, address);
    const known = this.#gates.get(key);
    if (known === undefined && this.#gates.size >= maxGates) this.#forgetOne();
    const gate = known ?? { endpoint, address, gate: this.#createGate(endpoint, key), isUsersOwn: false };
    this.#gates.delete(key);
    this.#gates.set(key, gate);
    return gate;
  }

  #createGate(endpoint: string, key: string): RateLimiter {
    const standings = {
      of: (user: string) => this.#standings.of(user, key),
      latestOf: (user: string) => this.#standings.latestOf(user),
      set: (user: string, standing: Standing) => this.#standings.set(user, key, standing),
    };
    return new RateLimiter({ ...this.#options, endpoint, standings });
  }

  /** Calls that teach nothing, as those with made-up credentials, leave nothing behind. */
  #forgetBlank({ endpoint, address, gate }: KnownGate): void {
    if (gate.isBlank) this.#gates.delete(gateKey(endpoint, address));
  }

  /** Forgets the window used longest ago: of those that no accepted user has used, if there is one. */
  #forgetOne(): void {
    let oldest: string | undefined;
    for (const [key, { gate, isUsersOwn }] of this.#gates) {
      if (!gate.isIdle) continue;
      oldest ??= key;
      if (isUsersOwn) continue;
      oldest = key;
      break;
    }
    if (oldest !== undefined) this.#gates.delete(oldest);
  }
}

const gateKey = (endpoint: string, address: string | undefined): string => `${endpoint} ${address ?? ''}`;
