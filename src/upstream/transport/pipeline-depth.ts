/** How long pipelining rests when it has turned out to cost time: at first, and at most, twice as long each time. Milliseconds. */
const firstRestMs = 10_000;
const longestRestMs = 600_000;
/** How much the latest pipeline counts, beside all those before it. */
const weight = 0.2;
/** What calls behind others may wait for these, as a share of a call's own time. */
const maxWait = 0.5;
/** Calls that take less count as if they took so long: nobody notices what they wait. Milliseconds. */
const shortMs = 1;

/**
 * How many calls may be on one connection at a time. Responses come in the order of the requests, so a call can have to
 * wait for those before it: hardly with Rocket.Chat itself, which works on all of them at once, but for each with the
 * usual proxies, which pass on one request at a time. So it begins with pairs, and learns from the time between their
 * responses: with as many calls on a connection as `current` says, the last waits half as long as it takes, at most.
 */
export class PipelineDepth {
  readonly #max: number;
  readonly #now: () => number;
  /** What each further call on a connection adds, as a share of the time of the first. */
  #share = maxWait;
  #restMs = firstRestMs;
  #restsUntil = Number.NEGATIVE_INFINITY;

  /** `max`: calls on one connection at most; 1: no pipelining. `now`: milliseconds of a clock that is never set. */
  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
  }

  get current(): number {
    if (this.#max === 1 || this.#now() < this.#restsUntil) return 1;
    return Math.min(this.#max, 1 + Math.floor(maxWait / this.#share));
  }

  /** Responses to calls that went out together: the first came after `firstMs`, the `further` ones in `furtherMs` more. */
  observe(firstMs: number, furtherMs: number, further: number): void {
    this.#learn(furtherMs / further / Math.max(firstMs, shortMs));
  }

  /** A connection ended before all calls on it had been answered. */
  observeEnd(): void {
    this.#learn(1);
  }

  #learn(share: number): void {
    if (this.#now() < this.#restsUntil) return; // of what went out before the rest
    this.#share += (Math.min(1, share) - this.#share) * weight;
    if (this.#share > maxWait) this.#rest();
    else if (this.current === this.#max) this.#restMs = firstRestMs;
  }

  #rest(): void {
    this.#share = maxWait;
    this.#restsUntil = this.#now() + this.#restMs;
    this.#restMs = Math.min(longestRestMs, this.#restMs * 2);
  }
}
