import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Child {
  readonly stdout: string;
  readonly stderr: string;
  /** What the pattern finds in standard output, as soon as it does; an error when the process ends without it. */
  until(pattern: RegExp): Promise<RegExpMatchArray>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  /** For node itself, before the script. */
  readonly flags?: readonly string[];
  /** The whole environment, but for PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

export const projectPath = fileURLToPath(new URL('../..', import.meta.url));
/** Where the gateway starts. */
export const mainPath = join(projectPath, 'src/main.ts');

/** The gateway as a child process, with the node that runs the tests. It ends with the test at the latest. */
export const startMain = ({ args = [], flags = [], env = {} }: ChildOptions = {}): Child =>
  startChild(process.execPath, [...flags, mainPath, ...args], env);

export function startChild(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  const path = process.env['PATH'];
  const child = spawn(command, args, {
    env: { ...(path !== undefined && { PATH: path }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  ended.catch(() => {}); // reported to those who await it
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended.catch(() => {});
  });

  return {
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    until(pattern) {
      const { promise, resolve, reject } = Promise.withResolvers<RegExpMatchArray>();
      const look = () => {
        const match = pattern.exec(stdout);
        if (match !== null) resolve(match);
      };
      listeners.add(look);
      look();
      const giveUp = () => reject(new Error(`It ended without ${String(pattern)}:\n${stdout}${stderr}`));
      ended.then(giveUp, reject);
      return promise.finally(() => listeners.delete(look));
    },
    signal(name) {
      child.kill(name);
    },
    ended,
  };
}

/** Runs to the end. */
export const runMain = (options?: ChildOptions): Promise<Ended> => startMain(options).ended;
export const run = (command: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> =>
  startChild(command, args, env).ended;

/** Where a gateway before a workspace listens, as the first line of its log says (at level info). */
export async function urlOf(child: Child): Promise<string> {
  const [, url = ''] = await child.until(/"msg":"GraphQL at (http:[^"]+)\/graphql"/);
  return url;
}
