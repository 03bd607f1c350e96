import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { asId, asObject } from '../json.ts';

/** What TLS agreed on when the connection was made. */
export interface TlsFacts {
  /** Such as `TLSv1.3`. */
  readonly protocol: string;
  /** Epoch milliseconds; undefined where the certificate has no such date. */
  readonly expiresAt: number | undefined;
  /** Who signed the certificate, in its own words. */
  readonly issuer: string | undefined;
}

/** Where the HTTP client tells of each connection that it has made. */
const connected = channel('undici:client:connected');

/** Looks at the connections that are made from now on, until it is stopped. */
export function watchConnections(): { readonly tls: TlsFacts | undefined; stop(): unknown } {
  let tls: TlsFacts | undefined;
  const look = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    if (socket instanceof TLSSocket) tls ??= factsOf(socket);
  };
  connected.subscribe(look);
  return {
    get tls() {
      return tls;
    },
    stop: () => connected.unsubscribe(look),
  };
}

function factsOf(socket: TLSSocket): TlsFacts {
  const { valid_to: validTo, issuer } = socket.getPeerCertificate();
  const expiresAt = Date.parse(validTo);
  const names = asObject(issuer);
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
    issuer: asId(names?.['O']) ?? asId(names?.['CN']),
  };
}
