import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface AddressOptions {
  /** Whether the end user's address is passed on to the workspace at all. */
  readonly forwards: boolean;
  /** Whether the gateway is reached only through a proxy whose headers can be believed. */
  readonly trustsProxy: boolean;
}

/**
 * The end user's address, to be sent upstream as `X-Real-IP`; undefined where none is passed on. Without a trusted proxy
 * it is the socket's, whatever the request says of itself. With one, it is what that proxy wrote: its `X-Real-IP`, else
 * the last entry of `X-Forwarded-For` (the earlier ones are the client's own words).
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

/** An IPv4 address that came over IPv6 is written as IPv4, so that one client has one window. */
function plainAddress(text: string | undefined): string | undefined {
  const address = text?.trim().replace(/^::ffff:(?=\d+\.)/i, '');
  return address !== undefined && isIP(address) !== 0 ? address : undefined;
}
