import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { errorCodes } from '../errors.ts';

/** Values that are read at each scrape. */
export interface MetricSources {
  readonly inFlight: () => number;
  readonly shed: () => ReadonlyMap<string, number>;
  readonly loopDelayMs: () => number;
  readonly arrivingBytes: () => number;
  readonly heldBytes: () => number;
  readonly unsentBytes: () => number;
  readonly heldTokens: () => number;
  readonly connections: () => Promise<number>;
  readonly knownCallers: () => number;
  /** The gateway's own view of the workspace. */
  readonly workspace: {
    readonly inFlight: number;
    readonly queueLength: number;
    readonly retriesDenied: number;
    readonly breakerState: string;
  };
  /** What replicas share; undefined when the gateway is on its own. */
  readonly store?: { readonly isAway: boolean; readonly replicas: number; readonly outages: number } | undefined;
  /** Open rate-limit windows of all client addresses. */
  readonly windows: () => readonly { readonly endpoint: string; readonly limit: number; readonly remaining: number }[];
}

/** What ran an operation: its compiled form, in Apollo Server's pipeline or on the fast path beside it, or graphql-js. */
export type RunBy = 'fast-path' | 'compiled' | 'graphql-js';

/** One answered GraphQL request. */
export interface RequestMetrics {
  readonly status: number;
  readonly seconds: number;
  /** Number of errors by code. */
  readonly codes: Readonly<Record<string, number>>;
  /** Upstream calls by endpoint. */
  readonly upstreamCalls: ReadonlyMap<string, number>;
  /** What executed the operation; undefined if it was refused before that. */
  readonly runBy?: RunBy | undefined;
}

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Prometheus metrics. Every label has a closed set of values (status, error code, endpoint, reason), and none comes from
 * a user, a client address or a query.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'status'>;
  readonly #seconds: Histogram;
  readonly #errors: Counter<'code'>;
  readonly #upstreamCalls: Counter<'endpoint'>;
  readonly #operations: Counter<'run_by'>;
  readonly #compiledFailures: Counter;
  readonly #unlisted: Counter;

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'gateway_requests_total',
      help: 'Answered GraphQL requests, by HTTP status.',
      labelNames: ['status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'gateway_request_duration_seconds',
      help: 'Time from receiving a GraphQL request to writing its response.',
      buckets,
      registers,
    });
    this.#errors = new Counter({
      name: 'gateway_errors_total',
      help: 'GraphQL errors in responses, by code.',
      labelNames: ['code'],
      registers,
    });
    this.#upstreamCalls = new Counter({
      name: 'gateway_upstream_calls_total',
      help: 'Calls to the workspace, by endpoint.',
      labelNames: ['endpoint'],
      registers,
    });
    this.#operations = new Counter({
      name: 'gateway_operations_total',
      help: 'Executed operations, by executor: compiled or graphql-js.',
      labelNames: ['run_by'],
      registers,
    });
    this.#compiledFailures = new Counter({
      name: 'gateway_compiled_failures_total',
      help: 'Compiled operations that failed by a bug of the gateway; graphql-js answered them.',
      registers,
    });
    this.#unlisted = new Counter({
      name: 'gateway_unlisted_requests_total',
      help: 'Requests that PERSISTED_OPERATIONS would have refused with PERSISTED_OPERATIONS_MODE=enforce.',
      registers,
    });
    this.#gauge('gateway_requests_in_flight', 'GraphQL requests in progress.', sources.inFlight);
    this.#gauge(
      'gateway_event_loop_delay_seconds',
      'Event loop delay, 99th percentile of the last second.',
      () => sources.loopDelayMs() / 1000,
    );
    this.#gauge('gateway_arriving_bytes', 'Bytes of large request bodies still arriving.', sources.arrivingBytes);
    this.#gauge('gateway_held_bytes', 'Estimated heap of large requests in progress.', sources.heldBytes);
    this.#gauge(
      'gateway_unsent_bytes',
      'Bytes of large responses that clients have not read yet.',
      sources.unsentBytes,
    );
    this.#gauge('gateway_held_tokens', 'Tokens redacted from log lines.', sources.heldTokens);
    this.#gauge('gateway_connections', 'Open client connections.', sources.connections);
    this.#gauge('gateway_known_callers', 'Users with a call allowance of their own.', sources.knownCallers);
    this.#gauge('process_resident_memory_bytes', 'Resident memory size.', () => process.memoryUsage.rss());
    const { workspace } = sources;
    this.#gauge('gateway_upstream_in_flight', 'Calls to the workspace in progress.', () => workspace.inFlight);
    this.#gauge('gateway_upstream_queue', 'Calls to the workspace waiting for a slot.', () => workspace.queueLength);
    this.#gauge(
      'gateway_upstream_breaker_closed',
      '1 while the circuit breaker of the workspace is closed, 0 while it is open or half open.',
      () => (workspace.breakerState === 'closed' ? 1 : 0),
    );
    this.#addShed(sources);
    this.#counter(
      'gateway_upstream_retries_denied_total',
      'Retries not made because the retry budget was spent.',
      () => sources.workspace.retriesDenied,
    );
    this.#addWindows(sources);
    this.#addStore(sources);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  requestEnded({ status, seconds, codes, upstreamCalls, runBy }: RequestMetrics): void {
    if (runBy !== undefined) this.#operations.inc({ run_by: runBy });
    this.#requests.inc({ status: String(status) });
    this.#seconds.observe(seconds);
    for (const [code, count] of Object.entries(codes)) {
      this.#errors.inc({ code: Object.hasOwn(errorCodes, code) ? code : 'INTERNAL_SERVER_ERROR' }, count);
    }
    for (const [endpoint, count] of upstreamCalls) this.#upstreamCalls.inc({ endpoint }, count);
  }

  /** A compiled operation failed by a bug of the gateway. */
  compiledRunFailed(): void {
    this.#compiledFailures.inc();
  }

  /** The list of operations let a request pass that it would refuse. */
  unlistedAnswered(): void {
    this.#unlisted.inc();
  }

  /** All metrics in the text format. */
  print(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: async () => gauge.set(await read()),
    });
  }

  #counter(name: string, help: string, read: () => number): void {
    const counter: Counter = new Counter({
      name,
      help,
      registers: [this.#registry],
      collect() {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  #addStore({ store }: MetricSources): void {
    if (store === undefined) return;
    this.#gauge('gateway_store_up', '1 while the shared store answers, otherwise 0.', () => Number(!store.isAway));
    this.#gauge(
      'gateway_store_replicas',
      'Replicas that share the store, as seen last; this one divides the rate limit by it while the store is away.',
      () => store.replicas,
    );
    this.#counter('gateway_store_outages_total', 'How often the shared store was lost.', () => store.outages);
  }

  #addShed({ shed }: MetricSources): void {
    const counter: Counter<'reason'> = new Counter({
      name: 'gateway_requests_shed_total',
      help: 'Requests rejected under overload, by reason.',
      labelNames: ['reason'],
      registers: [this.#registry],
      collect() {
        counter.reset();
        for (const [reason, count] of shed()) counter.inc({ reason }, count);
      },
    });
  }

  /** The window of each endpoint with the fewest calls left. There is one per client address, which must not be a label. */
  #addWindows({ windows }: MetricSources): void {
    this.#windowGauge(
      'gateway_upstream_window_limit',
      'Calls that the workspace allows per rate-limit window.',
      windows,
      ({ limit }) => limit,
    );
    this.#windowGauge(
      'gateway_upstream_window_remaining',
      'Calls left in the open rate-limit window; the lowest if there are several.',
      windows,
      ({ remaining }) => remaining,
    );
  }

  #windowGauge(name: string, help: string, windows: MetricSources['windows'], read: (window: Window) => number): void {
    const gauge: Gauge<'endpoint'> = new Gauge({
      name,
      help,
      labelNames: ['endpoint'],
      registers: [this.#registry],
      collect() {
        gauge.reset();
        for (const [endpoint, window] of tightest(windows())) gauge.set({ endpoint }, read(window));
      },
    });
  }
}

type Window = ReturnType<MetricSources['windows']>[number];

function tightest(windows: readonly Window[]): Map<string, Window> {
  const byEndpoint = new Map<string, Window>();
  for (const window of windows) {
    const known = byEndpoint.get(window.endpoint);
    if (known === undefined || window.remaining < known.remaining) byEndpoint.set(window.endpoint, window);
  }
  return byEndpoint;
}
