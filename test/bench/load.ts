import { connect, type Socket } from 'node:net';
import { RequestTemplate, wholeBody } from './requests.ts';
import { arrivedBy, quantile } from './schedule.ts';

/** One measured stretch: `requests` requests over `connections` sockets. */
export interface Slice {
  readonly port: number;
  /** Bodies to post, in turn. */
  readonly bodies: readonly string[];
  /** The only right answer to each body. */
  readonly answers: readonly string[];
  readonly connections: number;
  readonly requests: number;
  /** Every request comes from another caller. */
  readonly uniqueCredentials: boolean;
  /** Requests arrive at this rate, whatever the server does; undefined: each socket asks again once it is answered. */
  readonly perSecond?: number;
}

export interface SliceResult {
  readonly seconds: number;
  /** Answers that were not the right one, byte for byte; broken connections. */
  readonly failures: number;
  /** What was received instead, the first time; undefined: nothing. */
  readonly firstFailure: string | undefined;
  /** From a request's arrival, also if it then waits for a free socket, to the end of its answer, milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** A server that says nothing for this long has failed. */
const patienceMs = 10_000;

interface Exchange {
  readonly template: RequestTemplate;
  readonly answer: Buffer;
}

/** Callers so far: none comes twice. */
let callers = 0;

async function run({
  port,
  bodies,
  answers,
  connections,
  requests,
  uniqueCredentials,
  perSecond,
}: Slice): Promise<SliceResult> {
  const exchanges: Exchange[] = bodies.map((body, index) => ({
    template: new RequestTemplate(port, body),
    answer: Buffer.from(answers[index] ?? ''),
  }));
  const idle = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  const opened = [...idle];
  const arrivals: number[] = [];
  const latencies: number[] = [];
  let sent = 0;
  let failures = 0;
  let firstFailure: string | undefined;
  const startedAt = performance.now();

  await new Promise<void>((resolve) => {
    const send = () => {
      while (sent < arrivals.length) {
        const connection = idle.pop();
        const exchange = exchanges[sent % exchanges.length];
        if (connection === undefined || exchange === undefined) return;
        const arrivedAt = arrivals[sent++] ?? 0;
        const bytes = uniqueCredentials ? exchange.template.ofCaller(callers++) : exchange.template.bytes;
        connection.ask(bytes, (body) => {
          const isRight = body?.equals(exchange.answer) === true;
          latencies.push(performance.now() - arrivedAt);
          if (!isRight) {
            failures += 1;
            firstFailure ??= body?.toString('utf8', 0, 300);
          }
          if (body !== undefined) idle.push(connection);
          if (latencies.length === requests || opened.every(({ isBroken }) => isBroken)) resolve();
          else if (perSecond === undefined && arrivals.length < requests) arrivals.push(performance.now());
          send();
        });
      }
    };
    /** The clock of the timer is a request's arrival: that this process was late is not the server's fault. */
    const arrive = () => {
      const now = performance.now();
      const count =
        perSecond === undefined ? Math.min(connections, requests) : arrivedBy(now - startedAt, perSecond, requests);
      while (arrivals.length < count) arrivals.push(now);
      send();
      if (perSecond !== undefined && arrivals.length < requests) setTimeout(arrive, 1);
    };
    arrive();
  });

  const seconds = (performance.now() - startedAt) / 1000;
  for (const connection of opened) connection.close();
  const p50 = quantile(latencies, 0.5);
  const p99 = quantile(latencies, 0.99);
  return { seconds, failures: failures + requests - latencies.length, firstFailure, p50, p99 };
}

type Answered = (body: Buffer | undefined) => void;

class Connection {
  isBroken = false;
  readonly #socket: Socket;
  #received: Buffer[] = [];
  #answered: Answered | undefined;

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk);
      const body = wholeBody(this.#received);
      if (body !== undefined) this.#settle(body);
    });
    socket.on('close', () => {
      this.isBroken = true;
      this.#settle(undefined);
    });
    socket.on('error', () => socket.destroy());
    socket.setTimeout(patienceMs, () => socket.destroy());
  }

  /** Sends a request; `answered` gets the body of the answer, or undefined if the connection breaks. */
  ask(bytes: Buffer, answered: Answered): void {
    this.#answered = answered;
    if (this.isBroken) queueMicrotask(() => this.#settle(undefined));
    else this.#socket.write(bytes);
  }

  close(): void {
    this.#socket.destroy();
  }

  #settle(body: Buffer | undefined): void {
    const answered = this.#answered;
    this.#answered = undefined;
    this.#received = [];
    answered?.(body);
  }
}

process.on('message', (slice: Slice) => {
  run(slice).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      const failed = { seconds: 0, failures: slice.requests, firstFailure: String(error), p50: 0, p99: 0 };
      process.send?.(failed satisfies SliceResult);
    },
  );
});
process.on('disconnect', () => process.exit());
