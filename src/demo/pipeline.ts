import type { IncomingHttpHeaders } from 'node:http';
import { hasPermission } from './access.ts';
import { ApiError, codedError, missingPermission, unauthenticated } from './api-error.ts';
import type { Allowance, Limiter } from './limiter.ts';
import { parseQueryString, type Query } from './query-string.ts';
import type { Route } from './route.ts';
import { routes } from './routes/index.ts';
import { login } from './routes/login.ts';
import { publicRoutes } from './routes/public.ts';
import { checkQuery, type Params } from './schemas.ts';
import type { Settings } from './settings.ts';
import type { Account } from './types.ts';
import type { World } from './world.ts';

export interface Incoming {
  readonly method: string;
  readonly endpoint: string;
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
  /** Of the socket. */
  readonly remoteAddress: string;
  readonly body: string;
}

type Headers = Record<string, string>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Workspace {
  readonly world: World;
  readonly settings: Settings;
  readonly limiter: Limiter;
}

/** Requires both headers: the token must belong to that user. */
function authenticate(headers: IncomingHttpHeaders, world: World): Account {
  const account = world.account(String(headers['x-user-id']));
  if (!account?.active || account.token !== headers['x-auth-token']) throw unauthenticated();
  return account;
}

function checkParams(query: Query, route: Route, { dialect }: Settings): Params {
  const schema = route.schemas?.[dialect];
  if (!schema) return query;
  const params = checkQuery(query, schema);
  if (typeof params !== 'string') return params;
  if (dialect === 'R7') throw codedError('invalid-params', params);
  throw new ApiError(400, { success: false, errorType: 'error-invalid-params', error: params });
}

function checkLicence({ isPremium = false }: Route, { licensed }: Settings): void {
  if (isPremium && !licensed) throw codedError('error-action-not-allowed', 'This is an enterprise feature');
}

function checkPermission({ permission }: Route, caller: Account): void {
  if (permission && !hasPermission(caller, permission)) throw missingPermission();
}

const limiterHeaders = ({ limit, remaining, resetAt }: Allowance): Record<string, string> => ({
  'X-RateLimit-Limit': String(limit),
  'X-RateLimit-Remaining': String(remaining),
  'X-RateLimit-Reset': String(resetAt),
});

function tooManyRequests({ resetAt }: Allowance, now: number): ApiError {
  const seconds = Math.ceil((resetAt - now) / 1000);
  const advice = `Please slow down. You must wait ${seconds} seconds before trying this endpoint again.`;
  return new ApiError(429, { success: false, error: `Error, too many requests. ${advice} [error-too-many-requests]` });
}

/** Counts the call, unless its caller is exempt, and sets the limiter's response headers. */
function limit(call: Incoming, caller: Account | undefined, { settings, limiter }: Workspace, headers: Headers): void {
  if (settings.rateLimit === false || (caller && hasPermission(caller, 'api-bypass-rate-limit'))) return;
  const now = Date.now();
  const realIp = call.headers['x-real-ip'];
  const address = typeof realIp === 'string' ? realIp : call.remoteAddress;
  const allowance = limiter.count(`${call.method} ${call.endpoint}`, address, settings.rateLimit, now);
  Object.assign(headers, limiterHeaders(allowance));
  if (allowance.isRefused) throw tooManyRequests(allowance, now);
}

/** Runs the checks of a GET in the order of the dialect, then its handler. */
function handleGet(call: Incoming, route: Route, workspace: Workspace, headers: Headers): Record<string, unknown> {
  const { world, settings } = workspace;
  const query = parseQueryString(call.search);
  const caller = authenticate(call.headers, world);
  let params: Params;
  if (settings.dialect === 'R7') {
    limit(call, caller, workspace, headers);
    params = checkParams(query, route, settings);
    checkPermission(route, caller);
    checkLicence(route, settings);
  } else {
    checkPermission(route, caller);
    checkLicence(route, settings);
    params = checkParams(query, route, settings);
    limit(call, caller, workspace, headers);
  }
  return route.handle({ endpoint: call.endpoint, caller, params, world, settings });
}

function handle(call: Incoming, workspace: Workspace, headers: Headers): Record<string, unknown> {
  const route = call.method === 'GET' ? routes.get(call.endpoint) : undefined;
  if (route) return handleGet(call, route, workspace, headers);
  const open = call.method === 'GET' ? publicRoutes.get(call.endpoint) : undefined;
  if (open) {
    if (open.isLimited) limit(call, undefined, workspace, headers);
    return open.handle(workspace.settings, call.search);
  }
  if (call.method === 'POST' && call.endpoint === 'login') {
    limit(call, undefined, workspace, headers);
    return login(call.body, workspace.world);
  }
  throw new ApiError(404, { success: false, error: 'API endpoint not found' });
}

/** The workspace's response. Throws only on programming errors. */
export function answerCall(call: Incoming, workspace: Workspace): Answer {
  const headers: Headers = {};
  try {
    const body = handle(call, workspace, headers);
    return { status: 200, headers, body: { ...body, success: true } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, headers, body: error.body };
  }
}
