import type { HTTPGraphQLRequest } from '@apollo/server';
import { asObject, readJson, type JsonObject } from './json.ts';
import type { PersistedOperation } from './persisted-operations.ts';

/** The only operations that are answered: asked for by their ids, or sent as they are in the list, to the letter. */
export class Safelist {
  readonly #byId: ReadonlyMap<string, string>;
  readonly #texts: ReadonlySet<string>;

  constructor(operations: readonly PersistedOperation[]) {
    this.#byId = new Map(operations.map(({ id, body }) => [id, body]));
    this.#texts = new Set(this.#byId.values());
  }

  /** The request with the text of the operation that it means; undefined where that is not in the list. */
  admit(request: HTTPGraphQLRequest): HTTPGraphQLRequest | undefined {
    if (request.method === 'POST') return this.#admitPost(request);
    return request.method === 'GET' ? this.#admitGet(request) : request;
  }

  #admitPost(request: HTTPGraphQLRequest): HTTPGraphQLRequest | undefined {
    const body = asObject(request.body);
    const query = body && this.#find(body);
    if (query === undefined) return undefined;
    const { persistedQuery: _, ...extensions } = asObject(body?.['extensions']) ?? {};
    return { ...request, body: { ...body, query, extensions } };
  }

  #admitGet(request: HTTPGraphQLRequest): HTTPGraphQLRequest | undefined {
    const search = new URLSearchParams(request.search);
    if (!search.has('query') && !search.has('extensions')) return request; // asks nothing: an explorer's page, or a mistake
    const query = this.#find({ query: onlyValue(search, 'query'), extensions: readJson(onlyValue(search, 'extensions')) });
    if (query === undefined) return undefined;
    search.set('query', query);
    search.delete('extensions');
    return { ...request, search: `?${search.toString()}` };
  }

  #find({ query, extensions }: JsonObject): string | undefined {
    if (typeof query === 'string') return this.#texts.has(query) ? query : undefined;
    const id = asObject(asObject(extensions)?.['persistedQuery'])?.['sha256Hash'];
    return query == null && typeof id === 'string' ? this.#byId.get(id) : undefined;
  }
}

const onlyValue = (search: URLSearchParams, name: string): string | undefined => {
  const values = search.getAll(name);
  return values.length === 1 ? values[0] : undefined;
};
