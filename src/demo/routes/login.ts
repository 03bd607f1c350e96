import { ApiError } from '../api-error.ts';
import type { World } from '../world.ts';
import { ownRecord } from './users.ts';

/** Every demo account's password. */
const demoPassword = 'demo';

function readBody(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  } catch {} // not JSON: no credentials
  return {};
}

/** `POST login` with `{ resume }`, or with `password` and one of `user`, `username` and `email`. */
export function login(text: string, world: World): Record<string, unknown> {
  const { user, username = user, email = user, password, resume } = readBody(text);
  const account = world.accounts.find(
    (candidate) =>
      candidate.active &&
      (candidate.token === resume ||
        (password === demoPassword && (candidate.username === username || candidate.email === email))),
  );
  if (!account) {
    throw new ApiError(401, { success: false, status: 'error', error: 'Unauthorized', message: 'Unauthorized' });
  }
  return { status: 'success', data: { userId: account.id, authToken: account.token, me: ownRecord(account) } };
}
