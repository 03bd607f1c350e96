import type { IncomingHttpHeaders } from 'node:http';
import { Gate, systemClock, type Clock } from './gate.ts';
import { readRateHeaders } from './rate-headers.ts';

/** What one endpoint still allows in the current window. Times in epoch milliseconds. */
export interface EndpointBudget {
  readonly endpoint: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number;
}

/** Who makes a call: the window is the address's, a turn in the queue and an exemption are the caller's. */
export interface BudgetCaller {
  /** Hash of user id and token. */
  readonly key: string;
  /** The end user's address where it is forwarded; else the gateway's own, for everybody. */
  readonly address: string | undefined;
}

/** What an answer told: its headers, and how the workspace's limiter treated the call. */
export interface BudgetAnswer {
  readonly headers: IncomingHttpHeaders;
  /** `passed`: it had its turn; `refused`: too many calls; `unknown`: an error that may have come before the limiter. */
  readonly limiter: 'passed' | 'refused' | 'unknown';
  /** Epoch milliseconds until which a refusal holds. */
  readonly refusedUntil?: number;
}

/**
 * A place in the line for one call. One that is given up must `leave`, unless its `ready` has resolved: every such
 * ticket must `exit` or be given back.
 */
export interface Ticket {
  readonly ready: Promise<void> | undefined;
  /** False when there was nothing to leave: the turn has come, or was refused. */
  readonly leave: () => boolean;
  /** The call has ended, with an answer or without one. */
  readonly exit: (answer: BudgetAnswer | undefined) => void;
  /** The call is not made after all, or did not reach the workspace. In place of `exit`. */
  readonly giveBack: () => void;
}

const leave = () => false;

/** Callers and windows that are remembered; those used longest ago are forgotten first. */
const maxCallers = 10_000;
const maxGates = 10_000;

/**
 * The call windows of one workspace. Rocket.Chat counts by client address, route and method, so all users of a gateway
 * share a window unless their addresses are forwarded. Users with `api-bypass-rate-limit` are not counted and get no
 * headers, as does everybody where the limiter is off: once that is seen, a caller's calls are not held back.
 */
export class Budget {
  readonly #clock: Clock;
  readonly #gates = new Map<string, Gate>();
  readonly #callers = new Map<string, 'limited' | 'exempt'>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Asks for a call. It may be made once `ready` (undefined: at once) resolves; when that rejects, not at all. */
  enter(endpoint: string, caller: BudgetCaller, until: number): Ticket {
    const gate = this.#gate(endpoint, caller.address);
    const status = this.#callers.get(caller.key);
    if (status === 'exempt') {
      return { ready: undefined, leave, exit: (answer) => this.#learn(gate, caller, answer), giveBack: () => undefined };
    }
    // A caller of whom nothing is known may be exempt: one call of his finds out, even where the window is used up.
    if (status === undefined && !gate.allows(1) && gate.isExhausted) {
      this.#remember(caller.key, 'limited');
      const giveBack = () => void this.#callers.delete(caller.key); // nothing was found out
      return { ready: undefined, leave, exit: (answer) => this.#learn(gate, caller, answer), giveBack };
    }
    const turn = gate.enter(caller.key, until);
    let isCounted = true;
    const ready = turn?.promise.then((counts) => {
      isCounted = counts;
    });
    ready?.catch(() => undefined); // whoever gave up waiting does not listen any more
    return {
      ready,
      leave: turn?.leave ?? leave,
      exit: (answer) => {
        this.#learn(gate, caller, answer);
        if (isCounted) gate.exit(answer === undefined && this.#callers.get(caller.key) !== 'exempt');
      },
      giveBack: () => {
        if (isCounted) gate.exit(false);
      },
    };
  }

  #learn(gate: Gate, caller: BudgetCaller, answer: BudgetAnswer | undefined): void {
    if (answer === undefined) return;
    const rate = readRateHeaders(answer.headers, this.#clock.now());
    const isRefused = answer.limiter === 'refused';
    if (rate !== undefined) gate.learn(isRefused ? { ...rate, remaining: 0 } : rate);
    else if (answer.refusedUntil !== undefined) gate.close(answer.refusedUntil);
    if (rate !== undefined || isRefused) this.#remember(caller.key, 'limited');
    else if (answer.limiter === 'passed') {
      const wasExempt = this.#callers.get(caller.key) === 'exempt';
      this.#remember(caller.key, 'exempt');
      if (wasExempt) return; // nothing of his waits
      for (const waiting of this.#gates.values()) if (!waiting.isIdle) waiting.release(caller.key);
    }
  }

  /** Whether so many calls could be made now, without waiting. */
  allows(endpoint: string, caller: BudgetCaller, count: number): boolean {
    if (this.#callers.get(caller.key) === 'exempt') return true;
    return this.#gates.get(gateKey(endpoint, caller.address))?.allows(count) ?? true;
  }

  /** The windows that are open for a caller, in the order of the endpoints' names; none for an exempt one. */
  current(caller: BudgetCaller): EndpointBudget[] {
    if (this.#callers.get(caller.key) === 'exempt') return [];
    return this.windows().filter(({ address }) => address === caller.address);
  }

  /** All open windows. */
  windows(): (EndpointBudget & { readonly address: string | undefined })[] {
    const open = [...this.#gates].flatMap(([key, gate]) => {
      const [endpoint = '', address] = key.split(' ');
      const { window } = gate;
      return window === undefined ? [] : [{ endpoint, address: address === '' ? undefined : address, ...window }];
    });
    return open.toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  }

  #gate(endpoint: string, address: string | undefined): Gate {
    const key = gateKey(endpoint, address);
    const known = this.#gates.get(key);
    const gate = known ?? new Gate(endpoint, this.#clock);
    this.#gates.delete(key);
    this.#gates.set(key, gate);
    if (this.#gates.size > maxGates) forgetFirst(this.#gates, (oldest) => oldest.isIdle);
    return gate;
  }

  #remember(callerKey: string, status: 'limited' | 'exempt'): void {
    this.#callers.delete(callerKey);
    this.#callers.set(callerKey, status);
    if (this.#callers.size > maxCallers) forgetFirst(this.#callers, () => true);
  }
}

const gateKey = (endpoint: string, address: string | undefined): string => `${endpoint} ${address ?? ''}`;

function forgetFirst<Value>(map: Map<string, Value>, mayGo: (value: Value) => boolean): void {
  for (const [key, value] of map) {
    if (mayGo(value)) {
      map.delete(key);
      return;
    }
  }
}
