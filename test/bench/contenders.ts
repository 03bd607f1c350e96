import type { Workload } from './workloads.ts';

/** A server that is measured. */
export interface Contender {
  readonly name: string;
  /** Script, relative to this folder. */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How it is asked, and what its answers mean, if it has another schema; undefined: none, it has the gateway's. */
  readonly dialect?: Dialect;
}

export interface Dialect {
  /** The query of a workload; undefined: it has none, and leaves the workload out. */
  queryOf(workload: Workload): string | undefined;
  /** Its data in the gateway's names. Only names, defaults and nesting may differ. */
  toData(workload: Workload, data: unknown): unknown;
}

export const floor: Contender = { name: 'floor', script: 'floor.ts' };

/** The complete product: only limits that a benchmark of one caller would meet are out of the way. */
export const gateway: Contender = {
  name: 'gateway',
  script: '../../src/main.ts',
  env: {
    LOG_LEVEL: 'info',
    CALLER_CALLS_PER_MINUTE: '0',
    UPSTREAM_TIMEOUT_MS: '30000',
    REQUEST_TIMEOUT_MS: '60000',
  },
};

/** The same, where the calls of a request go out together: the price of a write for each call. */
export const gatewayWithPipelining: Contender = {
  ...gateway,
  name: 'gateway, pipelining',
  env: { ...gateway.env, UPSTREAM_PIPELINING: '8' },
};

/** The same, with the store that replicas share: the price of a window that is not its own. */
export const gatewayWithStore = (url: string): Contender => ({
  ...gateway,
  name: 'gateway, store',
  env: { ...gateway.env, SHARED_STORE: url },
});
