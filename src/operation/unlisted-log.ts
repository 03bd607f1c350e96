import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';

/** Operations that get a line, at most: of callers whom the workspace has accepted, and of all others together. */
const maxAccepted = 1000;
const maxStrangers = 100;
/** Characters of an id and of a name in the log: the client chooses them. */
const maxTextLength = 128;

/** A request that PERSISTED_OPERATIONS would have refused. */
export interface UnlistedRequest {
  readonly requestId: string;
  readonly documentId: string;
  readonly operation: string | undefined;
  readonly isAccepted: boolean;
}

/**
 * Counts the requests that the list would refuse, and logs each operation once: a line for each request would be a flood.
 * Strangers cannot use up the lines of accepted callers, however many operations they make up.
 */
export class UnlistedLog {
  readonly #log: Logger;
  readonly #metrics: Metrics | undefined;
  readonly #accepted = new Set<string>();
  readonly #strangers = new Set<string>();

  constructor(log: Logger, metrics: Metrics | undefined) {
    this.#log = log;
    this.#metrics = metrics;
  }

  add({ requestId, isAccepted, ...request }: UnlistedRequest): void {
    this.#metrics?.unlistedAnswered();
    const documentId = request.documentId.slice(0, maxTextLength);
    const operation = request.operation?.slice(0, maxTextLength);
    const key = JSON.stringify([documentId, operation]);
    const [known, limit] = isAccepted ? [this.#accepted, maxAccepted] : [this.#strangers, maxStrangers];
    if (this.#accepted.has(key) || known.has(key) || known.size > limit) return;
    known.add(key);
    if (known.size > limit) this.#log.warn('more operations are not in PERSISTED_OPERATIONS: the log names no more');
    else this.#log.warn({ requestId, operation, documentId }, 'not in PERSISTED_OPERATIONS: `enforce` would refuse it');
  }
}
