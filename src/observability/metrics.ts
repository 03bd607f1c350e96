import { Counter, Histogram, Registry } from 'prom-client';
import { errorCodes } from '../errors.ts';
import { CallMetrics } from './call-metrics.ts';
import { addGauges, type MetricSources } from './gauges.ts';

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
  /** The operation, if it was admitted. */
  readonly operation?: OperationMetrics | undefined;
  /** Upstream calls that the request did without; undefined if it was refused before that. */
  readonly savedCalls?: SavedCalls | undefined;
}

export interface SavedCalls {
  /** With the same caller's other requests. */
  readonly shared: number;
  /** With other fields of the request. */
  readonly joined: number;
  /** Read from a list in place of a call each. */
  readonly bulk: number;
}

export interface OperationMetrics {
  /** Its name, if the list of persisted operations has it. Clients choose all other names. */
  readonly listedName: string | undefined;
  /** Upstream calls as estimated and as made. */
  readonly plannedCalls: number;
  readonly spentCalls: number;
}

const secondBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const callBuckets = [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500];

const savedBy = ['shared', 'joined', 'bulk'] as const;

/** Stands for all operations that are not in the list. No operation can have this name. */
const unlistedName = '(other)';

/**
 * Prometheus metrics. Every label has a closed set of values (status, error code, endpoint, reason, operation of the list),
 * and none comes from a user, a client address or a query.
 */
export class Metrics {
  readonly #registry = new Registry();
  /** Is to be told of all calls to the workspace. */
  readonly calls: CallMetrics;
  readonly #requests: Counter<'status'>;
  readonly #seconds: Histogram;
  readonly #operationSeconds: Histogram<'operation'>;
  readonly #plannedCalls: Histogram<'operation'>;
  readonly #spentCalls: Histogram<'operation'>;
  readonly #errors: Counter<'code'>;
  readonly #upstreamCalls: Counter<'endpoint'>;
  readonly #savedCalls: Counter<'by'>;
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
      buckets: secondBuckets,
      registers,
    });
    this.#operationSeconds = this.#byOperation(
      'gateway_operation_duration_seconds',
      'The same for operations of PERSISTED_OPERATIONS, by name.',
      secondBuckets,
    );
    this.#plannedCalls = this.#byOperation(
      'gateway_operation_planned_calls',
      'Upstream calls of an admitted operation as estimated, by name; `(other)` outside PERSISTED_OPERATIONS.',
      callBuckets,
    );
    this.#spentCalls = this.#byOperation(
      'gateway_operation_spent_calls',
      'Upstream calls that an admitted operation made, retries apart, by the same names.',
      callBuckets,
    );
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
    this.#savedCalls = new Counter({
      name: 'gateway_upstream_calls_saved_total',
      help: 'Calls not made: the request had loaded the same (joined), another request was loading it (shared), a list had it (bulk).',
      labelNames: ['by'],
      registers,
    });
    for (const by of savedBy) this.#savedCalls.inc({ by }, 0);
    this.#operations = new Counter({
      name: 'gateway_operations_total',
      help: 'Executed operations, by executor: fast-path, compiled or graphql-js.',
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
    // Prometheus sees an increase only from a number that it has seen before.
    for (const code of Object.keys(errorCodes)) this.#errors.inc({ code }, 0);
    this.calls = new CallMetrics(this.#registry);
    addGauges(this.#registry, sources);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  requestEnded({ status, seconds, codes, upstreamCalls, runBy, operation, savedCalls }: RequestMetrics): void {
    if (runBy !== undefined) this.#operations.inc({ run_by: runBy });
    this.#requests.inc({ status: String(status) });
    this.#seconds.observe(seconds);
    for (const [code, count] of Object.entries(codes)) {
      this.#errors.inc({ code: Object.hasOwn(errorCodes, code) ? code : 'INTERNAL_SERVER_ERROR' }, count);
    }
    for (const [endpoint, count] of upstreamCalls) this.#upstreamCalls.inc({ endpoint }, count);
    if (operation !== undefined) this.#operationEnded(operation, seconds);
    for (const by of savedBy) {
      const saved = savedCalls?.[by] ?? 0;
      if (saved > 0) this.#savedCalls.inc({ by }, saved);
    }
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

  #operationEnded({ listedName, plannedCalls, spentCalls }: OperationMetrics, seconds: number): void {
    if (listedName !== undefined) this.#operationSeconds.observe({ operation: listedName }, seconds);
    const operation = listedName ?? unlistedName;
    this.#plannedCalls.observe({ operation }, plannedCalls);
    this.#spentCalls.observe({ operation }, spentCalls);
  }

  #byOperation(name: string, help: string, buckets: number[]): Histogram<'operation'> {
    return new Histogram({ name, help, labelNames: ['operation'], buckets, registers: [this.#registry] });
  }
}
