import { asObject } from '../../json.ts';
import { badShape } from '../transport/answers.ts';
import type { UpstreamClient } from '../client.ts';
import { UpstreamRefusal } from '../transport/refusals.ts';
import type { RestUser } from '../types.ts';

/**
 * GET /api/v1/users.info: one user. Undefined when there is none: Rocket.Chat answers 400 with a sentence and no
 * `errorType`, as it does when its database fails, so this is the one place where a sentence must be read.
 */
export async function usersInfo(upstream: UpstreamClient, userId: string): Promise<RestUser | undefined> {
  let body;
  try {
    body = await upstream.get('users.info', { userId });
  } catch (error) {
    if (error instanceof UpstreamRefusal && error.status === 400 && error.body?.['error'] === 'User not found.')
      return undefined;
    throw error;
  }
  const user = asObject(body['user']);
  if (user?.['_id'] !== userId) throw badShape('users.info', 'not the `user` that was asked for');
  return user as RestUser;
}
