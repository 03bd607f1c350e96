/** The workspace's settings that change an answer. */
export interface Settings {
  /** R7: untyped routes of Rocket.Chat 7; R8: typed ones of 8.x. They differ in the order of checks and in errors. */
  readonly dialect: 'R7' | 'R8';
  readonly licensed: boolean;
  readonly storeReceipts: boolean;
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

/** Rocket.Chat's own defaults, but without the limiter and with receipts. */
export const defaultSettings: Settings = {
  dialect: 'R8',
  licensed: true,
  storeReceipts: true,
  useRealName: false,
  hideSystemMessages: [],
  upperCount: 100,
  defaultCount: 50,
  allowInfinite: true,
  rateLimit: false,
  directHistoryEndpoint: false,
  latencyMs: 0,
};
