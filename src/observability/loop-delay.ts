import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Milliseconds between samples of the event loop, and between readings of the histogram. */
const resolutionMs = 10;
const intervalMs = 1000;

/** Event loop delay: the 99th percentile of the last second, in milliseconds. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #timer: NodeJS.Timeout;
  #p99Ms = 0;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#read(), intervalMs);
    this.#timer.unref();
  }

  get p99Ms(): number {
    return this.#p99Ms;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #read(): void {
    // The histogram records the time between samples, which equals the resolution when nothing is late.
    this.#p99Ms = Math.max(0, this.#histogram.percentile(99) / 1e6 - resolutionMs);
    this.#histogram.reset();
  }
}
