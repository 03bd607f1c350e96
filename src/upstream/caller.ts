import { callerKeyOf } from './memory/caller-key.ts';
import type { CallerIdentity } from './rate-limit/rate-limits.ts';

/** A pair that Rocket.Chat gave at login, checked for form only, and the end user's address where it is forwarded. */
export interface Credentials {
  readonly userId: string;
  readonly authToken: string;
  readonly address?: string | undefined;
}

/** A caller as the process may remember them: by a hash of user id and token, never by the token. */
export interface Caller extends CallerIdentity {
  readonly userId: string;
  /** Headers of each of their calls: names and values in turn. */
  readonly headers: readonly string[];
}

export function callerOf({ userId, authToken, address }: Credentials): Caller {
  const headers = [
    ['x-auth-token', authToken],
    ['x-user-id', userId],
    ['accept', 'application/json'],
    ['accept-encoding', 'identity'],
  ].flat();
  if (address !== undefined) headers.push('x-real-ip', address);
  return { key: callerKeyOf(userId, authToken), userId, address, headers };
}
