/**
 * `good`: as it should be. `note`: worth knowing, or not to be seen from here. `warning`: it works, but worse than it could.
 * `problem`: the service is broken for somebody until it is mended.
 */
export type Level = 'good' | 'note' | 'warning' | 'problem';

/** What is looked at, as the docs list it. */
export const subjects = [
  'workspace',
  'tls',
  'clock',
  'version',
  'proxy',
  'limiter',
  'addresses',
  'token',
  'administration',
  'exemption',
  'receipts',
  'deletions',
  'store',
] as const;

export type Subject = (typeof subjects)[number];

/** One thing that the doctor has to say. */
export interface Finding {
  readonly subject: Subject;
  readonly level: Level;
  /** What was seen. */
  readonly seen: string;
  /** What that means to this gateway. */
  readonly meaning: string;
  /** What to change; absent where there is nothing to. */
  readonly change?: string;
}
