import type { EndpointResponse } from '../endpoint-response.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { sinceOf, stampOf } from '../stamps.ts';
import { readDirectMessage, type RestDirectMessage } from '../types.ts';

/**
 * GET /api/v1/rooms.get: all rooms of the caller in one response, without paging; channels are left out here. A room has
 * every field of `rooms.info` but `_USERNAMES`.
 */
export async function roomsGet(upstream: RequestUpstream): Promise<RestDirectMessage[]> {
  return readRooms(upstream, await upstream.get('rooms.get'));
}

export interface ChangedRoom {
  /** Epoch milliseconds (`_updatedAt`). */
  readonly stamp: number;
  readonly row: RestDirectMessage;
}

/**
 * The same with `updatedSince`: the caller's rooms whose record was changed since. Its `remove` is not read: it names all
 * rooms that were deleted in the workspace, other people's among them.
 */
export async function roomsGetSince(upstream: RequestUpstream, after: number): Promise<ChangedRoom[]> {
  const rooms = readRooms(upstream, await upstream.get('rooms.get', { updatedSince: sinceOf(after) }));
  return rooms.flatMap((row) => {
    const stamp = stampOf(row['_updatedAt']);
    return stamp === undefined ? [] : [{ stamp, row }];
  });
}

function readRooms(upstream: RequestUpstream, response: EndpointResponse): RestDirectMessage[] {
  const rooms = response.objects('update').flatMap((room) => readDirectMessage(room) ?? []);
  upstream.rooms.addRows(rooms);
  return rooms;
}
