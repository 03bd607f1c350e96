import { setTimeout as delay } from 'node:timers/promises';
import { Patience } from './patience.ts';
import type { Script } from './script.ts';

/** The part of a client of Redis or Valkey that the gateway uses. */
interface Client {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  sendCommand(args: string[]): Promise<unknown>;
  destroy(): void;
}

export interface RedisStoreOptions {
  readonly url: string;
  /** What all keys begin with. */
  readonly deployment: string;
  /** The store has become reachable (undefined), or has been lost or was not to be had from the start, for this reason. */
  readonly onChange: (away: WhyAway | undefined) => void;
  readonly random?: () => number;
  /** Nobody waits longer for the store, the pauses of this process aside. Milliseconds. */
  readonly patienceMs?: number;
}

/** In our own words: what the store says is not ours to repeat. */
export type WhyAway =
  | 'It cannot be reached.'
  | 'It is too slow.'
  | 'It refuses the password.'
  | 'It takes no writes.'
  | 'It replies what no store does.';

/** The usual patience. Milliseconds. */
export const replyMs = 20;
const connectTimeoutMs = 1000;
/** Pauses between two attempts to connect: the first, doubling up to the last. Milliseconds. */
const firstPauseMs = 100;
const longestPauseMs = 2000;
/** A connection that has lasted this long was good: after it, attempts begin with the first pause. Milliseconds. */
const steadyMs = 5000;
/** Commands that may be unanswered at a time. */
const maxPending = 2000;

/**
 * A Redis or Valkey that replicas share, as a place that may be gone at any moment. When a command takes longer than
 * `patienceMs`, the store is away until it replies; when one fails, or the store is slow again, the connection ends, and the
 * store is away until a new one takes a write. So a slow, full, read-only or half-open store delays a few calls once. While it
 * is away no command is sent, queued or repeated.
 */
export class RedisStore {
  readonly #options: RedisStoreOptions;
  /** Of the connection that is up or being made. */
  #client: Client | undefined;
  #isUp = false;
  /** Whether `onChange` was told last that it is away. */
  #told: boolean | undefined;
  #outages = 0;
  #isClosed = false;
  #upSince = 0;
  #attempts = 0;
  #pending = 0;
  readonly #patience: Patience;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#patience = new Patience(options.patienceMs ?? replyMs);
  }

  get isAway(): boolean {
    return !this.#isUp;
  }

  /** How often it was lost, or was not to be had from the start. */
  get outages(): number {
    return this.#outages;
  }

  /** Makes the first attempt, and waits for it a moment at most; the others follow by themselves. */
  async connect(): Promise<void> {
    await import('@redis/client'); // before that moment begins: loading is no time of the store's
    const patience = delay(connectTimeoutMs, undefined, { ref: false });
    await Promise.race([this.#attempt(), patience]);
  }

  /**
   * The reply of a script: a number, or a list. Undefined when the store is away, or is so now: what it did is not known then.
   * `isSane`: whether the reply is one that the script gives; a store that gives others is none.
   */
  async run(
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
    isSane: (reply: unknown) => boolean = (reply) => typeof reply === 'number' || Array.isArray(reply),
  ): Promise<unknown> {
    const client = this.#isUp ? this.#client : undefined;
    if (client === undefined) return undefined;
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      const reply = await this.#inTime(client, ['EVALSHA', script.sha1, ...rest]).catch((error: unknown) => {
        if (!isUnknownScript(error)) throw error;
        return this.#inTime(client, ['EVAL', script.text, ...rest]);
      });
      if (isSane(reply)) return reply;
      throw new Unusable('It replies what no store does.');
    } catch (error) {
      if (error instanceof Unusable && error.why === 'It is too slow.') this.#endure(client, error);
      else this.#lose(client, error);
      return undefined;
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    if (client !== undefined) this.#lose(client, undefined);
  }

  async #attempt(): Promise<void> {
    const client = await createClient(this.#options.url);
    if (this.#isClosed) return;
    this.#client = client;
    client.on('error', (error) => this.#lose(client, error));
    const late = setTimeout(() => this.#lose(client, new Unusable('It is too slow.')), 2 * connectTimeoutMs);
    late.unref();
    try {
      await client.connect(); // with a password, this waits for a reply
      await this.#inTime(client, this.#probe);
    } catch (error) {
      this.#lose(client, error);
      return;
    } finally {
      clearTimeout(late);
    }
    this.#begin(client);
  }

  /** A replica that only reads and a store that is full refuse this. */
  get #probe(): string[] {
    return ['SET', `${this.#options.deployment}:probe`, '1', 'PX', '1000'];
  }

  #begin(client: Client): void {
    if (this.#client !== client) return;
    this.#isUp = true;
    this.#upSince = performance.now();
    this.#tell(undefined);
  }

  /** The first time that a store is slow, it is away until it replies. One that is slow again is left alone for longer. */
  #endure(client: Client, error: Unusable): void {
    if (!this.#isUp || this.#client !== client) return; // others have waited as well
    if (performance.now() - this.#upSince >= steadyMs) this.#attempts = 0;
    if (this.#attempts > 0) return this.#lose(client, error);
    this.#attempts = 1;
    this.#isUp = false;
    this.#tell(error.why);
    const late = setTimeout(() => this.#lose(client, error), connectTimeoutMs);
    late.unref();
    client.sendCommand(this.#probe).then(
      () => {
        clearTimeout(late);
        this.#begin(client);
      },
      (failure: unknown) => {
        clearTimeout(late);
        this.#lose(client, failure);
      },
    );
  }

  #lose(client: Client, error: unknown): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    const wasUp = this.#isUp;
    this.#isUp = false;
    try {
      client.destroy();
    } catch {
      // It was closed already.
    }
    if (this.#isClosed) return;
    if (wasUp && performance.now() - this.#upSince >= steadyMs) this.#attempts = 0;
    const { random = Math.random } = this.#options;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#attempts);
    this.#attempts += 1;
    this.#timer = setTimeout(() => void this.#attempt(), pauseMs * (0.8 + 0.4 * random()));
    this.#timer.unref();
    this.#tell(whyAway(error));
  }

  #tell(away: WhyAway | undefined): void {
    const isAway = away !== undefined;
    if (isAway === this.#told) return;
    this.#told = isAway;
    if (isAway) this.#outages += 1;
    this.#options.onChange(away);
  }

  /** The reply to a command; rejects when it does not come in time. */
  #inTime(client: Client, command: string[]): Promise<unknown> {
    if (this.#pending >= maxPending) return Promise.reject(new Unusable('It is too slow.'));
    this.#pending += 1;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const stop = this.#patience.begin(() => reject(new Unusable('It is too slow.')));
    client.sendCommand(command).then(resolve, reject);
    return promise.finally(() => {
      this.#pending -= 1;
      stop();
    });
  }
}

/** Loads the library when somebody has a store. */
async function createClient(url: string): Promise<Client> {
  const redis = await import('@redis/client');
  return redis.createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: connectTimeoutMs, reconnectStrategy: false },
  });
}

/** What this process finds about the store. */
class Unusable extends Error {
  readonly why: WhyAway;

  constructor(why: WhyAway) {
    super(why);
    this.why = why;
  }
}

function whyAway(error: unknown): WhyAway {
  if (error instanceof Unusable) return error.why;
  const [word = ''] = error instanceof Error ? error.message.split(' ') : [];
  if (['NOAUTH', 'WRONGPASS', 'NOPERM'].includes(word)) return 'It refuses the password.';
  if (['READONLY', 'OOM', 'MISCONF'].includes(word)) return 'It takes no writes.';
  return 'It cannot be reached.';
}

const isUnknownScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT');
