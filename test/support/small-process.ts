import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { startMain, urlOf, type Child } from './child.ts';
import type { Caller } from './gateway.ts';
import { startHeavyWorkspace, type HeavyWorkspace } from './heavy-workspace.ts';

const probe = fileURLToPath(new URL('probe.ts', import.meta.url));

/** A gateway as a child process with little memory, before a heavy workspace. */
export interface SmallProcess {
  readonly url: string;
  readonly workspace: HeavyWorkspace;
  readonly child: Child;
  /** Megabytes of the heap after a garbage collection. */
  heap(): Promise<number>;
  /** Megabytes of the heap after a collection of young objects alone. */
  left(): Promise<number>;
  /** Milliseconds of the longest turn of its event loop since the last call. */
  longestTurn(): Promise<number>;
  /** Status and text of the response; status 0 if there is none. */
  ask(body: Readonly<Record<string, unknown>>, caller?: Caller): Promise<{ status: number; text: string }>;
}

export async function startSmallProcess(
  oldSpaceMegabytes: number,
  env: Record<string, string> = {},
): Promise<SmallProcess> {
  const workspace = await startHeavyWorkspace();
  onTestFinished(() => workspace.close());
  const child = startMain({
    flags: [`--max-old-space-size=${oldSpaceMegabytes}`, '--max-semi-space-size=8', '--expose-gc', '--import', probe],
    env: {
      PORT: '0',
      LOG_LEVEL: 'info',
      EXPLORER: 'off',
      ROCKETCHAT_URL: workspace.url,
      CALLER_CALLS_PER_MINUTE: '0',
      ...env,
    },
  });
  const url = await urlOf(child);
  /** Sends a signal and reads the line printed in response. */
  const told = async (signal: NodeJS.Signals, name: string): Promise<number> => {
    const before = child.stderr.length;
    child.signal(signal);
    const answer = () => new RegExp(`"${name}":([\\d.]+)`).exec(child.stderr.slice(before))?.[1];
    await expect.poll(answer, { timeout: 10_000, interval: 5 }).toBeDefined();
    return Number(answer());
  };
  return {
    url,
    workspace,
    child,
    heap: () => told('SIGUSR2', 'heapMegabytes'),
    left: () => told('SIGIO', 'leftMegabytes'),
    longestTurn: () => told('SIGWINCH', 'longestMs'),
    async ask(body, caller) {
      const headers = caller === undefined ? {} : { 'x-user-id': caller.id, 'x-auth-token': caller.token };
      try {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        });
        return { status: response.status, text: await response.text() };
      } catch {
        return { status: 0, text: '' };
      }
    },
  };
}
