import type { Clock } from '../../src/upstream/clock.ts';
import type { Grants, SharedStore, SharedWindow } from '../../src/upstream/rate-limit/shared-store.ts';
import { UntoldEnds } from '../../src/store/untold-ends.ts';
import { LeaseModel } from './lease-model.ts';

/** The store of several replicas in one process and in virtual time: the lease protocol's model behind a slow wire. */
export class ModelStore {
  readonly #clock: Clock;
  /** Milliseconds there, and back. */
  readonly #wireMs: number;
  readonly #models = new Map<string, LeaseModel>();
  #era = 0;
  isAway = false;
  replicas = 0;

  constructor(clock: Clock, wireMs: number) {
    this.#clock = clock;
    this.#wireMs = wireMs;
  }

  /** What was on its way is lost; `isEmpty`: its memory too. */
  lose(isEmpty: boolean): void {
    this.isAway = true;
    this.#era += 1;
    if (isEmpty) for (const model of this.#models.values()) model.clear();
  }

  /** The store as one replica sees it. */
  join(): SharedStore {
    this.replicas += 1;
    const replica = `r${this.replicas}`;
    const isAway = () => this.isAway;
    const count = () => this.replicas;
    return {
      get isAway() {
        return isAway();
      },
      get replicas() {
        return count();
      },
      leaseMs: 300,
      replyMs: 20,
      windowOf: (key) => this.#windowOf(key, replica),
    };
  }

  #windowOf(key: string, replica: string): SharedWindow {
    const model = this.#models.get(key) ?? new LeaseModel(this.#clock.now());
    this.#models.set(key, model);
    let serial = 1;
    const untold = new UntoldEnds();
    const end = async (leases: readonly string[], how: 'lost' | 'back', step: () => void) => {
      const isTold = await this.#send(model, () => {
        step();
        return true;
      });
      if (isTold === undefined) untold.add(leases, how);
    };
    const lost = (lease: string) => void end([lease], 'lost', () => model.lost(lease));
    const giveBack = (leases: readonly string[]) => void end(leases, 'back', () => model.back(leases));
    return {
      take: async (asks, usualMs) => {
        const first = serial;
        serial += 16;
        for (const { calls } of asks) serial += calls;
        const times = { callMs: 20_000, usualMs, maxSpare: 16, leaseMs: 300 };
        const reply = await this.#send(model, () =>
          model.take(
            replica,
            first,
            times,
            asks.map(({ turnKey, calls, waitedMs, leftMs }) => [turnKey, calls, waitedMs, leftMs] as const),
          ),
        );
        const mayBeGranted = Array.from({ length: serial - first }, (_, index) => `${replica}:${first + index}`);
        if (reply === undefined) untold.add(mayBeGranted, 'back');
        return (
          reply &&
          readGrants(
            reply,
            replica,
            first,
            asks.map(({ turnKey }) => turnKey),
          )
        );
      },
      use: (lease, turnKey) => void this.#send(model, () => model.use(lease, 20_000, turnKey)),
      learn: (lease, { limit = -1, remaining, endsAt, endsInMs, isEndKnown }) =>
        void end(lease === undefined ? [] : [lease], 'back', () =>
          model.learn(lease ?? '', 20_000, limit, remaining, endsAt, endsInMs, isEndKnown),
        ),
      lost,
      giveBack,
      settle: () => {
        const ends = untold.takeAll();
        for (const lease of ends.lost) lost(lease);
        if (ends.back.length > 0) giveBack(ends.back);
      },
    };
  }

  /** Undefined when the store is away, at the latest when the reply should come. */
  async #send<T>(model: LeaseModel, step: () => T): Promise<T | undefined> {
    const era = this.#era;
    await this.#sleep();
    if (this.isAway || era !== this.#era) return undefined;
    model.now = this.#clock.now();
    const reply = step();
    await this.#sleep();
    return era === this.#era ? reply : undefined;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(this.#wireMs, resolve);
    });
  }
}

function readGrants(reply: readonly number[], replica: string, first: number, turnKeys: readonly string[]): Grants {
  const [limit = -1, remaining = -1, endsAt = -1, isEndKnown, opensIn = -1, ...rest] = reply;
  const [askAgainMs = 0, spares = 0, ...granted] = rest;
  let serial = first;
  const take = (count: number) => Array.from({ length: count }, () => `${replica}:${serial++}`);
  const known = (value: number) => (value < 0 ? undefined : value);
  return {
    window:
      limit < 0
        ? undefined
        : { limit, remaining: known(remaining), endsAt: known(endsAt), isEndKnown: isEndKnown === 1 },
    opensInMs: remaining === 0 ? known(opensIn) : undefined,
    askAgainMs,
    leases: new Map(turnKeys.map((turnKey, index) => [turnKey, take(granted[index] ?? 0)])),
    spare: take(spares),
  };
}
