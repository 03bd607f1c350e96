import { GatewayError } from '../errors.ts';
import type { UserReads } from './bulk-or-single.ts';
import type { SearchAllowance } from './search-allowance.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { imMembers } from '../upstream/endpoints/im-members.ts';
import { me } from '../upstream/endpoints/me.ts';
import { usersInfo } from '../upstream/endpoints/users-info.ts';
import type { RestUser } from '../upstream/types.ts';
import { callByKey, type Loader } from './loader.ts';
import { once } from './once.ts';
import type { RoomCheck } from './room-check.ts';

/** Rows of one `im.members` response. A room has at most 8 members unless the workspace raised that. */
const membersPerCall = 100;
/**
 * All active members by room. Their order upstream changes with every presence, so no part of them is a stable page.
 * Rooms with more members than fit in one response take calls from the request's search allowance.
 */
export const membersLoader = (
  upstream: RequestUpstream,
  check: RoomCheck,
  allowance: SearchAllowance,
): Loader<string, RestUser[]> =>
  callByKey((roomId) =>
    allowance.page(`members ${roomId}`, async (search) => {
      await check.isRoom(roomId);
      const members = new Map<string, RestUser>();
      let unreadable = 0;
      let knownBefore = 0;
      for (let offset = 0; ; await search.take()) {
        const { rows, total } = await imMembers(upstream, { roomId, offset, count: membersPerCall });
        for (const row of rows) {
          if (row === undefined) unreadable += 1;
          else members.set(row._id, row);
        }
        offset += rows.length;
        if (rows.length > 0 && offset < total) continue;
        // Members who moved between two calls may be missing: read again for as long as that finds any.
        if (members.size + unreadable >= total || members.size === knownBefore) return [...members.values()];
        knownBefore = members.size;
        offset = 0;
        unreadable = 0;
      }
    }),
  );

/** Users by id; null for an unknown user. Upstream has no complete look-up by a list of ids. */
export const userLoader = (upstream: RequestUpstream): Loader<string, RestUser | null> =>
  callByKey((id) => usersInfo(upstream, id));

export const meLoader = (upstream: RequestUpstream) => once(() => me(upstream));

export interface RoomUser {
  readonly userId: string;
  /** The room that they were met in. */
  readonly roomId: string;
}

/**
 * Users met in rooms; null for a deleted account. The cost estimate has chosen how: one `users.info` each, or one
 * `im.members` for all of a room. Members who have left are not in that list, and a message can mention more users than the
 * estimate assumes: such a user takes a call of the request's search allowance.
 */
export function roomUserLoader(
  users: Loader<string, RestUser | null>,
  members: Loader<string, RestUser[]>,
  allowance: SearchAllowance,
  { mode, priced }: UserReads,
): Loader<RoomUser, RestUser | null> {
  let started = 0;
  const unpriced = (userId: string) =>
    allowance.page(`user ${userId}`, async (search) => {
      await search.take();
      return users.load(userId);
    });
  const singles = callByKey<string, RestUser | null>((userId) => {
    started += 1;
    return mode === 'single' && started <= priced ? users.load(userId) : unpriced(userId);
  });
  const byRoom = callByKey<string, ReadonlyMap<string, RestUser>>(async (roomId) => {
    const rows = await members.load(roomId).catch(noneIfRefused);
    return new Map(rows.map((user) => [user._id, user]));
  });
  let listed = 0;
  const rooms = new Set<string>();
  return {
    load: async ({ userId, roomId }) => {
      const user = mode === 'bulk' ? (await byRoom.load(roomId)).get(userId) : undefined;
      if (user === undefined) return singles.load(userId);
      listed += 1;
      rooms.add(roomId);
      return user;
    },
    get saved() {
      return { joined: singles.saved.joined, bulk: listed - rooms.size };
    },
  };
}

/** A list that the workspace refuses says nothing about single users. */
function noneIfRefused(error: unknown): RestUser[] {
  if (error instanceof GatewayError && ['FORBIDDEN', 'NOT_FOUND', 'UPSTREAM_BAD_RESPONSE'].includes(error.code))
    return [];
  throw error;
}
