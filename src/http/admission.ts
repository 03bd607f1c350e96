/** Why a request was turned away. */
export type ShedReason = 'in_flight' | 'loop_delay' | 'upstream_queue' | 'caller_wait';

export interface AdmissionLimits {
  /** GraphQL requests under way at most. */
  readonly maxInFlight: number;
  /** Milliseconds by which the event loop may be late (99th percentile of the last second). */
  readonly maxLoopDelayMs: number;
  /** Requests that are taken even while the event loop is late, so that one long pause turns nobody away. */
  readonly maxInFlightWhenLate: number;
  /** Milliseconds that a caller's next call may have to expect to wait there; a call that waits for a second is given up. */
  readonly maxCallerWaitMs: number;
}

export const defaultAdmission: AdmissionLimits = {
  maxInFlight: 256,
  maxLoopDelayMs: 200,
  maxInFlightWhenLate: 8,
  maxCallerWaitMs: 500,
};

/** What the decision is made by, read at each request: so none of it may cost much. */
export interface Readings {
  readonly loopDelayMs: () => number;
  /** Whether the queue to the workspace is nearly full, and by this caller's doing. */
  readonly fillsQueue: (callerKey: string) => boolean;
  readonly callerWaitMs: (callerKey: string) => number;
}

/**
 * Turns requests away while there is too much to do, before anything is done for them. A request counts from when its
 * body has arrived: clients that send slowly occupy a connection, but nobody's place.
 */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #readings: Readings;
  readonly #shed = new Map<ShedReason, number>();
  #inFlight = 0;

  constructor(readings: Readings, limits: AdmissionLimits = defaultAdmission) {
    this.#readings = readings;
    this.#limits = limits;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Requests turned away so far, by reason. */
  get shed(): ReadonlyMap<ShedReason, number> {
    return this.#shed;
  }

  /** Why a request cannot be taken now, which counts as turned away; undefined where it can. */
  refusal(callerKey: string | undefined): ShedReason | undefined {
    const reason = this.#reason(callerKey);
    if (reason !== undefined) this.#shed.set(reason, (this.#shed.get(reason) ?? 0) + 1);
    return reason;
  }

  /** Takes a place until the returned function is called. */
  enter(): () => void {
    this.#inFlight += 1;
    let hasLeft = false;
    return () => {
      if (!hasLeft) this.#inFlight -= 1;
      hasLeft = true;
    };
  }

  #reason(callerKey: string | undefined): ShedReason | undefined {
    const { maxInFlight, maxInFlightWhenLate, maxLoopDelayMs, maxCallerWaitMs } = this.#limits;
    if (this.#inFlight >= maxInFlight) return 'in_flight';
    if (this.#inFlight >= maxInFlightWhenLate && this.#readings.loopDelayMs() > maxLoopDelayMs) return 'loop_delay';
    if (callerKey === undefined) return undefined;
    if (this.#readings.fillsQueue(callerKey)) return 'upstream_queue';
    return this.#readings.callerWaitMs(callerKey) > maxCallerWaitMs ? 'caller_wait' : undefined;
  }
}
