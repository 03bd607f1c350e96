import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface AddressOptions {
  /** Whether to forward the end user's address to the workspace. */
  readonly forwards: boolean;
  /** Whether every request comes through a proxy whose headers can be trusted. */
  readonly trustsProxy: boolean;
}

/**
 * The end user's address, for `X-Real-IP` upstream; undefined if none is forwarded. Without a trusted proxy it is the
 * socket's, whatever the headers say. With one, it is the proxy's `X-Real-IP`, else the last entry of `X-Forwarded-For`
 * (clients can forge the earlier ones).
 */
export function clientAddress(req: IncomingMessage, { forwards, trustsProxy }: AddressOptions): string | undefined {
  if (!forwards) return undefined;
  const fromProxy = trustsProxy ? proxyAddress(req) : undefined;
  return fromProxy ?? plainAddress(req.socket.remoteAddress);
}

function proxyAddress({ headersDistinct }: IncomingMessage): string | undefined {
  const realIp = headersDistinct['x-real-ip'];
  if (realIp?.length === 1) return plainAddress(realIp[0]);
  return plainAddress(headersDistinct['x-forwarded-for']?.at(-1)?.split(',').at(-1));
}

/** Writes an IPv4-mapped IPv6 address as IPv4, so that one client has one rate-limit window. */
function plainAddress(text: string | undefined): string | undefined {
  const address = text?.trim().replace(/^::ffff:(?=\d+\.)/i, '');
  return address !== undefined && isIP(address) !== 0 ? address : undefined;
}
