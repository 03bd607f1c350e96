export interface BulkheadLimits {
  /** Calls in flight at most, of all callers; and the least share of one caller. */
  readonly inFlight: number;
  readonly inFlightOfOne: number;
  /** Waiting calls at most, the same way. */
  readonly waiting: number;
  readonly waitingOfOne: number;
  /** Longest wait of a call. Milliseconds. */
  readonly waitMs: number;
}

export const defaultLimits: BulkheadLimits = {
  inFlight: 64,
  inFlightOfOne: 8,
  waiting: 256,
  waitingOfOne: 32,
  waitMs: 1000,
};
