import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from './config.ts';
import { asObject, type JsonObject } from './json.ts';

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

/** What a request says of the operation that it means: its text, or its id in `extensions.persistedQuery.sha256Hash`. */
interface Asked {
  readonly query?: string;
  readonly extensions?: JsonObject;
}
