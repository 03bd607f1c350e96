/** The workspace's settings that affect responses. */
export interface Settings {
  /**
   * R7: the untyped routes of Rocket.Chat 7. R8: the typed routes of 8.x. They check in different order, with different
   * errors.
   */
  readonly dialect: 'R7' | 'R8';
  readonly licensed: boolean;
  readonly storeReceipts: boolean;
  /** What `settings.public` says of deleted messages; how each is deleted is said where the world's `remove` is called. */
  readonly keepHistory: boolean;
  readonly showDeletedStatus: boolean;
  readonly useRealName: boolean;
  readonly hideSystemMessages: readonly string[];
  /** Rows. */
  readonly upperCount: number;
  /** Rows. */
  readonly defaultCount: number;
  readonly allowInfinite: boolean;
  readonly rateLimit: { calls: number; ms: number } | false;
  readonly directHistoryEndpoint: boolean;
  readonly latencyMs: number;
}

/** Rocket.Chat's defaults, except for the rate limiter (off) and receipts (on). */
export const defaultSettings: Settings = {
  dialect: 'R8',
  licensed: true,
  storeReceipts: true,
  keepHistory: false,
  showDeletedStatus: false,
  useRealName: false,
  hideSystemMessages: [],
  upperCount: 100,
  defaultCount: 50,
  allowInfinite: true,
  rateLimit: false,
  directHistoryEndpoint: false,
  latencyMs: 0,
};
