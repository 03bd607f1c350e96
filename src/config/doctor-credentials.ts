import { isCredential } from '../text.ts';

/** No settings: the gateway itself has no account, and `--print-config` and `--help` print no values of these. */
export const credentialVariables = ['ROCKETCHAT_USER_ID', 'ROCKETCHAT_AUTH_TOKEN'] as const;

/** An account of the workspace, for `doctor` alone. */
export interface DoctorCredentials {
  readonly userId: string;
  readonly authToken: string;
}

interface Reading {
  /** Undefined where none is given, or with mistakes. */
  readonly credentials: DoctorCredentials | undefined;
  /** A line each. Never repeats a value. */
  readonly mistakes: readonly string[];
}

export function readDoctorCredentials(env: Readonly<Record<string, string | undefined>>): Reading {
  const [userId = '', authToken = ''] = credentialVariables.map((name) => env[name]);
  if (userId === '' && authToken === '') return { credentials: undefined, mistakes: [] };
  const [idName, tokenName] = credentialVariables;
  const mistakes = [
    ...mistakesOf(idName, userId, `required with ${tokenName}`),
    ...mistakesOf(tokenName, authToken, `required with ${idName}`),
  ];
  return { credentials: mistakes.length === 0 ? { userId, authToken } : undefined, mistakes };
}

function mistakesOf(name: string, value: string, required: string): string[] {
  if (value === '') return [`${name}: ${required}`];
  return isCredential(value) ? [] : [`${name}: expected up to 256 characters without spaces, as Rocket.Chat gave it`];
}
