import { GatewayError } from '../../src/errors.ts';
import type { Endpoint, Params } from '../../src/upstream/endpoint.ts';
import { RequestUpstream } from '../../src/upstream/request-upstream.ts';
import type { Clock } from '../../src/upstream/clock.ts';
import { Workspace, type WorkspaceOptions } from '../../src/upstream/workspace.ts';
import type { Caller } from './gateway.ts';
import { alice } from './tiny-workspace.ts';

/** A clock that runs `speed` times faster than the real one. */
export function fastClock(speed: number): Clock {
  const startedAt = Date.now();
  return {
    now: () => startedAt + (Date.now() - startedAt) * speed,
    after(ms, callback) {
      const timer = setTimeout(callback, ms / speed);
      return () => clearTimeout(timer);
    },
  };
}

export interface RequestOptions {
  readonly as?: Caller;
  /** In milliseconds of the workspace's clock. */
  readonly timeoutMs?: number;
}

/** A workspace client without a gateway, for behaviour that GraphQL hides. */
export function createWorkspace(url: string, options: Partial<WorkspaceOptions> = {}) {
  const workspace = new Workspace({ url, timeoutMs: 2000, ...options });
  const now = () => options.clock?.now() ?? Date.now();
  const request = ({ as = alice, timeoutMs = 10_000 }: RequestOptions = {}) =>
    new RequestUpstream(workspace, { userId: as.id, authToken: as.token }, now() + timeoutMs);
  return {
    workspace,
    /** A client for the calls of one request. */
    request,
    /** Makes one request with one call: `ok`, or the error's code. */
    ask: (
      requestOptions?: RequestOptions,
      endpoint: Endpoint = 'im.counters',
      params: Params = { roomId: 'room1' },
    ): Promise<string> => outcomeOf(request(requestOptions).get(endpoint, params)),
  };
}

/** `ok`, or the error's code. */
export const outcomeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error instanceof GatewayError ? error.code : `odd: ${String(error)}`),
  );
