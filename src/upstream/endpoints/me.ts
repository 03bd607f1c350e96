import { badShape } from '../transport/answers.ts';
import type { UpstreamClient } from '../client.ts';
import type { RestUser } from '../types.ts';

/** GET /api/v1/me: the caller's own user record, flat in the answer. */
export async function me(upstream: UpstreamClient): Promise<RestUser> {
  const body = await upstream.get('me');
  if (body['_id'] !== upstream.callerId) throw badShape('me', 'not the caller');
  return body as RestUser;
}
