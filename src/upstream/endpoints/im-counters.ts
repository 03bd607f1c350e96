import { asBoolean } from '../../json.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import type { RestCounters } from '../types.ts';

export interface ImCountersParams {
  readonly roomId: string;
  /** Whose counters; needs `view-room-administration`. Absent: the caller's own, which need no permission. */
  readonly userId?: string | undefined;
}

/**
 * GET /api/v1/im.counters. 403 for a room that is unknown or not the user's own (never 404). Never creates a
 * room: Rocket.Chat checks access to the raw id first.
 */
export const imCounters = (upstream: RequestUpstream, { roomId, userId }: ImCountersParams): Promise<RestCounters> =>
  upstream.get(
    'im.counters',
    { roomId, userId },
    {
      read(response) {
        const joined = asBoolean(response.body['joined']);
        if (joined === undefined) throw response.unusable('no `joined`');
        upstream.rooms.add(roomId);
        return { ...pickCounters(response.body), joined };
      },
    },
  );

const pickCounters = (body: { readonly [key: string]: unknown }): Omit<RestCounters, 'joined'> => ({
  members: body['members'],
  unreads: body['unreads'],
  unreadsFrom: body['unreadsFrom'],
  msgs: body['msgs'],
  latest: body['latest'],
  userMentions: body['userMentions'],
});
