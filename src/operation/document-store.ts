import { TokenKind, type DocumentNode, type Token } from 'graphql';
import { Lru } from './lru.ts';

/** Bytes of all documents that accepted callers sent once, and of all that they sent again, with what is kept of them. */
const maxNewBytes = 4 * 1024 * 1024;
const maxProvenBytes = 40 * 1024 * 1024;

/** What a token takes with the nodes that it is part of: 250 to 490 bytes were measured, as the test does again. */
const bytesPerToken = 500;
/**
 * The text stays with its document, and texts within it are there once more; a character takes two bytes as soon as one of
 * them is not of Latin-1.
 */
const bytesPerCharacter = 2;
const bytesPerDocument = 2000;

/** Where something that was worked out of a document may be kept, as long as the document is. */
export interface DocumentMemory {
  /** Says that so many bytes more are kept of a document. False: it is not worth that, and nothing may be kept. */
  keep(document: DocumentNode, bytes: number): boolean;
}

/**
 * Apollo Server's document store of parsed, valid documents: a two-segment LRU bounded by bytes, which include everything
 * cached with a document. Only documents that an accepted caller has used are kept. A document is promoted on its second
 * use, so a client that sends a new document each time evicts only other one-off documents.
 */
export class DocumentStore implements DocumentMemory {
  readonly #new = new Lru<DocumentNode>(maxNewBytes);
  readonly #proven = new Lru<DocumentNode>(maxProvenBytes);
  /** Of every document that was ever set and is still in use, kept or not. */
  readonly #keys = new WeakMap<DocumentNode, string>();

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#proven.peek(key) ?? this.#new.peek(key);
  }

  /** It is kept from when an accepted caller `uses` it. */
  async set(key: string, document: DocumentNode): Promise<void> {
    this.#keys.set(document, key);
  }

  async delete(key: string): Promise<void> {
    this.#proven.delete(key);
    this.#new.delete(key);
  }

  /** A caller whom the workspace has accepted asks for it: once each request. */
  use(document: DocumentNode): void {
    const key = this.#keys.get(document);
    if (key === undefined || this.#proven.use(key) !== undefined) return;
    const isKnown = this.#new.peek(key) !== undefined;
    this.#new.delete(key);
    (isKnown ? this.#proven : this.#new).set(key, document, bytesOf(document));
  }

  keep(document: DocumentNode, bytes: number): boolean {
    const key = this.#keys.get(document);
    if (key === undefined || this.#proven.peek(key) !== document) return false;
    this.#proven.grow(key, bytes);
    return this.#proven.peek(key) === document;
  }

  /** Bytes of all documents that are kept, with what is kept of them. */
  get bytes(): number {
    return this.#new.bytes + this.#proven.bytes;
  }
}

function bytesOf({ loc }: DocumentNode): number {
  let tokens = 0;
  let characters = loc?.source.body.length ?? 0;
  for (let token: Token | null | undefined = loc?.startToken; token; token = token.next) {
    tokens += 1;
    if (token.kind === TokenKind.STRING || token.kind === TokenKind.BLOCK_STRING) characters += token.value.length;
  }
  return bytesPerDocument + bytesPerCharacter * characters + bytesPerToken * tokens;
}
