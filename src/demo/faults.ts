/** Something going wrong on purpose. Without `status`, `body`, `reset` or `hang` the normal answer is sent. */
export interface Fault {
  status?: number;
  headers?: Record<string, string>;
  /** Written as JSON, a string as it is. */
  body?: unknown;
  contentType?: string;
  delayMs?: number;
  /** Destroys the socket. */
  reset?: boolean;
  /** Never answers. */
  hang?: boolean;
  /** Calls that fail; until healed unless told. */
  times?: number;
  when?: (call: FaultCall) => boolean;
  /** Changes the body of the normal answer. */
  transform?: (body: unknown) => unknown;
}

export interface FaultCall {
  endpoint: string;
  query: Record<string, string>;
  userId: string | undefined;
}

interface Entry {
  endpoint: string;
  fault: Fault;
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
