import type { Ask, Grants, LearntWindow, SharedWindow } from '../upstream/rate-limit/shared-store.ts';
import type { StoreKeys } from './keys.ts';
import { leaseScript } from './lease-script.ts';
import type { RedisStore } from './redis-store.ts';
import { UntoldEnds } from './untold-ends.ts';

export interface SharedWindowsOptions {
  readonly redis: Pick<RedisStore, 'run'>;
  readonly keys: StoreKeys;
  /** Of this process. */
  readonly replica: string;
  /** After this many milliseconds a call without an end counts as lost. */
  readonly callMs: number;
}

/** Milliseconds that a spare lease lives. */
export const leaseMs = 300;
/** Those who wait ask again after this many milliseconds at the latest. */
const longestPauseMs = 60_000;
/** Spare leases taken at a time, at most. */
const maxSpare = 16;

/** Rate-limit windows in the store, as `leaseScript` keeps them. */
export class SharedWindows {
  readonly #options: SharedWindowsOptions;
  /** Of this replica's latest lease. */
  #serial = 0;

  constructor(options: SharedWindowsOptions) {
    this.#options = options;
  }

  /** `key`: endpoint and address. */
  windowOf(key: string): SharedWindow {
    const { redis, keys, callMs } = this.#options;
    const name = keys.hashed(key);
    const parts = ['w', 'o', 'q', 's'].map((part) => keys.named(`${part}:${name}`));
    const untold = new UntoldEnds();
    const tell = (...args: (string | number)[]) => redis.run(leaseScript, parts, args);
    const end = async (leases: readonly string[], how: 'lost' | 'back', ...args: (string | number)[]) => {
      if ((await tell(...args)) === undefined) untold.add(leases, how);
    };
    const lost = (lease: string) => void end([lease], 'lost', 'lost', lease);
    const giveBack = (leases: readonly string[]) => void end(leases, 'back', 'back', ...leases);
    return {
      take: (asks, usualResponseMs) => this.#take(parts, asks, usualResponseMs, untold),
      use: (lease, turnKey) => void tell('use', lease, callMs, keys.hashed(turnKey)),
      learn: (lease, window) => {
        const ended = lease === undefined ? [] : [lease];
        void end(ended, 'back', 'learn', lease ?? '', callMs, ...numbersOf(window));
      },
      lost,
      giveBack,
      settle: () => {
        const ends = untold.takeAll();
        for (const lease of ends.lost) lost(lease);
        if (ends.back.length > 0) giveBack(ends.back);
      },
    };
  }

  async #take(
    parts: readonly string[],
    asks: readonly Ask[],
    usualResponseMs: number,
    untold: UntoldEnds,
  ): Promise<Grants | undefined> {
    const { redis, keys, replica, callMs } = this.#options;
    const first = this.#serial + 1;
    let most = maxSpare;
    for (const { calls } of asks) most += calls;
    this.#serial += most;
    const askers = asks.flatMap(({ turnKey, calls, waitedMs, leftMs }) => [
      keys.hashed(turnKey),
      calls,
      Math.round(waitedMs),
      Math.round(leftMs),
    ]);
    const usualMs = Math.round(usualResponseMs);
    let grants: Grants | undefined;
    const isSane = (reply: unknown) => (grants = readGrants(reply, replica, first, asks)) !== undefined;
    const args = ['take', replica, first, callMs, usualMs, maxSpare, leaseMs, ...askers];
    await redis.run(leaseScript, parts, args, isSane);
    // What it has granted meanwhile, if it was not lost before.
    if (grants === undefined)
      untold.add(
        Array.from({ length: most }, (_, index) => `${replica}:${first + index}`),
        'back',
      );
    return grants;
  }
}

/** As the script takes them: whole numbers, -1 for what is not known. */
const numbersOf = ({ limit = -1, remaining, endsAt, endsInMs, isEndKnown }: LearntWindow): number[] => [
  limit,
  remaining,
  Math.round(endsAt),
  Math.round(endsInMs),
  isEndKnown ? 1 : 0,
];

/** The store is trusted to share, not to be sane: nobody gets more than they asked for. */
function readGrants(reply: unknown, replica: string, first: number, asks: readonly Ask[]): Grants | undefined {
  if (!Array.isArray(reply)) return undefined;
  const numbers = reply.map(Number);
  if (numbers.length !== 7 + asks.length || !numbers.every(Number.isSafeInteger)) return undefined;
  const [limit = -1, remaining = -1, endsAt = -1, isEndKnown, opensIn = -1, ...rest] = numbers;
  const [askAgainMs = 0, spares = 0, ...granted] = rest;
  let serial = first;
  const take = (count: number, most: number) =>
    Array.from({ length: Math.max(0, Math.min(count, most)) }, () => `${replica}:${serial++}`);
  const known = (value: number) => (value < 0 ? undefined : value);
  return {
    window:
      limit < 0
        ? undefined
        : { limit, remaining: known(remaining), endsAt: known(endsAt), isEndKnown: isEndKnown === 1 },
    opensInMs: remaining === 0 ? known(opensIn) : undefined,
    askAgainMs: Math.min(askAgainMs, longestPauseMs),
    leases: new Map(asks.map(({ turnKey, calls }, index) => [turnKey, take(granted[index] ?? 0, calls)])),
    spare: take(spares, maxSpare),
  };
}
