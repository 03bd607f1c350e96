import type { AddressInfo } from 'node:net';

export interface ListenSettings {
  readonly host: string;
  readonly port: number;
}

/** Says in one line why nobody can be listened to, and which setting mends it. */
export class CannotListen extends Error {}

const choosePort = 'set PORT to a free one, or to 0 to take any';
const chooseHost = 'set HOST to an address of this machine: 127.0.0.1 for this machine alone, 0.0.0.0 for all';

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: `another process listens there; ${choosePort}`,
  EACCES: 'ports below 1024 need a right that this user does not have; set PORT to 1024 or more',
  EADDRNOTAVAIL: `this machine has no such address; ${chooseHost}`,
  EAFNOSUPPORT: `this machine has no addresses of that kind; ${chooseHost}`,
  ENOTFOUND: `no address has that name; ${chooseHost}`,
  EAI_AGAIN: `no address has that name, or nobody can be asked; ${chooseHost}`,
};

export function cannotListen({ host, port }: ListenSettings, error: unknown): CannotListen {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new CannotListen(
    `Cannot listen on HOST=${host} and PORT=${port} (${code}): ${reasons[code] ?? `${chooseHost}, and ${choosePort}`}.`,
  );
}

/** What a browser on this machine opens: whoever listens on all addresses is found under the machine's own name. */
export function linkTo({ host }: ListenSettings, { address, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host.replace('%', '%25')}]` : host}:${port}`;
}
