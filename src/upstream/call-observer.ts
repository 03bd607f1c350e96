import type { TransportFailure } from './transport/transport-error.ts';

/** Is told of the calls of a request on their way to the workspace, for metrics and traces. It is quick, and never throws. */
export interface CallObserver {
  /** A call had to wait for a rate-limit window; it has its turn now, or gives up. Not for calls that are refused at once. */
  waited(endpoint: string, ms: number): void;
  /** An attempt of a call goes out: the first is 1. */
  sends(endpoint: string, attempt: number): SentCall;
}

/** An attempt on the wire. */
export interface SentCall {
  /** Headers that it takes along, names and values in turn; undefined where it takes none. */
  readonly headers: readonly string[] | undefined;
  /** It has ended: with the status of a response, or for a reason without one. */
  ended(ms: number, result: number | TransportFailure): void;
}
