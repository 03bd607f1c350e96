import { hash } from 'node:crypto';
import { asObject, type JsonObject } from '../json.ts';
import { plainId } from './document-id.ts';
import type { PersistedOperation } from './persisted-operations.ts';

/** The operations of the list, by id or by their exact text. */
export class Safelist {
  readonly #byId: ReadonlyMap<string, string>;
  readonly #texts: ReadonlySet<string>;

  constructor(operations: readonly PersistedOperation[]) {
    this.#byId = new Map(operations.map(({ id, body }) => [plainId(id), body]));
    this.#texts = new Set(this.#byId.values());
  }

  /** The request with its operation's text and no id; undefined if the operation is not in the list. */
  admit<Params extends Asked>(params: Params): (Omit<Params, 'documentId'> & { readonly query: string }) | undefined {
    const { documentId: _, ...others } = params;
    const { persistedQuery: __, ...extensions } = params.extensions ?? {};
    const query = this.#find(params.query, idOf(params));
    return query === undefined ? undefined : { ...others, query, extensions };
  }

  #find(query: string | undefined, id: string | undefined): string | undefined {
    if (query !== undefined) return this.#texts.has(query) ? query : undefined;
    return id === undefined ? undefined : this.#byId.get(plainId(id));
  }
}

/** How a request names its operation: by text, or by id in `documentId` or in `extensions.persistedQuery.sha256Hash`. */
interface Asked {
  readonly query?: string;
  readonly documentId?: string;
  readonly operationName?: string;
  readonly extensions?: JsonObject;
}

function idOf({ documentId, extensions }: Asked): string | undefined {
  const id = documentId ?? asObject(extensions?.['persistedQuery'])?.['sha256Hash'];
  return typeof id === 'string' ? id : undefined;
}

/** A document that the list does not have. */
export interface UnlistedDocument {
  /** The id by which the list could have it: the one that the request names, or the hash of its text. */
  readonly documentId: string;
  readonly operationName: string | undefined;
  /** Whether the request has the text: an id alone may be unknown to the gateway. */
  readonly hasText: boolean;
}

export const unlistedDocument = (asked: Asked): UnlistedDocument => ({
  documentId: asked.query === undefined ? (idOf(asked) ?? '') : `sha256:${hash('sha256', asked.query)}`,
  operationName: asked.operationName,
  hasText: asked.query !== undefined,
});
