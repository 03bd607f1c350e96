import type { RequestUpstream } from '../request-upstream.ts';
import type { RestUser } from '../types.ts';

/** GET /api/v1/me: the caller's own user record, at the top level of the response. */
export async function me(upstream: RequestUpstream): Promise<RestUser> {
  const response = await upstream.get('me');
  if (response.body['_id'] !== upstream.callerId) throw response.unusable('not the caller');
  return response.body as RestUser;
}
