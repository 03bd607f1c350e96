import { readConfig } from '../../src/config/config.ts';
import { startGateway } from '../../src/server.ts';
import { patient, type Caller } from './gateway.ts';
import { startHeavyWorkspace, type HeavyWorkspace } from './heavy-workspace.ts';

export interface HeavyAnswer {
  readonly status: number;
  readonly bytes: number;
  readonly text: string;
  /** Of its errors, each once. */
  readonly codes: readonly string[];
}

/** A gateway before a workspace of heavy data, in this process. */
export interface HeavyGateway {
  readonly url: string;
  readonly workspace: HeavyWorkspace;
  /** `caller`: nobody by default. */
  ask(body: Readonly<Record<string, unknown>>, caller?: Caller): Promise<HeavyAnswer>;
  close(): Promise<void>;
}

export async function startHeavyGateway(env: Record<string, string> = {}): Promise<HeavyGateway> {
  const workspace = await startHeavyWorkspace();
  const config = readConfig({
    PORT: '0',
    LOG_LEVEL: 'silent',
    ROCKETCHAT_URL: workspace.url,
    CALLER_CALLS_PER_MINUTE: '0',
    ...env,
  });
  const gateway = await startGateway({ config, workspaceUrl: workspace.url, limits: patient });
  return {
    url: gateway.url,
    workspace,
    async ask(body, caller) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(caller !== undefined && { 'x-user-id': caller.id, 'x-auth-token': caller.token }),
        },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      const codes = new Set([...text.slice(0, 2000).matchAll(/"code":"(\w+)"/g)].map(([, code = '']) => code));
      return { status: response.status, bytes: Buffer.byteLength(text), text, codes: [...codes] };
    },
    async close() {
      await gateway.close();
      await workspace.close();
    },
  };
}
