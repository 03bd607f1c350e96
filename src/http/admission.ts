/** Why a request was shed. */
export type ShedReason = 'in_flight' | 'loop_delay' | 'upstream_queue' | 'caller_wait';

export interface AdmissionLimits {
  /** Concurrent GraphQL requests. */
  readonly maxInFlight: number;
  /** Event loop delay in milliseconds, 99th percentile of the last second. */
  readonly maxLoopDelayMs: number;
  /** Concurrent requests accepted even while the event loop is late, so that one long pause sheds nothing. */
  readonly maxInFlightWhenLate: number;
  /** Expected wait in milliseconds of a caller's next upstream call. Calls time out after waiting for a second. */
  readonly maxCallerWaitMs: number;
}

export const defaultAdmission: AdmissionLimits = {
  maxInFlight: 256,
  maxLoopDelayMs: 200,
  maxInFlightWhenLate: 8,
  maxCallerWaitMs: 500,
};

/** Inputs of the decision. They are read for each request, so each must be cheap. */
export interface Readings {
  readonly loopDelayMs: () => number;
  /** Whether the queue to the workspace is nearly full and this caller fills it. */
  readonly fillsQueue: (callerKey: string) => boolean;
  readonly callerWaitMs: (callerKey: string) => number;
}

/**
 * Load shedding: rejects requests under overload before any work is done for them. A request counts from the arrival of
 * its whole body, so slow clients occupy a connection but no slot.
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

  /** Requests shed so far, by reason. */
  get shed(): ReadonlyMap<ShedReason, number> {
    return this.#shed;
  }

  /** Why a request must be shed now, and counts it; undefined if it may proceed. */
  refusal(callerKey: string | undefined): ShedReason | undefined {
    const reason = this.#reason(callerKey);
    if (reason !== undefined) this.#shed.set(reason, (this.#shed.get(reason) ?? 0) + 1);
    return reason;
  }

  /** Takes a slot until the returned function is called. */
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
