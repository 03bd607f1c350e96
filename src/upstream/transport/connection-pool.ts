import type { Socket } from 'node:net';
import { Connection, type Origin } from './connection.ts';
import type { Exchange, ExchangeHolder } from './exchange.ts';
import type { PipelineDepth } from './pipeline-depth.ts';
import { cancelled } from './transport-error.ts';

export interface ConnectionPoolOptions {
  readonly origin: Origin;
  /** Connections at most. */
  readonly connections: number;
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
  readonly depth: PipelineDepth;
  /** Runs for each connection as it is opened. */
  readonly onConnected: ((socket: Socket) => void) | undefined;
}

interface Waiter extends ExchangeHolder {
  readonly exchange: Exchange;
  readonly isFresh: boolean;
}

/** How often connections that are free for too long are closed. Milliseconds. */
const sweepMs = 1000;

/**
 * Connections to the workspace, kept open for the next exchange. An exchange that finds none free waits for its turn.
 * Exchanges of one pipeline that come in one turn of the event loop share connections, and each of these writes its requests
 * at once: of a small call, the write is what takes most of the gateway's time.
 */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  readonly #open = new Set<Connection>();
  /** The one used last is used next, so that those too many are closed. */
  readonly #free: Connection[] = [];
  readonly #waiting: Waiter[] = [];
  /** Those whose requests go out at the end of this turn of the event loop, and which of them takes more of a pipeline. */
  #unflushed: Connection[] = [];
  readonly #shareable = new Map<object, Connection>();
  /** Those whose response has just ended. */
  #settling: Connection[] = [];
  #session: Buffer | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /** `isFresh`: over a new connection. */
  send(exchange: Exchange, isFresh: boolean): void {
    if (this.#isClosed) return exchange.fail(cancelled());
    const shared = isFresh ? undefined : this.#shared(exchange);
    if (shared !== undefined) return shared.add(exchange);
    const free = isFresh ? undefined : this.#takeFree();
    if (free !== undefined) return this.#start(free, exchange);
    if (this.#open.size < this.#options.connections) return this.#start(this.#connect(), exchange);
    const waiter: Waiter = {
      exchange,
      isFresh,
      leave: () => void this.#waiting.splice(this.#waiting.indexOf(waiter), 1),
    };
    const [spare] = this.#free;
    if (spare !== undefined) {
      // A free one, kept for others, makes room: for this exchange, before those that wait.
      this.#waiting.unshift(waiter);
      return spare.close();
    }
    exchange.holder = waiter;
    this.#waiting.push(waiter);
  }

  /** Closes all connections, and ends what they carry and what waits for them. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#sweep);
    for (const { exchange } of this.#waiting.splice(0)) exchange.fail(cancelled());
    for (const connection of this.#open) connection.fail(cancelled());
  }

  /** A connection that takes more exchanges of this one's pipeline. */
  #shared({ pipeline }: Exchange): Connection | undefined {
    const connection = pipeline && this.#shareable.get(pipeline);
    return connection !== undefined && connection.load < this.#options.depth.current ? connection : undefined;
  }

  #start(connection: Connection, exchange: Exchange): void {
    const { pipeline } = exchange;
    if (pipeline === undefined || this.#options.depth.current === 1) return connection.send(exchange);
    connection.add(exchange);
    if (this.#unflushed.length === 0) setImmediate(() => this.#flush());
    this.#unflushed.push(connection);
    this.#shareable.set(pipeline, connection);
  }

  #flush(): void {
    const unflushed = this.#unflushed;
    this.#unflushed = [];
    this.#shareable.clear();
    for (const connection of unflushed) connection.flush();
  }

  #connect(): Connection {
    const connection = new Connection({
      ...this.#options,
      session: this.#session,
      onSession: (session) => (this.#session = session),
      onFree: (freed) => this.#settle(freed),
      onClosed: (closed) => this.#forget(closed),
      // Later: what ends together, as at a time-out, must not go out once more before.
      onReturned: (exchanges) => setImmediate(() => this.#resend(exchanges)),
    });
    this.#open.add(connection);
    return connection;
  }

  /** Each on a connection of its own, so that it is no other's fault again. */
  #resend(exchanges: readonly Exchange[]): void {
    for (const exchange of exchanges) {
      exchange.pipeline = undefined;
      if (!exchange.hasEnded) this.send(exchange, false);
    }
  }

  #takeFree(): Connection | undefined {
    const now = this.#options.now();
    for (;;) {
      const connection = this.#free.at(-1);
      if (connection === undefined) return undefined;
      if (connection.keptUntil > now) return this.#free.pop();
      connection.close();
    }
  }

  /**
   * Takes a connection back once the event loop has read what came right behind the response: an end, or bytes that nobody
   * asked for, which the next call must not get. It reads between one `setImmediate` and the next.
   */
  #settle(connection: Connection): void {
    this.#settling.push(connection);
    if (this.#settling.length > 1) return;
    setImmediate(() => {
      const settled = this.#settling;
      this.#settling = [];
      setImmediate(() => settled.forEach((each) => this.#keep(each)));
    });
  }

  #keep(connection: Connection): void {
    if (!this.#open.has(connection)) return;
    this.#free.push(connection);
    this.#sendNext();
    this.#sweep ??= setTimeout(() => this.#closeOld(), sweepMs).unref();
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    const index = this.#free.indexOf(connection);
    if (index !== -1) this.#free.splice(index, 1);
    for (const [pipeline, shared] of this.#shareable) if (shared === connection) this.#shareable.delete(pipeline);
    this.#sendNext();
  }

  /** A connection is free, or can be opened: for as many as wait, as several may share it. */
  #sendNext(): void {
    while (this.#free.length > 0 || this.#open.size < this.#options.connections) {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) return;
      this.send(waiter.exchange, waiter.isFresh);
    }
  }

  #closeOld(): void {
    this.#sweep = undefined;
    const now = this.#options.now();
    for (const connection of this.#free.filter(({ keptUntil }) => keptUntil <= now)) connection.close();
    if (this.#free.length > 0) this.#sweep = setTimeout(() => this.#closeOld(), sweepMs).unref();
  }
}
