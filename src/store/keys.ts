import { hash } from 'node:crypto';

/**
 * Keys of one deployment's workspace. Braces keep them together in a cluster, where a script can use no others. What a key
 * is about appears as a hash only, which the deployment's name makes its own.
 */
export class StoreKeys {
  readonly #prefix: string;

  constructor(deployment: string, workspaceUrl: string) {
    this.#prefix = `${deployment}:{${hash('sha256', workspaceUrl, 'base64url').slice(0, 16)}}`;
  }

  /** A key for the gateway's own words. */
  named(name: string): string {
    return `${this.#prefix}:${name}`;
  }

  /** A hash of anything else: a user, an address. */
  hashed(text: string): string {
    return hash('sha256', `${this.#prefix}\0${text}`, 'base64url').slice(0, 22);
  }
}
