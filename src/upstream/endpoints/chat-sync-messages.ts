import { asObject, type JsonObject } from '../../json.ts';
import type { EndpointResponse } from '../endpoint-response.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { pageEnd, readDeletion, sinceOf, stampOf } from '../stamps.ts';
import { isHidden, readMessageOf, readStored, type RestDeletion, type RestMessage } from '../types.ts';

/** A message that was changed. */
export interface RestUpdate {
  readonly id: string;
  /** Epoch milliseconds (`_updatedAt`). */
  readonly stamp: number;
  /** Undefined for a row that other lists of messages leave out as well: hidden or unreadable. */
  readonly row: RestMessage | undefined;
}

export interface SyncedMessages {
  /** Epoch milliseconds of the workspace's clock, not later than when it began to read. */
  readonly readAt: number;
  readonly updates: readonly RestUpdate[];
  readonly deletions: readonly RestDeletion[];
  /**
   * The last millisecond of which everything is in the list; infinite for the last page. Of its last row's millisecond there
   * may be more, which upstream's next page leaves out.
   */
  readonly knownUntil: number;
}

interface SinceParams {
  readonly roomId: string;
  /** Epoch milliseconds; what was changed at that moment is left out. */
  readonly after: number;
}

interface PageParams extends SinceParams {
  readonly type: 'UPDATED' | 'DELETED';
  /** Rows wanted. There is no upper limit. */
  readonly count: number;
}

/**
 * GET /api/v1/chat.syncMessages with `lastUpdate`: all messages of a room that were changed or deleted since, in one
 * response. Hidden messages are in neither list. 400 `error-not-allowed` for a room of other people, and for none.
 */
export async function chatSyncMessagesSince(
  upstream: RequestUpstream,
  { roomId, after }: SinceParams,
): Promise<SyncedMessages> {
  const response = await upstream.get('chat.syncMessages', { roomId, lastUpdate: sinceOf(after) });
  return { ...readResult(response, roomId, ['updated', 'deleted']), knownUntil: Number.POSITIVE_INFINITY };
}

/**
 * The same with `type`, in Rocket.Chat 8: the changes or the deletions of a room. Changes come in order of `_updatedAt`; the
 * next page leaves out those in the millisecond of the last one. Deletions are in no useful order, so only a page that is
 * the last one tells them. Rocket.Chat 7 refuses the call for its missing `lastUpdate`.
 */
export async function chatSyncMessagesPage(
  upstream: RequestUpstream,
  { roomId, after, type, count }: PageParams,
): Promise<SyncedMessages> {
  const response = await upstream.get('chat.syncMessages', { roomId, type, next: after, count });
  const knownUntil = pageEnd(asObject(asObject(response.body['result'])?.['cursor'])?.['next']);
  if (knownUntil === undefined) throw response.unusable('no `result.cursor.next`');
  return { ...readResult(response, roomId, [type === 'UPDATED' ? 'updated' : 'deleted']), knownUntil };
}

function readResult(
  response: EndpointResponse,
  roomId: string,
  names: readonly ('updated' | 'deleted')[],
): Omit<SyncedMessages, 'knownUntil'> {
  const result = asObject(response.body['result']);
  const rows = (name: 'updated' | 'deleted'): JsonObject[] =>
    names.includes(name) ? response.objectsOf(result?.[name], `result.${name}`) : [];
  const readRow = readMessageOf(roomId);
  const updates = rows('updated').flatMap((row): RestUpdate[] => {
    const stamp = stampOf(row['_updatedAt']);
    const stored = readStored(row);
    if (stored === undefined || stamp === undefined || row['rid'] !== roomId) return [];
    return [{ id: stored._id, stamp, row: isHidden(row) ? undefined : readRow(row) }];
  });
  return {
    readAt: response.readAt,
    updates,
    deletions: rows('deleted').flatMap(readDeletion),
  };
}
