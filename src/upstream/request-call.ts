import { GatewayError } from '../errors.ts';
import type { RowCutter } from '../projection/row-cutter.ts';
import type { CallObserver } from './call-observer.ts';
import type { CallEnd, CallRequest } from './call-runner.ts';
import type { Caller } from './caller.ts';
import { EndpointResponse } from './endpoint-response.ts';
import { isIdempotent, pathOf, type Endpoint, type Params } from './endpoint.ts';
import type { Call } from './queue/in-flight-calls.ts';
import type { RequestConcurrency } from './queue/request-concurrency.ts';
import { UpstreamRefusal, type CallAnswer } from './transport/response.ts';
import type { Workspace } from './workspace.ts';

/** What the calls of one request have in common, and what became of them. */
export class RequestTally {
  readonly caller: Caller;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly observer: CallObserver | undefined;
  /** An initial value: V8 makes a function that is assigned to a property old from the start, and with it all that it reaches. */
  readonly onData = (bytes: number): void => {
    this.#received += bytes;
    this.#onReceived(this.#received);
  };
  /** Calls that went out, by endpoint, without retries. */
  readonly sent = new Map<Endpoint, number>();
  retries = 0;
  /** Calls of the caller's other requests that were joined. */
  shared = 0;
  /** The workspace has rejected the credentials: it would reject further calls as well. */
  rejected: GatewayError | undefined;
  /** The request is over: its deadline passed, or the client left. */
  stopped: GatewayError | undefined;
  readonly #onReceived: (bytes: number) => void;
  #received = 0;

  /** `onReceived` gets the total of bytes received so far, as they come. */
  constructor(
    caller: Caller,
    deadline: number,
    onReceived: (bytes: number) => void,
    observer: CallObserver | undefined,
  ) {
    this.caller = caller;
    this.deadline = deadline;
    this.observer = observer;
    this.#onReceived = onReceived;
  }
}

/** What a call comes to. */
export interface ResponseReader<Value> {
  /** Of a success. Throws `response.unusable(…)` for one without the shape of its endpoint. */
  readonly read: (response: EndpointResponse) => Value;
  /** Of a refusal: throws it, unless it tells something. */
  readonly refused?: (refusal: UpstreamRefusal) => Value;
  /** Cuts the rows of the response, if it can. */
  readonly cutter?: RowCutter | undefined;
}

/** How a request makes a call. */
export interface CallPlan<Value> {
  readonly reader: ResponseReader<Value>;
  readonly calls: RequestConcurrency;
  readonly concurrency: RequestConcurrency;
  readonly isRoom: (roomId: string) => boolean;
  readonly onDroppedRow: () => void;
  readonly onEnd: (call: RequestCall<unknown>) => void;
}

/**
 * One call of a request. A class with methods, because callbacks of each call's own would take more memory than all else of
 * it.
 */
export class RequestCall<Value> implements CallRequest, CallEnd<Value> {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly #params: Params;
  readonly #tally: RequestTally;
  readonly #plan: CallPlan<Value>;
  #isSent = false;
  #begun: Call<Value> | undefined;

  constructor(tally: RequestTally, endpoint: Endpoint, params: Params, plan: CallPlan<Value>) {
    this.endpoint = endpoint;
    this.path = pathOf(endpoint, params);
    this.#params = params;
    this.#tally = tally;
    this.#plan = plan;
  }

  /** Makes the call, or joins one of the caller's other requests. */
  begin(workspace: Workspace): Promise<Value> {
    this.#begun = workspace.call(this);
    return this.#begun.promise;
  }

  get cutter(): RowCutter | undefined {
    return this.#plan.reader.cutter;
  }

  get calls(): RequestConcurrency {
    return this.#plan.calls;
  }

  get concurrency(): RequestConcurrency {
    return this.#plan.concurrency;
  }

  get isIdempotent(): boolean {
    return isIdempotent(this.endpoint, this.#params, this.#plan.isRoom);
  }

  get caller(): Caller {
    return this.#tally.caller;
  }

  get deadline(): number {
    return this.#tally.deadline;
  }

  get observer(): CallObserver | undefined {
    return this.#tally.observer;
  }

  get onData(): (bytes: number) => void {
    return this.#tally.onData;
  }

  /** Whether an attempt of its own has gone out. */
  get isSent(): boolean {
    return this.#isSent;
  }

  cancel(): void {
    this.#begun?.cancel();
  }

  check(): void {
    if (this.#tally.rejected !== undefined) throw this.#tally.rejected;
  }

  onUnauthenticated(error: GatewayError): void {
    this.#tally.rejected = error;
  }

  onShared(): void {
    this.#tally.shared += 1;
  }

  onSent(attempt: number): void {
    this.#isSent = true;
    const { sent } = this.#tally;
    if (attempt > 1) this.#tally.retries += 1;
    else sent.set(this.endpoint, (sent.get(this.endpoint) ?? 0) + 1);
  }

  succeed(answer: CallAnswer): Value {
    const { reader, onDroppedRow, onEnd } = this.#plan;
    const value = reader.read(new EndpointResponse(this.endpoint, answer, onDroppedRow));
    onEnd(this);
    return value;
  }

  fail(error: unknown): Value {
    const { reader, onEnd } = this.#plan;
    onEnd(this);
    // `onUnauthenticated` runs only for the request that began a shared call.
    if (error instanceof GatewayError && error.code === 'UNAUTHENTICATED') this.#tally.rejected = error;
    if (this.#tally.stopped !== undefined) throw this.#tally.stopped;
    if (reader.refused !== undefined && error instanceof UpstreamRefusal) return reader.refused(error);
    throw error;
  }
}
