import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Limiter } from '../../src/demo/limiter.ts';
import type { Endpoint } from '../../src/upstream/endpoint.ts';
import type { WorkspaceOptions } from '../../src/upstream/workspace.ts';
import { startTestGateway, type Caller, type GraphqlResult } from './gateway.ts';
import { answerAs, tokenPrefix } from './tiny-workspace.ts';
import { createWorkspace } from './workspace.ts';

export interface LimitedOptions {
  /** Calls per window of `ms` milliseconds. False: no limiter. */
  rateLimit?: { readonly calls: number; readonly ms: number } | false;
  isLimited?: (endpoint: string) => boolean;
  isExempt?: (userId: string) => boolean;
  /** Milliseconds by which its clock is ahead. */
  skewMs?: number;
  latencyMs?: (call: LimitedCall) => number;
  hangs?: (call: LimitedCall) => boolean;
  /** All responses except the first four wait until this many calls are concurrent. */
  together?: number;
  /** A response that replaces the healthy one. `isBefore`: sent before the limiter counts. */
  refuses?: (
    call: LimitedCall,
  ) => { readonly status: number; readonly body: object; readonly isBefore: boolean } | undefined;
}

export interface LimitedCall {
  readonly endpoint: string;
  readonly userId: string;
  readonly token: string;
  readonly query: URLSearchParams;
  /** 0 until the response is sent. */
  status: number;
}

/** One of a user's tokens; the workspace accepts any number of them. */
export const login = (id: string, login = 1): Caller => ({ id, token: `token-of-${id}-${login}` });
export const callersNamed = (name: string, count: number, login_ = 1): Caller[] =>
  Array.from({ length: count }, (_, index) => login(`${name}${index}`, login_));

/**
 * A fake workspace with Rocket.Chat's rate limiter: any number of users and tokens, clock skew, and calls that hang.
 */
export async function openLimitedWorkspace(options: LimitedOptions = {}) {
  const settings: LimitedOptions = { rateLimit: { calls: 10, ms: 60_000 }, ...options };
  const limiter = new Limiter();
  const calls: LimitedCall[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  let held: (() => void)[] = [];

  function answer(call: LimitedCall): { status: number; headers: Record<string, string>; body: object } {
    const now = Date.now() + (settings.skewMs ?? 0);
    const headers: Record<string, string> = { 'content-type': 'application/json', date: new Date(now).toUTCString() };
    if (!call.token.startsWith(`token-of-${call.userId}-`))
      return { status: 401, headers, body: { status: 'error', message: 'You must be logged in to do this.' } };
    const refused = settings.refuses?.(call);
    if (refused?.isBefore === true) return { ...refused, headers };
    const { rateLimit, isLimited = () => true, isExempt = () => false } = settings;
    if (rateLimit !== undefined && rateLimit !== false && isLimited(call.endpoint) && !isExempt(call.userId)) {
      const { limit, remaining, resetAt, isRefused } = limiter.count(call.endpoint, '', rateLimit, now);
      Object.assign(headers, {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': String(resetAt),
      });
      if (isRefused)
        return {
          status: 429,
          headers,
          body: { success: false, error: 'Error, too many requests. [error-too-many-requests]' },
        };
    }
    return { headers, ...(refused ?? answerAs(call.userId, call.endpoint, call.query)) };
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://workspace');
    const { 'x-user-id': userId = '', 'x-auth-token': token = '' } = request.headers;
    const call: LimitedCall = {
      endpoint: pathname.replace('/api/v1/', ''),
      userId: String(userId),
      token: String(token),
      query: searchParams,
      status: 0,
    };
    calls.push(call);
    inFlight += 1;
    mostInFlight = Math.max(mostInFlight, inFlight);
    response.on('close', () => (inFlight -= 1));
    response.sendDate = false;
    if (settings.hangs?.(call) === true) return;
    const result = answer(call); // counted on arrival
    const send = () => {
      call.status = result.status;
      response.writeHead(result.status, result.headers).end(JSON.stringify(result.body));
    };
    if (calls.length > 4) held.push(send);
    else setTimeout(send, settings.latencyMs?.(call) ?? 0);
    if (mostInFlight < (settings.together ?? 0)) return;
    for (const each of held) setTimeout(each, settings.latencyMs?.(call) ?? 0);
    held = [];
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caller: null,
    tokens: [tokenPrefix],
    close,
    calls,
    get mostInFlight() {
      return mostInFlight;
    },
    /** Number of calls that its limiter rejected. */
    get refused() {
      return calls.filter(({ status }) => status === 429).length;
    },
    configure(changes: LimitedOptions) {
      Object.assign(settings, changes);
      if (changes.rateLimit !== undefined) limiter.reset();
      calls.length = 0;
      mostInFlight = inFlight;
    },
  };
}

/** A gateway before a limited workspace. */
export async function openLimited(options: LimitedOptions = {}, env: Record<string, string> = {}) {
  const workspace = await openLimitedWorkspace(options);
  const gateway = await startTestGateway({ upstream: workspace, env });
  const ask = async (query: string, as: Caller, headers: Record<string, string> = {}): Promise<Answered> => {
    const result = await gateway.ask(query, { as, headers });
    return { ...result, code: result.errors?.[0]?.extensions['code'] ?? 'ok' };
  };
  return { workspace, ask };
}

/** Requests of one call each without a gateway: many in little time. */
export async function openLimitedCalls(options: LimitedOptions = {}, workspaceOptions: Partial<WorkspaceOptions> = {}) {
  const limited = await openLimitedWorkspace(options);
  const { workspace, ask } = createWorkspace(limited.url, workspaceOptions);
  onTestFinished(() => workspace.close());
  let serial = 0;
  return {
    workspace: limited,
    /** Resolves to `ok` or the error's code. Each call is a different one. */
    ask: (as: Caller, endpoint: Endpoint = 'im.counters', roomId = `room${(serial += 1)}`, timeoutMs = 10_000) =>
      ask({ as, timeoutMs }, endpoint, { roomId }),
  };
}

export interface Answered extends GraphqlResult {
  /** Code of the first error, or `ok`. */
  readonly code: unknown;
}

/** Counts each code. */
export const tally = (codes: readonly unknown[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const code of codes.map(String).toSorted()) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};
