import type { RequestUpstream } from '../request-upstream.ts';
import { UpstreamRefusal } from '../transport/response.ts';
import type { RestUser } from '../types.ts';

/**
 * GET /api/v1/users.info: one user. Undefined for an unknown user: Rocket.Chat answers 400 with a sentence and no
 * `errorType`, as it does when its database fails, so this is the one place where the gateway must read a sentence.
 */
export async function usersInfo(upstream: RequestUpstream, userId: string): Promise<RestUser | undefined> {
  try {
    const response = await upstream.get('users.info', { userId });
    return response.object('user', userId) as RestUser;
  } catch (error) {
    if (error instanceof UpstreamRefusal && error.status === 400 && error.body?.['error'] === 'User not found.')
      return undefined;
    throw error;
  }
}
