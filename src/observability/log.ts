import pino, { type Logger } from 'pino';

export type { Logger };

/** Rocket.Chat's login tokens and personal access tokens: 43 characters of base64url. */
const tokenForm = /(?<![\w-])[\w-]{43}(?![\w-])/g;

/**
 * Shorter ones are no tokens of Rocket.Chat's, and are not looked for: a client that sends `"` or `status` as his token
 * would blank that in everybody's log lines. No name or code of ours is as long.
 */
const minTokenLength = 32;

/** A field of a line by the names that tokens go by, its value a text or a list, however deep it lies. */
const secretField = /"(x-auth-token|authtoken|authorization|cookie)":(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi;

/**
 * Tokens of the requests under way. The last thing before a log line is written is to look for them in it, whatever
 * the path by which one got there; the names that tokens go by, and the form of Rocket.Chat's own, are looked for as well.
 */
export class Redactor {
  /** Who holds a token, by token. */
  readonly #held = new Map<string, Set<symbol>>();

  /** Tokens that are watched for. */
  get held(): number {
    return this.#held.size;
  }

  /** Watches for a token until the returned function is called. */
  hold(given: string): () => void {
    if (given.length < minTokenLength) return () => undefined;
    const token = JSON.stringify(given).slice(1, -1); // as it stands in a line of JSON
    const holders = this.#held.get(token) ?? new Set<symbol>();
    const holder = Symbol('request');
    this.#held.set(token, holders.add(holder));
    return () => {
      if (holders.delete(holder) && holders.size === 0) this.#held.delete(token);
    };
  }

  clean(line: string): string {
    let clean = line;
    for (const token of this.#held.keys()) clean = clean.replaceAll(token, '[redacted]');
    return clean.replace(secretField, '"$1":"[redacted]"').replace(tokenForm, '[redacted]');
  }
}

/** JSON lines without tokens: removed by name, and by value. */
export function createLog(level: string, redactor: Redactor, destination: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    serializers: { err: withoutStack, error: withoutStack },
    hooks: { streamWrite: (line) => redactor.clean(line) },
  };
  return pino(options, destination);
}

/** What a library logs of an error of its own. A stack tells of the machine, and drowns what is worth reading. */
function withoutStack(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { stack: _, ...rest } = error as Readonly<Record<string, unknown>>;
  return error instanceof Error ? { kind: error.name, message: error.message, ...rest } : rest;
}

/** What may be logged of an error that is not ours: its kind and where it arose, not its words, which can be anybody's. */
export function describeUnexpected(error: unknown): { kind: string; frames: string[] } {
  if (!(error instanceof Error)) return { kind: typeof error, frames: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { kind: error.name, frames: frames.slice(0, 12).map((line) => line.trim()) };
}
