/** The workspace's settings that change an answer. */
export interface Settings {
  /** R7: untyped routes of Rocket.Chat 7; R8: typed ones of 8.x. They differ in the order of checks and in errors. */
  dialect: 'R7' | 'R8';
  licensed: boolean;
  storeReceipts: boolean;
  useRealName: boolean;
  hideSystemMessages: readonly string[];
  /** Rows. */
  upperCount: number;
  /** Rows. */
  defaultCount: number;
  allowInfinite: boolean;
  rateLimit: { calls: number; ms: number } | false;
  directHistoryEndpoint: boolean;
  latencyMs: number;
}

/** Rocket.Chat's own defaults, but without the limiter and with receipts. */
export const DEFAULT_SETTINGS: Settings = {
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
