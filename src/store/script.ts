import { hash } from 'node:crypto';

/** A script that the store runs as one step. */
export interface Script {
  readonly text: string;
  /** Its name in the store once it has run there. */
  readonly sha1: string;
}

export const createScript = (text: string): Script => ({ text, sha1: hash('sha1', text, 'hex') });
