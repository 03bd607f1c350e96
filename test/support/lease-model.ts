/** The lease protocol as plain state: what `leaseScript` does in the store, written a second time. */
export class LeaseModel {
  now: number;
  /** By name; 0 is a value. */
  readonly window = new Map<string, number>();
  readonly out = new Map<string, number>();
  readonly waiting = new Map<string, { since: number; want: number; expires: number }>();
  readonly served = new Map<string, number>();

  constructor(now: number) {
    this.now = now;
  }

  /** The store has lost its memory. */
  clear(): void {
    for (const each of [this.window, this.out, this.waiting, this.served]) each.clear();
  }

  take(replica: string, first: number, times: TakeTimes, asks: readonly ModelAsk[]): number[] {
    this.#begin();
    const { callMs, usualMs, maxSpare, leaseMs } = times;
    for (const [name, { expires }] of this.waiting) if (expires <= this.now) this.waiting.delete(name);
    const waiters = new Map<string, Waiter>();
    for (const [name, { since, want }] of this.waiting) waiters.set(name, { name, since, want, turn: 0, served: 0 });
    const askers = asks.map(([name, want, waited, left]) => {
      const since = waiters.get(name)?.since ?? this.now - waited;
      const asker = { name, want, waited, left, since, turn: 0, served: 0, got: 0 };
      waiters.set(name, asker);
      return asker;
    });
    askers.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    for (const waiter of waiters.values()) waiter.served = this.served.get(waiter.name) ?? 0;
    const isShared =
      waiters.size > 1 ||
      (this.window.get('before') ?? 0) > 1 ||
      this.served.size > 1 ||
      (this.served.size === 1 && askers[0]?.served === 0);
    const keptFor = (asker: Waiter): number => {
      let kept = 0;
      for (const other of waiters.values()) {
        if (other === asker) continue;
        const isAhead = isBefore(other, asker);
        kept += Math.min(other.want, Math.max(0, asker.served + (isAhead ? 1 : 0) - other.served));
      }
      return kept;
    };
    const mayGo = (asker: (typeof askers)[number]): boolean => {
      if (asker.want === 0) return false;
      if (!this.window.has('limit') && asker.waited >= usualMs) return true;
      const room = this.#most - this.out.size;
      const isScarce = room * 2 <= (this.window.get('limit') ?? Number.POSITIVE_INFINITY);
      if (isShared && isScarce && asker.served > 0 && asker.waited < 50) return false;
      return room > 0 && (waiters.size === 1 || room > keptFor(asker));
    };
    let serial = first;
    let turns = 0;
    for (let hasGone = true; hasGone;) {
      hasGone = false;
      for (const asker of askers) {
        if (!mayGo(asker)) continue;
        this.out.set(`u${replica}:${serial++}`, this.now + callMs);
        asker.got += 1;
        asker.want -= 1;
        asker.served = this.#serve(asker.name);
        asker.since = this.now;
        turns += 1;
        asker.turn = turns;
        hasGone = true;
      }
    }
    const remaining = this.window.get('remaining');
    const closesAt = this.window.get('closesAt');
    const opensIn = remaining !== undefined && closesAt !== undefined ? Math.max(0, closesAt + 20 - this.now) : -1;
    const isUsedUp = remaining !== undefined && remaining <= 0 && opensIn >= 0;
    let waits = false;
    for (const asker of askers) {
      if (asker.want === 0) {
        this.waiting.delete(asker.name);
        continue;
      }
      waits = true;
      const stays = isUsedUp && opensIn > asker.left ? 0 : Math.min(asker.left, isUsedUp ? opensIn + 150 : 150);
      if (stays > 0) this.waiting.set(asker.name, { since: asker.since, want: asker.want, expires: this.now + stays });
    }
    let spare = 0;
    const limit = this.window.get('limit');
    if (!waits && this.waiting.size === 0 && limit !== undefined && remaining !== undefined) {
      if ((remaining - this.out.size) * 4 > limit) spare = Math.min(maxSpare, Math.floor(limit / 100));
      for (let count = 0; count < spare; count += 1) this.out.set(`l${replica}:${serial++}`, this.now + leaseMs + 200);
    }
    const askAgain = waits ? (isUsedUp ? opensIn + 1 : 25) : 0;
    const endsAt = this.window.get('endsAt') ?? -1;
    const got = new Map(askers.map((asker) => [asker.name, asker.got]));
    return [
      limit ?? -1,
      remaining ?? -1,
      endsAt,
      this.window.get('isEndKnown') ?? 0,
      opensIn,
      askAgain,
      spare,
      ...asks.map(([name]) => got.get(name) ?? 0),
    ];
  }

  use(lease: string, callMs: number, caller: string): void {
    this.#begin();
    this.out.delete(`l${lease}`);
    this.out.set(`u${lease}`, this.now + callMs);
    this.#serve(caller);
  }

  lost(lease: string): void {
    this.#begin();
    if (this.out.delete(`u${lease}`)) this.#lose(1);
  }

  back(leases: readonly string[]): void {
    this.#begin();
    for (const lease of leases) if (!this.out.delete(`u${lease}`)) this.out.delete(`l${lease}`);
  }

  learn(
    lease: string,
    callMs: number,
    limit: number,
    remaining: number,
    endsAt: number,
    endsIn: number,
    isEndKnown: boolean,
  ): void {
    this.#begin();
    const turnAt = (this.out.get(`u${lease}`) ?? 0) - callMs;
    this.out.delete(`u${lease}`);
    this.#learn(turnAt, limit, remaining, endsAt, endsIn, isEndKnown);
  }

  get #most(): number {
    if (this.window.has('limit')) return this.window.get('remaining') ?? 1;
    const isRecent = this.now - (this.window.get('lostAt') ?? 0) < 60_000;
    return isRecent ? Math.max(1, 4 - (this.window.get('lost') ?? 0)) : 4;
  }

  #learn(turnAt: number, limit: number, told: number, endsAt: number, endsIn: number, isEndKnown: boolean): void {
    const { window } = this;
    if (limit >= 0) window.set('limit', limit);
    else if (!window.has('limit')) window.set('limit', told + 1);
    if (endsIn <= 0 || this.#isEnd('pastEnd', endsAt)) return;
    const knownEnd = window.get('endsAt');
    const isNew = knownEnd !== undefined && isEndKnown && !this.#isEnd('endsAt', endsAt);
    if (isNew && window.get('isEndKnown') === 1 && endsAt < knownEnd) return;
    if (turnAt > (window.get('lostAt') ?? 0)) window.delete('lost');
    const remaining = Math.max(0, told - (window.get('lost') ?? 0));
    if (isNew) {
      window.set('pastEnd', knownEnd);
      window.set('remaining', remaining);
      window.delete('closesAt');
      window.delete('late');
      this.#clearTurns();
    }
    window.set('remaining', Math.min(window.get('remaining') ?? remaining, remaining));
    if (!isEndKnown && window.get('isEndKnown') === 1 && window.has('closesAt')) return;
    const isGuess = isEndKnown && window.get('isEndKnown') !== 1;
    const closesAt = isGuess ? undefined : window.get('closesAt');
    window.set('endsAt', endsAt);
    window.set('isEndKnown', isEndKnown ? 1 : 0);
    window.set('closesAt', Math.min(closesAt ?? Number.POSITIVE_INFINITY, this.now + endsIn));
  }

  #isEnd(name: string, endsAt: number): boolean {
    const end = this.window.get(name);
    return end !== undefined && Math.abs(end - endsAt) < 1000;
  }

  #begin(): void {
    let lost = 0;
    for (const [id, expires] of this.out) {
      if (expires > this.now) continue;
      this.out.delete(id);
      if (id.startsWith('u')) lost += 1;
    }
    this.#lose(lost);
    const { window } = this;
    const closesAt = window.get('closesAt');
    if (closesAt === undefined || this.now < closesAt + 20) return;
    const limit = window.get('limit') ?? 0;
    const endsAt = window.get('endsAt');
    if (endsAt === undefined) window.delete('pastEnd');
    else window.set('pastEnd', endsAt);
    window.delete('endsAt');
    window.delete('closesAt');
    const late = window.get('late');
    if (window.get('isEndKnown') === 1 && limit > 0) window.set('remaining', Math.max(1, limit - (late ?? 0)));
    else window.delete('remaining');
    if (late === undefined) window.delete('lost');
    else window.set('lost', late);
    window.delete('late');
    this.#clearTurns();
  }

  #lose(count: number): void {
    const { window } = this;
    if (count === 0) return;
    window.set('lost', Math.min(64, (window.get('lost') ?? 0) + count));
    window.set('lostAt', this.now);
    const closesAt = window.get('closesAt');
    if (closesAt !== undefined && this.now > closesAt - 1000)
      window.set('late', Math.min(64, (window.get('late') ?? 0) + count));
    const remaining = window.get('remaining');
    if (remaining === undefined) return;
    window.set('remaining', Math.max(0, remaining - count));
    if (closesAt !== undefined) return;
    window.set('closesAt', this.now + 60_000);
    window.set('isEndKnown', 0);
  }

  #clearTurns(): void {
    this.window.set('before', this.served.size);
    this.served.clear();
  }

  #serve(caller: string): number {
    const count = (this.served.get(caller) ?? 0) + 1;
    this.served.set(caller, count);
    return count;
  }
}

interface Waiter {
  readonly name: string;
  since: number;
  want: number;
  turn: number;
  served: number;
}

const isBefore = (a: Waiter, b: Waiter): boolean => {
  if (a.since !== b.since) return a.since < b.since;
  return a.turn === b.turn ? a.name < b.name : a.turn < b.turn;
};

/** Caller, calls, and milliseconds: waited, and left. */
export type ModelAsk = readonly [name: string, want: number, waited: number, left: number];

export interface TakeTimes {
  readonly callMs: number;
  readonly usualMs: number;
  readonly maxSpare: number;
  readonly leaseMs: number;
}
