import { readFileSync } from 'node:fs';
import type { HTTPGraphQLRequest } from '@apollo/server';
import { z } from 'zod';
import { ConfigError } from './config.ts';
import { asObject, readJson, type JsonObject } from './json.ts';

const text = z.string().min(1);

/** What `generate-persisted-query-manifest` writes; or texts by their ids, as Relay and GraphQL Code Generator write them. */
const manifest = z.union([
  z
    .object({ format: z.literal('apollo-persisted-query-manifest'), version: z.literal(1), operations: z.array(z.object({ id: text, body: text })) })
    .transform(({ operations }) => operations),
  z
    .record(text, text)
    .refine((list) => Object.keys(list).length > 0)
    .transform((list) => Object.entries(list).map(([id, body]) => ({ id, body }))),
]);

/** The only operations that are answered: asked for by their ids, or sent as they are in the list, to the letter. */
export class Safelist {
  readonly #byId: ReadonlyMap<string, string>;
  readonly #texts: ReadonlySet<string>;

  constructor(operations: readonly { readonly id: string; readonly body: string }[]) {
    this.#byId = new Map(operations.map(({ id, body }) => [id, body]));
    this.#texts = new Set(this.#byId.values());
  }

  static read(path: string): Safelist {
    try {
      return new Safelist(manifest.parse(JSON.parse(readFileSync(path, 'utf8'))));
    } catch {
      throw new ConfigError('PERSISTED_OPERATIONS: expected a file that generate-persisted-query-manifest has written, or texts of queries by their ids');
    }
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
