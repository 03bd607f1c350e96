import { Counter, Gauge, type Registry } from 'prom-client';

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
  /** Of the package, and of the Node that runs it. */
  readonly versions: { readonly version: string; readonly node: string };
}

/** Adds the metrics that nothing counts: each reads its source when it is scraped. */
export function addGauges(registry: Registry, sources: MetricSources): void {
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    const created: Gauge = new Gauge({
      name,
      help,
      registers: [registry],
      collect: async () => created.set(await read()),
    });
  };
  gauge('gateway_requests_in_flight', 'GraphQL requests in progress.', sources.inFlight);
  gauge(
    'gateway_event_loop_delay_seconds',
    'Event loop delay, 99th percentile of the last second.',
    () => sources.loopDelayMs() / 1000,
  );
  gauge('gateway_arriving_bytes', 'Bytes of large request bodies still arriving.', sources.arrivingBytes);
  gauge('gateway_held_bytes', 'Estimated heap of large requests in progress.', sources.heldBytes);
  gauge('gateway_unsent_bytes', 'Bytes of large responses that clients have not read yet.', sources.unsentBytes);
  gauge('gateway_held_tokens', 'Tokens redacted from log lines.', sources.heldTokens);
  gauge('gateway_connections', 'Open client connections.', sources.connections);
  gauge('gateway_known_callers', 'Users with a call allowance of their own.', sources.knownCallers);
  gauge('process_resident_memory_bytes', 'Resident memory size.', () => process.memoryUsage.rss());
  const { workspace } = sources;
  gauge('gateway_upstream_in_flight', 'Calls to the workspace in progress.', () => workspace.inFlight);
  gauge('gateway_upstream_queue', 'Calls to the workspace waiting for a slot.', () => workspace.queueLength);
  gauge(
    'gateway_upstream_breaker_closed',
    '1 while the circuit breaker of the workspace is closed, 0 while it is open or half open.',
    () => (workspace.breakerState === 'closed' ? 1 : 0),
  );
  const counter = (name: string, help: string, read: () => number): void => {
    const created: Counter = new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        created.reset();
        created.inc(read());
      },
    });
  };
  addShed(registry, sources);
  counter(
    'gateway_upstream_retries_denied_total',
    'Retries not made because the retry budget was spent.',
    () => workspace.retriesDenied,
  );
  const { store } = sources;
  if (store !== undefined) {
    gauge('gateway_store_up', 'With SHARED_STORE: 1 while the store answers, otherwise 0.', () =>
      Number(!store.isAway),
    );
    gauge(
      'gateway_store_replicas',
      'Replicas that share the store, as seen last; this one divides the rate limit by it while the store is away.',
      () => store.replicas,
    );
    counter('gateway_store_outages_total', 'How often the shared store was lost.', () => store.outages);
  }
  addWindows(registry, sources);
  addBuildInfo(registry, sources);
}

function addShed(registry: Registry, { shed }: MetricSources): void {
  const counter: Counter<'reason'> = new Counter({
    name: 'gateway_requests_shed_total',
    help: 'Requests rejected under overload, by reason.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      counter.reset();
      for (const [reason, count] of shed()) counter.inc({ reason }, count);
    },
  });
}

/** The window of each endpoint with the fewest calls left. There is one per client address, which must not be a label. */
function addWindows(registry: Registry, { windows }: MetricSources): void {
  const gauge = (name: string, help: string, read: (window: Window) => number): void => {
    const created: Gauge<'endpoint'> = new Gauge({
      name,
      help,
      labelNames: ['endpoint'],
      registers: [registry],
      collect() {
        created.reset();
        for (const [endpoint, window] of tightest(windows())) created.set({ endpoint }, read(window));
      },
    });
  };
  gauge(
    'gateway_upstream_window_limit',
    'Calls that the workspace allows per rate-limit window.',
    ({ limit }) => limit,
  );
  gauge(
    'gateway_upstream_window_remaining',
    'Calls left in the open rate-limit window; the lowest if there are several.',
    ({ remaining }) => remaining,
  );
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

function addBuildInfo(registry: Registry, { versions }: MetricSources): void {
  const gauge = new Gauge({
    name: 'gateway_build_info',
    help: 'Always 1: its labels are the versions of the gateway and of Node.',
    labelNames: ['version', 'node'],
    registers: [registry],
  });
  gauge.set({ ...versions }, 1);
}
