/** A deliberate fault. Without `status`, `body`, `reset` or `hang` the normal response is sent. */
export interface Fault {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Sent as JSON; a string is sent verbatim. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly delayMs?: number;
  /** Destroys the socket. */
  readonly reset?: boolean;
  /** Never responds. */
  readonly hang?: boolean;
  /** Number of calls that fail; all until healed by default. */
  readonly times?: number;
  readonly when?: (call: FaultCall) => boolean;
  /** Changes the body of the normal response. */
  readonly transform?: (body: unknown) => unknown;
}

export interface FaultCall {
  readonly endpoint: string;
  readonly query: Record<string, string>;
  readonly userId: string | undefined;
}

interface Entry {
  readonly endpoint: string;
  readonly fault: Fault;
  left: number;
}

/** Faults by endpoint (`*` for all), used up in the order they were added. */
export class FaultBox {
  #entries: Entry[] = [];

  add(endpoint: string, fault: Fault): void {
    this.#entries.push({ endpoint, fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  heal(endpoint?: string): void {
    this.#entries = endpoint === undefined ? [] : this.#entries.filter((entry) => entry.endpoint !== endpoint);
  }

  take(call: FaultCall): Fault | undefined {
    const entry = this.#entries.find(
      ({ endpoint, fault, left }) =>
        left > 0 && (endpoint === '*' || endpoint === call.endpoint) && (fault.when?.(call) ?? true),
    );
    if (entry) entry.left -= 1;
    return entry?.fault;
  }
}
