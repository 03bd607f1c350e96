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

/** Undefined for a connection without TLS. */
export function tlsFactsOf(socket: Socket): TlsFacts | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { valid_to: validTo, issuer } = socket.getPeerCertificate();
  const expiresAt = Date.parse(validTo);
  const names = asObject(issuer);
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    expiresAt: Number.isNaN(expiresAt) ? undefined : expiresAt,
    issuer: asId(names?.['O']) ?? asId(names?.['CN']),
  };
}
