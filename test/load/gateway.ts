import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/free-port.ts';
import type { Sample } from './samples.ts';

const query = '{ viewer { user { username } } }';

interface Left {
  readonly heapMegabytes: number;
  readonly resources: Record<string, number>;
}

/** The gateway as a process of its own. */
export async function startGateway(workspaceUrl: string, env: Record<string, string>) {
  const port = await freePort();
  const local = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', local('heap-on-signal.ts'), local('../../src/main.ts')],
    {
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        ROCKETCHAT_URL: workspaceUrl,
        LOG_LEVEL: 'warn',
        METRICS: 'on',
        EXPLORER: 'off',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const lines = createInterface({ input: child.stderr });
  const exited = once(child, 'exit');
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries += 1) {
    if (
      await fetch(`${url}/healthz`).then(
        () => true,
        () => false,
      )
    )
      break;
    await delay(50);
  }
  /** Values of the metrics, by name; not a number where the process is gone. */
  const gauges = async (...names: readonly string[]): Promise<Record<string, number>> => {
    const text = await fetch(`${url}/metrics`).then(
      (response) => response.text(),
      () => '',
    );
    return Object.fromEntries(names.map((name) => [name, Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])]));
  };
  return {
    url,
    isRunning,
    /** Resolves when the process has ended, by itself or not. */
    exited,
    gauges,
    async residentMegabytes(): Promise<number> {
      const { process_resident_memory_bytes: bytes = Number.NaN } = await gauges('process_resident_memory_bytes');
      return bytes / 1e6;
    },
    /** What is left after a garbage collection: the heap, and the handles and timers by kind. */
    async left(): Promise<Left> {
      child.kill('SIGUSR2');
      for (let isOurs = false; !isOurs && isRunning();) {
        const [line] = (await Promise.race([once(lines, 'line'), exited])) as [unknown];
        isOurs = typeof line === 'string' && line.startsWith('{"heapMegabytes"');
        if (isOurs) return JSON.parse(String(line)) as Left;
      }
      return { heapMegabytes: Number.NaN, resources: {} };
    },
    async stop(): Promise<number | null> {
      child.kill('SIGTERM');
      await exited;
      return child.exitCode;
    },
  };
}

/** One small request, of a caller with a made-up token. `variant`: makes the query another one, with the same meaning. */
export async function ask(url: string, caller: string, variant = ''): Promise<Sample> {
  const startedAt = performance.now();
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': caller, 'x-auth-token': caller.padEnd(43, 'x') },
      body: JSON.stringify({ query: variant === '' ? query : `${query} # ${variant}` }),
    });
    const text = await response.text();
    const outcome = response.status === 200 && !text.includes('"errors"') ? 'ok' : String(response.status);
    return { caller, outcome, ms: performance.now() - startedAt };
  } catch {
    return { caller, outcome: 'no answer', ms: performance.now() - startedAt };
  }
}
