import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { canKeepConnection } from './request-body.ts';

/**
 * Headers of every response: of the GraphQL endpoint, of refusals below it, and of Fastify's routes (in their `onSend`
 * hook). A response holds one caller's data or depends on the caller, so no cache may keep it.
 */
export const fixedHeaders = {
  'cache-control': 'no-store',
  vary: 'Origin, Accept, X-Auth-Token, X-User-Id',
  'x-content-type-options': 'nosniff',
} as const;

/** Where responses are compressed. */
export const varyByCoding = `${fixedHeaders.vary}, Accept-Encoding`;

const latest = new WeakMap<Socket, IncomingMessage>();

/** Called for each request, in order of arrival. */
export const trackLatest = (req: IncomingMessage): void => void latest.set(req.socket, req);

/**
 * Whether the connection ends after the response: while the gateway drains, after the response to the latest request of
 * the connection (pipelined ones before it are still answered), or because the rest of the body is not worth reading.
 */
export const closesConnection = (req: IncomingMessage, isDraining: boolean): boolean =>
  (isDraining && latest.get(req.socket) === req) || !canKeepConnection(req);

/** For a browser that sent the request from an allowed origin. */
export const corsHeaders = (origin: string | undefined, allowed: ReadonlySet<string>) =>
  origin !== undefined && allowed.has(origin)
    ? { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposedHeaders }
    : undefined;

const exposedHeaders = 'RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';
