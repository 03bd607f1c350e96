import { performance } from 'node:perf_hooks';

/** How long the process must have had next to nothing to do: requests after a collection are slow for a second or two. */
const intervalMs = 30_000;
/** Share of that time in which the event loop was busy. */
const idleUtilization = 0.02;
/** What is worth a pause of a tenth of a second, and code that V8 compiles once more. */
const worthwhileBytes = 64 * 2 ** 20;

/** What is known of the process. */
export interface ProcessReadings {
  /** Share of the time since the last reading in which the event loop was busy, 0 to 1. */
  readonly utilization: () => number;
  /** Resident memory, bytes. */
  readonly rss: () => number;
  /** Collects all garbage, and returns the freed memory to the system. */
  readonly collect: () => Promise<void>;
}

/**
 * Returns memory to the system after a burst. The heap's young part grows to three times `--max-semi-space-size` under
 * load, because rare collections save CPU time. V8 collects when somebody allocates: an idle process would keep it all.
 */
export class IdleMemory {
  readonly #readings: ProcessReadings;
  /** Resident memory at the start, or after the last collection. */
  #base: number;

  constructor(readings: ProcessReadings) {
    this.#readings = readings;
    this.#base = readings.rss();
  }

  /** To be called at intervals: collects if the process was idle since the last call, and has grown. */
  async look(): Promise<void> {
    const { utilization, rss, collect } = this.#readings;
    const isIdle = utilization() < idleUtilization;
    if (!isIdle || rss() < this.#base + worthwhileBytes) return;
    await collect();
    this.#base = rss();
  }
}

/** For as long as this process lives. */
export function releaseMemoryWhenIdle(): void {
  const idleMemory = new IdleMemory(readingsOfProcess());
  const timer = setInterval(() => {
    // Where no inspector is allowed or built in, the process keeps its memory.
    idleMemory.look().catch(() => clearInterval(timer));
  }, intervalMs);
  timer.unref();
}

export function readingsOfProcess(): ProcessReadings {
  let last = performance.eventLoopUtilization();
  return {
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
    rss: () => process.memoryUsage.rss(),
    collect: collectGarbage,
  };
}

/** Node's only way to V8's thorough collection, the one that gives memory back, without a flag at the start. */
async function collectGarbage(): Promise<void> {
  const { Session } = await import('node:inspector/promises');
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.collectGarbage');
  } finally {
    session.disconnect();
  }
}
