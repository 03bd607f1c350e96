/** What one operation cost in calls to the workspace, as the gateway reports it in `extensions.upstream`. */
export interface Cost {
  readonly number: number;
  readonly operation: string;
  readonly calls: number;
  readonly byEndpoint: Readonly<Record<string, number>>;
}

/** Shape of `extensions.upstream`, which the header `X-Upstream-Report: 1` asks for. */
interface Report {
  readonly calls?: number;
  readonly byEndpoint?: Readonly<Record<string, number>>;
}

const keptCosts = 50;

/** The latest costs, newest first, for `useSyncExternalStore`. */
export class Costs {
  #costs: readonly Cost[] = [];
  #number = 0;
  readonly #listeners = new Set<() => void>();

  readonly snapshot = (): readonly Cost[] => this.#costs;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  add(operation: string, report: unknown): void {
    const { calls = 0, byEndpoint = {} } = (report ?? {}) as Report;
    this.#number += 1;
    const cost = { number: this.#number, operation, calls, byEndpoint };
    this.#costs = [cost, ...this.#costs].slice(0, keptCosts);
    for (const listener of this.#listeners) listener();
  }
}
