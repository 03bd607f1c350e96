import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';

export interface HelperOptions {
  /** Script, relative to this folder. */
  readonly script: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Core to run on; undefined: any. */
  readonly core: number | undefined;
}

/** How long a process may take to listen, milliseconds. */
const startLimitMs = 20_000;

/** How long a process may take to end, and to write its profile, before it is killed, milliseconds. */
const stopLimitMs = 10_000;

/** A Node process of the benchmark. Its output is thrown away, its errors are shown, and it ends with this process. */
export class Helper {
  readonly port: number;
  /** When it was started, on the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number, startedAt: number) {
    this.#child = child;
    this.port = port;
    this.startedAt = startedAt;
  }

  static async start({ script, flags = [], env = {}, core }: HelperOptions): Promise<Helper> {
    const port = await freePort();
    const node = [process.execPath, ...flags, fileURLToPath(new URL(script, import.meta.url))];
    const [command = '', ...args] = core === undefined ? node : ['taskset', '-c', String(core), ...node];
    const startedAt = performance.now();
    const child = spawn(command, args, {
      env: { PATH: process.env['PATH'], ...env, PORT: String(port), HOST: '127.0.0.1' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new Helper(child, port, startedAt);
  }

  /** Waits until the process takes connections. */
  async listening(): Promise<this> {
    for (const since = Date.now(); Date.now() - since < startLimitMs; await delay(2)) {
      if (this.#hasEnded()) break;
      if (await accepts(this.port)) return this;
    }
    throw new Error(`${this.#child.spawnargs.at(-1)} did not start`);
  }

  /** Sends one message and waits for the one that comes back. */
  ask<Answer>(message: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error(`${this.#child.spawnargs.at(-1)} ended`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (answer) => {
        this.#child.off('exit', onExit);
        resolve(answer as Answer);
      });
      this.#child.send(message as object);
    });
  }

  async stop(): Promise<void> {
    if (this.#hasEnded()) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill();
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), stopLimitMs);
    await exit;
    clearTimeout(impatience);
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

/** Whether processes can be bound to the first two cores. */
export const canPin = (): boolean =>
  [0, 1].every((core) => spawnSync('taskset', ['-c', String(core), 'true']).status === 0);

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
