import { callerKeyOf } from './memory/caller-key.ts';
import type { CallerIdentity } from './rate-limit/pair-caller.ts';

/** A pair that Rocket.Chat gave at login, checked for form only, and the end user's address where it is forwarded. */
export interface Credentials {
  readonly userId: string;
  readonly authToken: string;
  readonly address?: string | undefined;
  /** The client's connection. */
  readonly connection?: object | undefined;
}

/** A caller as the process may remember them: by a hash of user id and token, never by the token. */
export interface Caller extends CallerIdentity {
  readonly userId: string;
  /** Headers of each of their calls: names and values in turn. */
  readonly headers: readonly string[];
}

/**
 * The caller of each connection's latest request: usually the next one's too, which spares it the hashes. The token goes
 * with the connection.
 */
const latestCallers = new WeakMap<object, Caller>();

export function callerOf(credentials: Credentials): Caller {
  const { connection } = credentials;
  const latest = connection && latestCallers.get(connection);
  if (latest !== undefined && isOf(latest, credentials)) return latest;
  const caller = createCaller(credentials);
  if (connection !== undefined) latestCallers.set(connection, caller);
  return caller;
}

const isOf = ({ userId, headers, address }: Caller, credentials: Credentials): boolean =>
  userId === credentials.userId && headers[tokenAt] === credentials.authToken && address === credentials.address;

const tokenAt = 1;

/** Headers of every call: names and values in turn. */
export const fixedHeaders: readonly string[] = ['accept', 'application/json', 'accept-encoding', 'identity'];

function createCaller({ userId, authToken, address }: Credentials): Caller {
  const headers = ['x-auth-token', authToken, 'x-user-id', userId, ...fixedHeaders];
  if (address !== undefined) headers.push('x-real-ip', address);
  return { key: callerKeyOf(userId, authToken), userId, address, headers };
}
