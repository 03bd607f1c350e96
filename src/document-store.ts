import type { DocumentNode, Token } from 'graphql';

interface Entry {
  readonly document: DocumentNode;
  readonly tokens: number;
}

/** Tokens of all documents that came once, and of all that came again: about half a kilobyte each, with what is remembered of them. */
const maxNewTokens = 20_000;
const maxProvenTokens = 80_000;

/**
 * Documents that were read and found valid, by their key, so that they need not be again: for Apollo Server. What came
 * once only makes way for other such documents, never for what came again: a client that sends a new one each time
 * flushes nobody's. Bounded by tokens, as these are what a document takes memory for.
 */
export class DocumentStore {
  readonly #new = new Generation(maxNewTokens);
  readonly #proven = new Generation(maxProvenTokens);

  async get(key: string): Promise<DocumentNode | undefined> {
    const entry = this.#proven.take(key) ?? this.#new.take(key);
    if (entry !== undefined) this.#proven.add(key, entry);
    return entry?.document;
  }

  async set(key: string, document: DocumentNode): Promise<void> {
    this.#new.add(key, { document, tokens: countTokens(document) });
  }

  async delete(key: string): Promise<void> {
    this.#proven.take(key);
    this.#new.take(key);
  }

  /** Tokens of all documents that are kept. */
  get tokens(): number {
    return this.#new.tokens + this.#proven.tokens;
  }
}

/** Entries up to a number of tokens; whatever was used longest ago goes first. */
class Generation {
  readonly #maxTokens: number;
  readonly #entries = new Map<string, Entry>();
  tokens = 0;

  constructor(maxTokens: number) {
    this.#maxTokens = maxTokens;
  }

  take(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.tokens -= entry.tokens;
    return entry;
  }

  add(key: string, entry: Entry): void {
    this.take(key);
    this.#entries.set(key, entry);
    this.tokens += entry.tokens;
    for (const oldest of this.#entries.keys()) {
      if (this.tokens <= this.#maxTokens) return;
      this.take(oldest);
    }
  }
}

function countTokens({ loc }: DocumentNode): number {
  let count = 0;
  for (let token: Token | null | undefined = loc?.startToken; token; token = token.next) count += 1;
  return count;
}
