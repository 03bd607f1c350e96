import { asObject, type JsonObject } from '../json.ts';
import type { PersistedOperation } from './persisted-operations.ts';

/** The only operations that may run, by id or by their exact text. */
export class Safelist {
  readonly #byId: ReadonlyMap<string, string>;
  readonly #texts: ReadonlySet<string>;

  constructor(operations: readonly PersistedOperation[]) {
    this.#byId = new Map(operations.map(({ id, body }) => [id, body]));
    this.#texts = new Set(this.#byId.values());
  }

  /** The request with its operation's text; undefined if the operation is not in the list. */
  admit<Params extends Asked>(params: Params): (Params & { readonly query: string }) | undefined {
    const { persistedQuery, ...extensions } = params.extensions ?? {};
    const query = this.#find(params.query, asObject(persistedQuery)?.['sha256Hash']);
    return query === undefined ? undefined : { ...params, query, extensions };
  }

  #find(query: string | undefined, id: unknown): string | undefined {
    if (query !== undefined) return this.#texts.has(query) ? query : undefined;
    return typeof id === 'string' ? this.#byId.get(id) : undefined;
  }
}

/** How a request names its operation: by text, or by id in `extensions.persistedQuery.sha256Hash`. */
interface Asked {
  readonly query?: string;
  readonly extensions?: JsonObject;
}
