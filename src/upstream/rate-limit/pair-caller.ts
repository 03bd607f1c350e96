import type { LimiterCaller } from './outstanding-calls.ts';

/** Who makes a call: an address has a window; a user has a turn in the queue, and may be exempt. */
export interface CallerIdentity {
  /** Hash of user id and token. */
  readonly key: string;
  /** The end user's address where it is forwarded; undefined for the gateway's own, which all callers share. */
  readonly address: string | undefined;
}

/** A caller by the hash of their user id and token, whom the workspace may accept at any time. */
export class PairCaller implements LimiterCaller {
  readonly turnKey: string;
  readonly #key: string;
  readonly #userOf: (key: string) => string | undefined;

  /** `userOf`: the user of a pair that the workspace has accepted. */
  constructor(key: string, userOf: (key: string) => string | undefined) {
    this.turnKey = userOf(key) ?? key;
    this.#key = key;
    this.#userOf = userOf;
  }

  get user(): string | undefined {
    return this.#userOf(this.#key);
  }
}
