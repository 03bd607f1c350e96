/**
 * Why there is no response. `unsent`: there was no connection, so the workspace saw nothing of the call; `broken`: the
 * connection ended before the response was complete; `protocol`: the response was not HTTP; `connection`: no connection
 * is possible, and that will not pass by itself (unknown host, wrong certificate); `cancelled`: by the gateway.
 */
export type TransportFailure = 'timeout' | 'too-large' | 'cancelled' | 'unsent' | 'broken' | 'protocol' | 'connection';

export class TransportError extends Error {
  readonly reason: TransportFailure;
  /** Whether the connection had served another call before. */
  readonly isReused: boolean;

  constructor(reason: TransportFailure, message: string, isReused = false) {
    super(message);
    this.reason = reason;
    this.isReused = isReused;
  }
}

/** The call was given up, or the gateway stops. */
export const cancelled = () => new TransportError('cancelled', 'cancelled by the gateway');

/** Transient failures: connection refused, reset or closed, host unreachable, DNS not responding. */
const transient = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);

/** The reason behind an error of a socket, by its code. `isConnected`: the request went out. */
export function reasonOf(code: string, isConnected: boolean): TransportFailure {
  if (transient.has(code)) return isConnected ? 'broken' : 'unsent';
  if (code === 'ETIMEDOUT') return isConnected ? 'broken' : 'timeout';
  return 'connection';
}
