import { asBoolean } from '../../json.ts';
import { badShape } from '../transport/answers.ts';
import type { UpstreamClient } from '../client.ts';
import type { RestCounters } from '../types.ts';

export interface ImCountersParams {
  readonly roomId: string;
  /** Whose counters; needs `view-room-administration`. Absent: the caller's own, which need no permission. */
  readonly userId?: string | undefined;
}

/**
 * GET /api/v1/im.counters. 403 for a room that is unknown or not the user's own (never 404); asking by `roomId` never
 * creates a room, as access is checked on the raw id first.
 */
export async function imCounters(
  upstream: UpstreamClient,
  { roomId, userId }: ImCountersParams,
): Promise<RestCounters> {
  const body = await upstream.get('im.counters', { roomId, userId });
  const joined = asBoolean(body['joined']);
  if (joined === undefined) throw badShape('im.counters', 'no `joined`');
  upstream.rooms.add(roomId);
  return { ...pickCounters(body), joined };
}

const pickCounters = (body: { readonly [key: string]: unknown }): Omit<RestCounters, 'joined'> => ({
  members: body['members'],
  unreads: body['unreads'],
  unreadsFrom: body['unreadsFrom'],
  msgs: body['msgs'],
  latest: body['latest'],
  userMentions: body['userMentions'],
});
