import type { GatewayError } from '../errors.ts';
import type { RowCutter } from '../projection/row-cutter.ts';
import type { CallObserver } from './call-observer.ts';
import type { Caller } from './caller.ts';
import { pathOf, type Endpoint, type Params } from './endpoint.ts';
import type { Call } from './queue/in-flight-calls.ts';
import type { RequestConcurrency } from './queue/request-concurrency.ts';
import type { CallAnswer } from './transport/response.ts';
import type { CallRequest, Workspace } from './workspace.ts';

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

/**
 * One call of a request; it begins as it is created. A class with methods, because callbacks of each call's own would take
 * more memory than all else of it.
 */
export class RequestCall implements CallRequest {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly cutter: RowCutter | undefined;
  readonly concurrency: RequestConcurrency;
  readonly isIdempotent: boolean;
  readonly #tally: RequestTally;
  #isSent = false;
  readonly #begun: Call<CallAnswer>;

  constructor(
    workspace: Workspace,
    tally: RequestTally,
    endpoint: Endpoint,
    params: Params,
    { cutter, concurrency, isIdempotent }: Pick<CallRequest, 'cutter' | 'concurrency' | 'isIdempotent'>,
  ) {
    this.endpoint = endpoint;
    this.path = pathOf(endpoint, params);
    this.cutter = cutter;
    this.concurrency = concurrency;
    this.isIdempotent = isIdempotent;
    this.#tally = tally;
    const begun = workspace.call(this);
    if (begun.isShared) tally.shared += 1;
    this.#begun = begun;
  }

  get answer(): Promise<CallAnswer> {
    return this.#begun.promise;
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
    this.#begun.cancel();
  }

  check(): void {
    if (this.#tally.rejected !== undefined) throw this.#tally.rejected;
  }

  onUnauthenticated(error: GatewayError): void {
    this.#tally.rejected = error;
  }

  onSent(attempt: number): void {
    this.#isSent = true;
    const { sent } = this.#tally;
    if (attempt > 1) this.#tally.retries += 1;
    else sent.set(this.endpoint, (sent.get(this.endpoint) ?? 0) + 1);
  }
}
