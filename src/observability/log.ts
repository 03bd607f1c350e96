import pino, { type Logger } from 'pino';

export type { Logger };

/** Rocket.Chat's login tokens and personal access tokens: 43 characters of base64url. */
const tokenForm = /(?<![\w-])[\w-]{43}(?![\w-])/g;

/**
 * Ignore shorter values, which are not Rocket.Chat tokens: a client sending `status` as its token would otherwise redact
 * that word from everyone's log lines. None of the gateway's own names and codes is as long.
 */
const minTokenLength = 32;

/** A JSON field, at any depth, whose name is one that tokens go by; its value is a string or a list. */
const secretField = /"(x-auth-token|authtoken|authorization|cookie)":(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi;

/**
 * Removes tokens from log lines just before they are written, however they got there: the tokens of the requests in
 * progress, values of fields with a token's name, and anything in the form of a Rocket.Chat token.
 */
export class Redactor {
  /** Requests by the token that they hold. */
  readonly #held = new Map<string, Set<symbol>>();

  /** Number of tokens that lines are searched for. */
  get held(): number {
    return this.#held.size;
  }

  /** Redacts a token until the returned function is called. */
  hold(given: string): () => void {
    if (given.length < minTokenLength) return () => undefined;
    const token = JSON.stringify(given).slice(1, -1); // as it is written in JSON
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

/** A log of JSON lines without tokens. */
export function createLog(level: string, redactor: Redactor, destination: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    serializers: { err: withoutStack, error: withoutStack },
    hooks: { streamWrite: (line) => redactor.clean(line) },
  };
  return pino(options, destination);
}

/** Errors that libraries log. Stacks would reveal paths of the machine and bury what is worth reading. */
function withoutStack(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { stack: _, ...rest } = error as Readonly<Record<string, unknown>>;
  return error instanceof Error ? { kind: error.name, message: error.message, ...rest } : rest;
}

/** What is safe to log of an unexpected error: its kind and stack frames, but not its message, which may hold user data. */
export function describeUnexpected(error: unknown): { kind: string; frames: string[] } {
  if (!(error instanceof Error)) return { kind: typeof error, frames: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { kind: error.name, frames: frames.slice(0, 12).map((line) => line.trim()) };
}
