import { Histogram, type Registry } from 'prom-client';
import type { CallObserver, SentCall } from '../upstream/call-observer.ts';

/** Calls of all requests to the workspace, by endpoint: a closed set. */
export class CallMetrics implements CallObserver {
  readonly #seconds: Histogram<'endpoint'>;
  readonly #waitSeconds: Histogram<'endpoint'>;
  /** One for each endpoint serves all its calls, so that none has to be created for a call. */
  readonly #sent = new Map<string, SentCall>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#seconds = new Histogram({
      name: 'gateway_upstream_call_duration_seconds',
      help: 'Time that the workspace took for an attempt of a call, failed ones included, by endpoint.',
      labelNames: ['endpoint'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#waitSeconds = new Histogram({
      name: 'gateway_upstream_window_wait_seconds',
      help: 'Time that calls waited for a rate-limit window, by endpoint; those that found room, or were refused at once, do not count.',
      labelNames: ['endpoint'],
      buckets: [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    });
  }

  waited(endpoint: string, ms: number): void {
    this.#waitSeconds.observe({ endpoint }, ms / 1000);
  }

  sends(endpoint: string): SentCall {
    const known = this.#sent.get(endpoint);
    if (known !== undefined) return known;
    const sent: SentCall = { headers: undefined, ended: (ms) => this.#seconds.observe({ endpoint }, ms / 1000) };
    this.#sent.set(endpoint, sent);
    return sent;
  }
}
