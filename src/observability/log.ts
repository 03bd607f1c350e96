import pino from 'pino';

export type Logger = pino.Logger & {
  /** Writes what `info` would write of plain JSON, in half its time: for the line of each request. */
  readonly writeInfo: (fields: object) => void;
};

/** Rocket.Chat's login tokens and personal access tokens: 43 characters of base64url. */
const tokenLength = 43;
const tokenForm = /(?<![\w-])[\w-]{43}(?![\w-])/g;
const wholeToken = /^[\w-]{43}$/;

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
  /** How many requests hold each token. */
  readonly #tokens = new Map<string, number>();
  /** The same for tokens in another form than Rocket.Chat's. */
  readonly #oddTokens = new Map<string, number>();

  /** Number of tokens that lines are searched for. */
  get held(): number {
    return this.#tokens.size + this.#oddTokens.size;
  }

  /** Redacts a token until the returned function is called. */
  hold(given: string): () => void {
    if (given.length < minTokenLength) return () => undefined;
    if (wholeToken.test(given)) return holdIn(this.#tokens, given);
    return holdIn(this.#oddTokens, JSON.stringify(given).slice(1, -1)); // as it is written in JSON
  }

  clean(line: string): string {
    // Hardly any line has room for a token: then it need not be searched for each of them, and there can be thousands.
    const mayHoldToken = hasTokenLength(line);
    let clean = line;
    if (mayHoldToken) for (const token of this.#tokens.keys()) clean = clean.replaceAll(token, '[redacted]');
    for (const token of this.#oddTokens.keys()) clean = clean.replaceAll(token, '[redacted]');
    clean = clean.replace(secretField, '"$1":"[redacted]"');
    return mayHoldToken ? clean.replace(tokenForm, '[redacted]') : clean;
  }
}

function holdIn(tokens: Map<string, number>, token: string): () => void {
  tokens.set(token, (tokens.get(token) ?? 0) + 1);
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    const holders = tokens.get(token) as number;
    if (holders > 1) tokens.set(token, holders - 1);
    else tokens.delete(token);
  };
}

/** Whether as many characters of base64url as a token has stand in a row: then one of them stands at every 43rd index. */
export function hasTokenLength(line: string): boolean {
  for (let index = tokenLength - 1; index < line.length; index += tokenLength) {
    let start = index;
    let end = index;
    while (isBase64Url(line.charCodeAt(start - 1))) start -= 1;
    while (isBase64Url(line.charCodeAt(end))) end += 1;
    if (end - start >= tokenLength) return true;
  }
  return false;
}

const isBase64Url = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || // a to z
  (code >= 0x30 && code <= 0x39) || // 0 to 9
  (code >= 0x41 && code <= 0x5a) || // A to Z
  code === 0x2d || // hyphen
  code === 0x5f; // underscore

/** A log of JSON lines without tokens. */
export function createLog(level: string, redactor: Redactor, destination: pino.DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    serializers: { err: withoutStack, error: withoutStack },
    hooks: { streamWrite: (line) => redactor.clean(line) },
  };
  const log = pino(options, destination);
  const writeInfo = (fields: object): void => {
    if (!log.isLevelEnabled('info')) return;
    const head = `{"level":${log.levels.values['info']},"time":${Date.now()},`;
    destination.write(redactor.clean(`${head}${JSON.stringify(fields).slice(1)}\n`));
  };
  return Object.assign(log, { writeInfo });
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
