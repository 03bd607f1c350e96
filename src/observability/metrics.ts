import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { errorCodes } from '../errors.ts';

/** What is read when somebody asks for the metrics. */
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
  /** The workspace as this gateway uses it. */
  readonly workspace: {
    readonly inFlight: number;
    readonly queueLength: number;
    readonly retriesDenied: number;
    readonly breakerState: string;
  };
  /** The open call windows, of whatever client address. */
  readonly windows: () => readonly { readonly endpoint: string; readonly limit: number; readonly remaining: number }[];
}

/** One GraphQL request, answered. */
export interface RequestMetrics {
  readonly status: number;
  readonly seconds: number;
  /** Codes of its errors, and how often each came. */
  readonly codes: Readonly<Record<string, number>>;
  /** Upstream calls by endpoint. */
  readonly upstreamCalls: ReadonlyMap<string, number>;
  /** What ran its operation; undefined where nothing did. */
  readonly runBy?: 'compiled' | 'graphql-js' | undefined;
}

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Counters in the format of Prometheus. Every label is of a closed set (status, error code, endpoint, reason): nothing
 * of a user, a client address or a query is in them.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'status'>;
  readonly #seconds: Histogram;
  readonly #errors: Counter<'code'>;
  readonly #upstreamCalls: Counter<'endpoint'>;
  readonly #operations: Counter<'run_by'>;
  readonly #compiledFailures: Counter;

  constructor(sources: MetricSources) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'gateway_requests_total',
      help: 'GraphQL requests answered, by HTTP status.',
      labelNames: ['status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'gateway_request_duration_seconds',
      help: 'Time to answer a GraphQL request.',
      buckets,
      registers,
    });
    this.#errors = new Counter({
      name: 'gateway_errors_total',
      help: 'GraphQL errors sent, by code.',
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
      help: 'Operations run, by their compiled form or by graphql-js.',
      labelNames: ['run_by'],
      registers,
    });
    this.#compiledFailures = new Counter({
      name: 'gateway_compiled_failures_total',
      help: 'Compiled operations that failed by a bug of the gateway; graphql-js answered them.',
      registers,
    });
    this.#gauge('gateway_requests_in_flight', 'GraphQL requests under way.', sources.inFlight);
    this.#gauge(
      'gateway_event_loop_delay_seconds',
      'Lateness of the event loop, 99th percentile of the last second.',
      () => sources.loopDelayMs() / 1000,
    );
    this.#gauge('gateway_arriving_bytes', 'Large request bodies that have not come whole yet.', sources.arrivingBytes);
    this.#gauge('gateway_held_bytes', 'Heap that large requests under way take, about.', sources.heldBytes);
    this.#gauge('gateway_unsent_bytes', 'Large answers that clients have not read yet.', sources.unsentBytes);
    this.#gauge('gateway_held_tokens', 'Tokens that log lines are searched for.', sources.heldTokens);
    this.#gauge('gateway_connections', 'Open connections of clients.', sources.connections);
    this.#gauge('gateway_known_callers', 'Users with an allowance of their own.', sources.knownCallers);
    this.#gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
    const { workspace } = sources;
    this.#gauge('gateway_upstream_in_flight', 'Calls to the workspace under way.', () => workspace.inFlight);
    this.#gauge('gateway_upstream_queue', 'Calls to the workspace that wait for a place.', () => workspace.queueLength);
    this.#gauge(
      'gateway_upstream_retries_denied',
      'Retries not made, as the workspace fails too often.',
      () => workspace.retriesDenied,
    );
    this.#gauge(
      'gateway_upstream_breaker_closed',
      '1 while the workspace is asked, 0 while it is taken to be down.',
      () => (workspace.breakerState === 'closed' ? 1 : 0),
    );
    this.#addShed(sources);
    this.#addWindows(sources);
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

  /** Everything, as text. */
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

  #addShed({ shed }: MetricSources): void {
    const counter: Counter<'reason'> = new Counter({
      name: 'gateway_requests_shed_total',
      help: 'Requests turned away for want of capacity, by reason.',
      labelNames: ['reason'],
      registers: [this.#registry],
      collect() {
        counter.reset();
        for (const [reason, count] of shed()) counter.inc({ reason }, count);
      },
    });
  }

  /** The tightest window of each endpoint: there can be one for each client address, which is nobody's business here. */
  #addWindows({ windows }: MetricSources): void {
    this.#windowGauge(
      'gateway_upstream_window_limit',
      'Calls that the workspace allows in a window.',
      windows,
      ({ limit }) => limit,
    );
    this.#windowGauge(
      'gateway_upstream_window_remaining',
      'Calls left in the open window; the fewest where there are several.',
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
