import { expect } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { startGateway } from '../../src/server.ts';
import { startFaultUpstream, type FaultUpstream } from './fault-upstream.ts';
import { patient, type Caller, type GraphqlResult } from './gateway.ts';
import { alice, internalMarker, tokenOf } from './tiny-workspace.ts';

export interface FaultAnswer extends GraphqlResult {
  /** Code of each error, by its path. */
  readonly codes: Record<string, unknown>;
  /** Milliseconds. */
  readonly ms: number;
}

export interface FaultAskOptions {
  readonly as?: Caller;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface FaultGateway {
  readonly upstream: FaultUpstream;
  readonly url: string;
  readonly logs: Record<string, unknown>[];
  /** Asks, and proves that neither the answer nor the log lines tell what they must not. */
  readonly ask: (query: string, options?: FaultAskOptions) => Promise<FaultAnswer>;
  close(): Promise<void>;
}

/** A gateway before a fault upstream, both over real sockets. */
export async function startFaultGateway(env: Record<string, string> = {}): Promise<FaultGateway> {
  const upstream = await startFaultUpstream();
  const lines: string[] = [];
  const gateway = await startGateway({
    config: readConfig({ PORT: '0', LOG_LEVEL: 'info', ROCKETCHAT_URL: upstream.url, ...env }),
    workspaceUrl: upstream.url,
    limits: patient,
    logDestination: { write: (line) => void lines.push(line) },
  });
  const tells = (text: string, caller: Caller): string[] =>
    [internalMarker, caller.token, tokenOf('').slice(0, 9), new URL(upstream.url).host, '\n    at ', '"at '].filter(
      (secret) => text.includes(secret),
    );

  return {
    upstream,
    url: gateway.url,
    get logs() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async ask(query, { as = alice, headers = {}, signal } = {}) {
      const startedAt = performance.now();
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user-id': as.id, 'x-auth-token': as.token, ...headers },
        body: JSON.stringify({ query }),
        signal: signal ?? null,
      });
      const text = await response.text();
      const ms = performance.now() - startedAt;
      expect(tells(JSON.stringify([...response.headers]) + text + lines.join(''), as)).toEqual([]);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const others = [...text.matchAll(/for:(\w+)/g)].filter(([, user]) => user !== as.id);
      expect(others).toEqual([]);
      const body = JSON.parse(text) as Pick<GraphqlResult, 'data' | 'errors' | 'extensions'>;
      const codes = Object.fromEntries(
        (body.errors ?? []).map(({ path = [], extensions }) => [path.join('.'), extensions['code']]),
      );
      return {
        status: response.status,
        headers: response.headers,
        ms,
        codes,
        data: body.data,
        errors: body.errors,
        extensions: body.extensions,
      };
    },
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}
