import { TokenKind, type DocumentNode, type Token } from 'graphql';
import { Lru } from './lru.ts';

/** Bytes of documents used once, and of documents used again, each with everything cached with them. */
const maxNewBytes = 4 * 1024 * 1024;
const maxProvenBytes = 40 * 1024 * 1024;

/** Bytes of a token with its AST nodes: the test measures 250 to 490. */
const bytesPerToken = 500;
/** The source text stays with its document, and string values copy parts of it; non-Latin-1 text takes two bytes each. */
const bytesPerCharacter = 2;
const bytesPerDocument = 2000;

/** Caches values derived from a document for as long as the document is kept. */
export interface DocumentMemory {
  /** Accounts for bytes cached with a document. False: the document is not kept, and nothing may be cached with it. */
  keep(document: DocumentNode, bytes: number): boolean;
}

/**
 * Apollo Server's document store of parsed, valid documents: a two-segment LRU bounded by bytes, which include everything
 * cached with a document. Only documents that an accepted caller has used are kept. A document is promoted on its second
 * use, so a client that sends a new document each time evicts only other one-off documents.
 */
export class DocumentStore implements DocumentMemory {
  readonly #new = new Lru<DocumentNode>(maxNewBytes);
  readonly #proven = new Lru<DocumentNode>(maxProvenBytes, (document) => this.#byText.delete(textOf(document)));
  readonly #byText = new Map<string, DocumentNode>();
  /** Keys of all documents in use, kept or not. */
  readonly #keys = new WeakMap<DocumentNode, string>();

  async get(key: string): Promise<DocumentNode | undefined> {
    return this.#proven.peek(key) ?? this.#new.peek(key);
  }

  /** The document is kept once an accepted caller `uses` it. */
  async set(key: string, document: DocumentNode): Promise<void> {
    this.#keys.set(document, key);
  }

  async delete(key: string): Promise<void> {
    this.#proven.delete(key);
    this.#new.delete(key);
  }

  /** Marks a use by a caller whom the workspace has accepted, once per request. */
  use(document: DocumentNode): void {
    const key = this.#keys.get(document);
    if (key === undefined || this.#proven.use(key) !== undefined) return;
    const isKnown = this.#new.peek(key) !== undefined;
    this.#new.delete(key);
    (isKnown ? this.#proven : this.#new).set(key, document, bytesOf(document));
    if (this.#proven.peek(key) === document) this.#byText.set(textOf(document), document);
  }

  /** The document of this text, if an accepted caller has used it twice. */
  find(text: string): DocumentNode | undefined {
    return this.#byText.get(text);
  }

  keep(document: DocumentNode, bytes: number): boolean {
    const key = this.#keys.get(document);
    if (key === undefined || this.#proven.peek(key) !== document) return false;
    this.#proven.grow(key, bytes);
    return this.#proven.peek(key) === document;
  }

  /** Bytes of all kept documents and everything cached with them. */
  get bytes(): number {
    return this.#new.bytes + this.#proven.bytes;
  }
}

const textOf = ({ loc }: DocumentNode): string => loc?.source.body ?? '';

function bytesOf({ loc }: DocumentNode): number {
  let tokens = 0;
  let characters = loc?.source.body.length ?? 0;
  for (let token: Token | null | undefined = loc?.startToken; token; token = token.next) {
    tokens += 1;
    if (token.kind === TokenKind.STRING || token.kind === TokenKind.BLOCK_STRING) characters += token.value.length;
  }
  return bytesPerDocument + bytesPerCharacter * characters + bytesPerToken * tokens;
}
