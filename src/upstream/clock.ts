export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back after `ms` milliseconds; returns a function that cancels the timer. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
