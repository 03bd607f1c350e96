import type { RequestUpstream } from '../request-upstream.ts';
import type { RestUser } from '../types.ts';

/**
 * GET /api/v1/users.info: one user. Null for an unknown user: Rocket.Chat answers 400 with a sentence and no
 * `errorType`, as it does when its database fails, so this is the one place where the gateway must read a sentence.
 */
export const usersInfo = (upstream: RequestUpstream, userId: string): Promise<RestUser | null> =>
  upstream.get<RestUser | null>(
    'users.info',
    { userId },
    {
      read: (response) => response.object('user', userId) as RestUser,
      refused(refusal) {
        if (refusal.status === 400 && refusal.body?.['error'] === 'User not found.') return null;
        throw refusal;
      },
    },
  );
