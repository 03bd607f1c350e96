import { Pool, type Dispatcher } from 'undici';

/** As many sockets as the gateway keeps. */
const connections = 64;

const origin = process.env['ROCKETCHAT_URL'] ?? '';
const pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });

/** A request's headers, of which the credentials are passed on. */
export type Caller = Readonly<Record<string, string | string[] | undefined>>;

/** GET, parsed: the cheapest that undici has. `path` is below `/api/v1/`. */
export const get = <Body>(path: string, caller: Caller): Promise<Body> =>
  new Promise((resolve, reject) => {
    const headers = [
      'x-auth-token',
      String(caller['x-auth-token']),
      'x-user-id',
      String(caller['x-user-id']),
      'accept',
      'application/json',
      'accept-encoding',
      'identity',
    ];
    const exchange = new Exchange((text) => resolve(JSON.parse(text) as Body), reject);
    pool.dispatch({ origin, path: `/api/v1/${path}`, method: 'GET', headers }, exchange);
  });

class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (text: string) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];

  constructor(resolve: (text: string) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    if (status !== 200) this.#reject(new Error(`status ${status}`));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.#chunks;
    this.#resolve((this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks)).toString());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }
}
