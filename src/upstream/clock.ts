export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back after `ms` milliseconds; returns a function that cancels the timer. */
  after(ms: number, callback: () => void): () => void;
}

/** The time of this microtask; undefined until something in it asks. */
let time: number | undefined;
const settled = Promise.resolve();
const forget = () => {
  time = undefined;
};

/** One call asks some twenty-five times in three microtasks; reading the system's clock each time takes 1.5 µs. */
function now(): number {
  if (time !== undefined) return time;
  void settled.then(forget);
  return (time = Date.now());
}

export const systemClock: Clock = {
  now,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
