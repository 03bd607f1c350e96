import { GatewayError } from '../errors.ts';
import { maxSingleRooms } from '../planning/ledger.ts';

/**
 * The choice between two ways of reading the same thing of several rooms: one call for each room, or a bulk way whose
 * price does not depend on their number. One of these for each kind of thing and request.
 *
 * Single calls are made as long as they are no more than the bulk way would take, and two in the whole request at most,
 * so that the plan's price holds however the rooms come. When the workspace's call budget leaves no room for the one
 * way, the other is taken.
 */
export class Ways {
  #singleCalls = 0;

  /** How many of `count` keys to read singly: all of them, or none. */
  choose({ count, bulkCalls, allowsSingles, allowsBulk }: {
    readonly count: number;
    /** Calls that the bulk way would take now: none when its answers are here already. */
    readonly bulkCalls: number;
    /** Whether the budget has room for `count` single calls, and for the bulk way. */
    readonly allowsSingles: boolean;
    readonly allowsBulk: boolean;
  }): 'single' | 'bulk' {
    const fits = this.#singleCalls + count <= maxSingleRooms;
    const isCheaper = count <= bulkCalls;
    const isSingle = fits && isCheaper && (allowsSingles || !allowsBulk || count === 1);
    if (isSingle) this.#singleCalls += count;
    return isSingle ? 'single' : 'bulk';
  }

  /** How many keys may still be read singly when the bulk way was refused. */
  takeRest(count: number): number {
    const rest = Math.min(count, maxSingleRooms - this.#singleCalls);
    this.#singleCalls += rest;
    return rest;
  }
}

/**
 * Whether the workspace refused a bulk way for itself, so that single calls can take its place. A workspace that is
 * down or slow is not asked again: more calls would not help.
 */
export const isRefusal = (error: unknown): error is GatewayError =>
  error instanceof GatewayError && ['RATE_LIMITED', 'FORBIDDEN', 'UPSTREAM_BAD_RESPONSE'].includes(error.code);
