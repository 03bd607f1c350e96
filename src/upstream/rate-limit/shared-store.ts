/** A caller of this replica who waits for calls of a shared window. Milliseconds. */
export interface Ask {
  /** Whose turn it is: see `LimiterCaller`. */
  readonly turnKey: string;
  /** Their waiting calls. */
  readonly calls: number;
  /** How long the oldest of these has waited, and how much longer the newest will. */
  readonly waitedMs: number;
  readonly leftMs: number;
}

/** What the store knows of a shared window; undefined for what it does not know. */
export interface SharedWindowState {
  readonly limit: number;
  readonly remaining: number | undefined;
  /** By the workspace's clock, in epoch milliseconds. */
  readonly endsAt: number | undefined;
  /** Whether the workspace named that end. */
  readonly isEndKnown: boolean;
}

export interface Grants {
  /** Undefined while nothing is known of the workspace's limiter. */
  readonly window: SharedWindowState | undefined;
  /** Milliseconds until the window opens, when nothing is left of it. */
  readonly opensInMs: number | undefined;
  /** Milliseconds after which those who still wait ask again. */
  readonly askAgainMs: number;
  /** Leases of calls that may go out now, by `turnKey`. */
  readonly leases: ReadonlyMap<string, readonly string[]>;
  /** Leases that the replica may use for its next calls, as long as they live. */
  readonly spare: readonly string[];
}

/** What a response said of its window. Times as in `RateHeaders`. */
export interface LearntWindow {
  readonly limit: number | undefined;
  readonly remaining: number;
  readonly endsAt: number;
  readonly endsInMs: number;
  /** Whether the workspace named that end. */
  readonly isEndKnown: boolean;
}

/**
 * A rate-limit window that replicas share. Only `take` is waited for, a moment at most: everything else is told, and lost
 * where the store is away.
 */
export interface SharedWindow {
  /** Undefined when the store is away. */
  take(asks: readonly Ask[], usualResponseMs: number): Promise<Grants | undefined>;
  /** A call goes out with a spare lease. */
  use(lease: string, turnKey: string): void;
  /** A response came, for a call with this lease or for one without. */
  learn(lease: string | undefined, window: LearntWindow): void;
  /** The call may have been counted. */
  lost(lease: string): void;
  /** The calls were not sent, or not counted. */
  giveBack(leases: readonly string[]): void;
  /** The store is back: ends that it did not hear are told. What their responses said is taught before. */
  settle(): void;
}

export interface SharedStore {
  readonly isAway: boolean;
  /** Replicas seen last, this one included. */
  readonly replicas: number;
  /** Milliseconds that a spare lease lives. */
  readonly leaseMs: number;
  /** Milliseconds after which a reply comes too late. */
  readonly replyMs: number;
  windowOf(key: string): SharedWindow;
}
