import type { AddressInfo } from 'node:net';

export interface ListenSettings {
  readonly host: string;
  readonly port: number;
}

/** The gateway cannot listen: one line says why, and which setting fixes it. */
export class CannotListen extends Error {}

const choosePort = 'set PORT to a free port, or to 0 to pick one';
const chooseHost = 'set HOST to an address of this machine: 127.0.0.1 for local clients only, 0.0.0.0 for all';

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: `another process listens on this port; ${choosePort}`,
  EACCES: 'this user may not listen on ports below 1024; set PORT to 1024 or more',
  EADDRNOTAVAIL: `this machine has no such address; ${chooseHost}`,
  EAFNOSUPPORT: `this machine does not support that address family; ${chooseHost}`,
  ENOTFOUND: `the name does not resolve; ${chooseHost}`,
  EAI_AGAIN: `the name could not be resolved; ${chooseHost}`,
};

export function cannotListen({ host, port }: ListenSettings, error: unknown): CannotListen {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new CannotListen(
    `Cannot listen on HOST=${host} and PORT=${port} (${code}): ${reasons[code] ?? `${chooseHost}, and ${choosePort}`}.`,
  );
}

/** The URL for a browser on this machine: `localhost` if the gateway listens on all addresses. */
export function linkTo({ host }: ListenSettings, { address, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host.replace('%', '%25')}]` : host}:${port}`;
}

/** Pages for browsers: none, those that need nothing installed, or all. */
export type Pages = 'none' | 'without-offline-explorer' | 'all';

/** Where the pages are, a line each. `width`: of the column before. */
export function pageLines(url: string, pages: Pages, width: number): string[] {
  if (pages === 'none') return [];
  const line = (name: string, address: string) => `  ${name.padEnd(width)}${address}`;
  const explorer =
    pages === 'all' ? `${url}/explorer   (Apollo Sandbox: ${url}/graphql)` : `${url}/graphql   (Apollo Sandbox)`;
  return [line('Explorer', explorer), line('Inbox', `${url}/inbox`)];
}
