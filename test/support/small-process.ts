import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { startMain, type Child } from './child.ts';
import type { Caller } from './gateway.ts';
import { startHeavyWorkspace, type HeavyWorkspace } from './heavy-workspace.ts';

const heapOnSignal = fileURLToPath(new URL('../load/heap-on-signal.ts', import.meta.url));

/** A gateway as a process of its own, with little memory, before a workspace of heavy data. */
export interface SmallProcess {
  readonly url: string;
  readonly workspace: HeavyWorkspace;
  readonly child: Child;
  /** Megabytes of the heap after a garbage collection. */
  heap(): Promise<number>;
  /** Status and text of the answer; 0 where there is none. */
  ask(body: Readonly<Record<string, unknown>>, caller?: Caller): Promise<{ status: number; text: string }>;
}

export async function startSmallProcess(oldSpaceMegabytes: number, env: Record<string, string> = {}): Promise<SmallProcess> {
  const workspace = await startHeavyWorkspace();
  onTestFinished(() => workspace.close());
  const child = startMain({
    flags: [`--max-old-space-size=${oldSpaceMegabytes}`, '--max-semi-space-size=8', '--expose-gc', '--import', heapOnSignal],
    env: { PORT: '0', LOG_LEVEL: 'silent', EXPLORER: 'off', ROCKETCHAT_URL: workspace.url, CALLER_CALLS_PER_MINUTE: '0', ...env },
  });
  const [, url = ''] = await child.until(/GraphQL at (http:\S+)\/graphql\n/);
  return {
    url,
    workspace,
    child,
    async heap() {
      const before = child.stderr.split('\n').length;
      child.signal('SIGUSR2');
      await expect.poll(() => child.stderr.split('\n').length, { timeout: 10_000, interval: 10 }).toBeGreaterThan(before);
      return (JSON.parse(child.stderr.trim().split('\n').at(-1) ?? '') as { heapMegabytes: number }).heapMegabytes;
    },
    async ask(body, caller) {
      const headers = caller === undefined ? {} : { 'x-user-id': caller.id, 'x-auth-token': caller.token };
      try {
        const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
        return { status: response.status, text: await response.text() };
      } catch {
        return { status: 0, text: '' };
      }
    },
  };
}
