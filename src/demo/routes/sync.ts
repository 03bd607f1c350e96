import { canAccess } from '../access.ts';
import { codedError, plainFailure } from '../api-error.ts';
import { cutPage, sortRows } from '../paging.ts';
import { presentMessage } from '../present.ts';
import { textOf, type Call, type Route } from '../route.ts';
import { syncSchema, syncSinceSchema } from '../schemas.ts';
import { deletedSince, updatedSince } from '../since.ts';
import type { Deleted } from '../trash.ts';
import type { Message } from '../types.ts';

/** Rows of a page. There is no upper limit. */
const defaultCount = 20;

type Result = Record<string, unknown>;

/** Hidden messages are in no list of changes: neither among the changed ones nor among the deleted ones. */
function visibleMessages({ world }: Call, roomId: string): Message[] {
  return world.messagesOf(roomId).filter(({ _hidden }) => _hidden !== true);
}

function deletedMessages({ world }: Call, roomId: string): Deleted<Message>[] {
  return world.trash.messages.rows().filter(({ rid }) => rid === roomId);
}

/** Everything since a moment, however much, by when it was sent: newest first. */
function changesSince(call: Call, roomId: string, since: number): Result {
  const updated = sortRows(updatedSince(visibleMessages(call, roomId), since), [['ts', -1]]);
  const deleted = sortRows(deletedMessages(call, roomId), [['ts', -1]]);
  return {
    updated: updated.map((message) => presentMessage(message, call)),
    deleted: deletedSince(deleted, since),
  };
}

interface Cursor {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly isBackward: boolean;
}

/** Rocket.Chat reads digits up to the first other character. */
function readCursor(text: string, isBackward: boolean): Cursor {
  const at = Number.parseInt(text, 10);
  if (Number.isNaN(new Date(at).getTime())) throw plainFailure('Invalid Date');
  return { at, isBackward };
}

interface Change {
  readonly message: Message;
  /** When it was changed or deleted. */
  readonly at: string | undefined;
}

const cursorOf = (change: Change | undefined): string | null => (change ? String(Date.parse(change.at ?? '')) : null);

/**
 * One page beyond a cursor. A page of deletions too is sorted by the last change, not by the deletion that its cursors
 * name, and of messages changed in the same millisecond the next page has none: both can leave deletions out. A page
 * forwards always has a `previous`, a page backwards always a `next`, and an empty page has neither.
 */
function pageOf(changes: readonly Change[], { at, isBackward }: Cursor, count: number) {
  const isBeyond = (change: Change): boolean => {
    const ms = Date.parse(change.at ?? '');
    return isBackward ? ms < at : ms > at;
  };
  const rows = sortRows(
    changes.filter(isBeyond).map((change) => ({ change, _updatedAt: change.message._updatedAt })),
    [['_updatedAt', isBackward ? -1 : 1]],
  );
  const found = cutPage(rows, { offset: 0, count: count + 1 }).map(({ change }) => change);
  const page = found.length > count ? found.slice(0, -1) : found;
  const first = cursorOf(page[0]);
  const further = found.length > count ? cursorOf(page.at(-1)) : null;
  const cursor = isBackward ? { next: first, previous: further } : { next: further, previous: first };
  return { page: page.map(({ message }) => message), cursor };
}

function changesBeyond(call: Call, roomId: string, cursor: Cursor): Result {
  const count = Number(call.params['count'] ?? 0) || defaultCount;
  if (call.params['type'] === 'UPDATED') {
    const changes = visibleMessages(call, roomId).map((message) => ({ message, at: message._updatedAt }));
    const { page, cursor: cursors } = pageOf(changes, cursor, count);
    return { updated: page.map((message) => presentMessage(message, call)), deleted: [], cursor: cursors };
  }
  const changes = deletedMessages(call, roomId).map((message) => ({ message, at: message._deletedAt }));
  const { page, cursor: cursors } = pageOf(changes, cursor, count);
  const deleted = page.map(({ _id, _deletedAt }) => ({ _id, _deletedAt }));
  return { updated: [], deleted, cursor: cursors };
}

/** Since when, or from which cursor. Neither if there is only a `type`. */
interface Wanted {
  readonly roomId: string;
  readonly since?: number;
  readonly cursor?: string;
  readonly isBackward: boolean;
}

/** In Rocket.Chat's order: parameters that are missing, the date, the room, parameters that exclude each other. */
function readWanted({ params, world, caller }: Call): Wanted {
  const [roomId, lastUpdate, type, next, previous] = ['roomId', 'lastUpdate', 'type', 'next', 'previous'].map(
    (name) => textOf(params[name]) || undefined,
  );
  if (roomId === undefined) throw codedError('error-param-required', 'The required "roomId" query param is missing');
  if (lastUpdate === undefined && type === undefined) {
    throw codedError('error-param-required', 'The "type" or "lastUpdate" parameters must be provided');
  }
  const since = lastUpdate === undefined ? undefined : Date.parse(lastUpdate);
  if (Number.isNaN(since)) {
    const reason = 'The "lastUpdate" query parameter must be a valid date';
    throw codedError('error-lastUpdate-param-invalid', reason);
  }
  if (!canAccess(world, roomId, caller.id)) {
    throw codedError('error-not-allowed', 'Not allowed', { method: 'messages/get' });
  }
  if (next !== undefined && previous !== undefined) {
    throw codedError('error-cursor-conflict', 'You cannot provide both "next" and "previous" parameters');
  }
  const cursor = next ?? previous;
  if (since !== undefined && cursor !== undefined) {
    const reason = 'The attributes "next", "previous" and "lastUpdate" cannot be used together';
    throw codedError('error-cursor-and-lastUpdate-conflict', reason);
  }
  return {
    roomId,
    isBackward: previous !== undefined,
    ...(since !== undefined && { since }),
    ...(cursor && { cursor }),
  };
}

/**
 * `chat.syncMessages`: what changed in a room and what was deleted, since a moment (`lastUpdate`) or in pages of one kind
 * (`type` with `next` or `previous`). A `type` alone finds nothing, not even cursors.
 */
export const syncMessages: Route = {
  schemas: { R7: syncSinceSchema, R8: syncSchema },
  handle(call) {
    const { roomId, since, cursor, isBackward } = readWanted(call);
    if (since !== undefined) return { result: changesSince(call, roomId, since) };
    return { result: cursor === undefined ? {} : changesBeyond(call, roomId, readCursor(cursor, isBackward)) };
  },
};
