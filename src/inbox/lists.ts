import type { ApolloCache, FieldFunctionOptions, Reference, StoreObject } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import type { AskChangesQuery } from './operations.generated.ts';

/** Messages of a page. */
export const messagesPage = 40;

/** The first page of rooms. */
export const firstRooms = { first: 30, after: null } as const;

type InboxChanges = NonNullable<AskChangesQuery['viewer']['changes']>;
type RoomChanges = NonNullable<NonNullable<AskChangesQuery['directMessage']>['changes']>;

/**
 * What an answer tells without the lists that have errors. A field that failed is not told again, so such a list is asked for
 * once more from where it was.
 */
export function withoutFailed(data: AskChangesQuery, error: unknown): AskChangesQuery {
  const failed = new Set(CombinedGraphQLErrors.is(error) ? error.errors.map(({ path }) => path?.[0]) : []);
  const { viewer, directMessage } = data;
  return {
    ...data,
    viewer: failed.has('viewer') ? { ...viewer, changes: null } : viewer,
    ...(failed.has('directMessage') && directMessage && { directMessage: { ...directMessage, changes: null } }),
  };
}

/** A list as `relayStylePagination` keeps it. */
interface StoredList {
  readonly edges: readonly { readonly cursor: string; readonly node: Reference }[];
  readonly pageInfo: { readonly hasNextPage?: boolean; readonly hasPreviousPage?: boolean };
  /** How far it has been loaded: the messages there may be deleted by now. */
  readonly ends?: readonly MessageOrder[];
}

/**
 * Brings the list of rooms up to date. The objects themselves are in the cache already: the answer was written there. Rooms
 * that are new to the list get an edge; those that are gone lose theirs.
 */
export function applyToRooms(cache: ApolloCache, viewerId: string, { changed, removedIds }: InboxChanges): void {
  cache.modify({
    id: `Viewer:${viewerId}`,
    fields: {
      directMessages: (stored: unknown, { readField, toReference }) => {
        const list = stored as StoredList;
        const idOf = ({ node }: StoredList['edges'][number]): string => readField<string>('id', node) ?? '';
        const known = new Set(list.edges.map(idOf));
        const added = changed.filter(({ id }) => !known.has(id));
        const edges = list.edges.filter((edge) => !removedIds.includes(idOf(edge)));
        return withEdges({ ...list, edges }, 'DirectMessage', added, toReference);
      },
    },
  });
}

/**
 * Brings the messages of a room up to date. Only what lies between the oldest and the newest loaded message is added: the
 * rest comes with the pages that are not loaded yet, as it is then.
 */
export function applyToMessages(
  cache: ApolloCache,
  roomId: string,
  { changed, removedIds }: RoomChanges,
): RoomChanges['changed'] {
  let added: RoomChanges['changed'] = [];
  cache.modify({
    id: `DirectMessage:${roomId}`,
    fields: {
      messages: (stored: unknown, { readField, toReference }) => {
        const list = stored as StoredList;
        const { hasNextPage: hasOlder, hasPreviousPage: hasNewer } = list.pageInfo;
        const within = addable(list, changed, { hasOlder, hasNewer, readField });
        ({ added } = within);
        return { ...withEdges(list, 'Message', added, toReference), ends: within.ends };
      },
    },
  });
  for (const id of removedIds) cache.evict({ id: `Message:${id}` });
  if (removedIds.length > 0) cache.gc();
  return added;
}

/** Brings the threads that are loaded up to date with replies, in the same way. Their pages begin with the oldest reply. */
export function applyToThreads(cache: ApolloCache, { changed }: Pick<RoomChanges, 'changed'>): void {
  for (const [rootId, replies] of Map.groupBy(changed, ({ threadRootId }) => threadRootId)) {
    if (rootId === null) continue;
    cache.modify({
      id: `Message:${rootId}`,
      fields: {
        thread: (stored: unknown, { readField, toReference }) => {
          const thread = stored as { readonly replies?: StoredList } | null;
          const list = thread?.replies;
          if (list === undefined) return stored;
          const { hasNextPage: hasNewer } = list.pageInfo;
          const { added, ends } = addable(list, replies, { hasOlder: false, hasNewer, readField });
          return { ...thread, replies: { ...withEdges(list, 'Message', added, toReference), ends } };
        },
      },
    });
  }
}

/** Forgets the messages of a room, so that whoever shows them reads them again. */
export const forgetMessages = (cache: ApolloCache, roomId: string): boolean =>
  cache.evict({ id: `DirectMessage:${roomId}`, fieldName: 'messages' });

type ReadField = FieldFunctionOptions['readField'];

interface Bounds {
  readonly hasOlder: boolean | undefined;
  readonly hasNewer: boolean | undefined;
  readonly readField: ReadField;
}

/** Those of the messages that a list lacks between its ends; where there are no more pages, it has no end. */
function addable<Message extends MessageOrder>(
  { edges, ends: before = [] }: StoredList,
  messages: readonly Message[],
  { hasOlder, hasNewer, readField }: Bounds,
): { readonly added: Message[]; readonly ends: readonly MessageOrder[] } {
  // A deleted message is in an edge still, but cannot be read.
  const loaded = edges.flatMap(({ node }): MessageOrder[] => {
    const [id, sentAt] = [readField<string>('id', node), readField<string>('sentAt', node)];
    return id === undefined || sentAt === undefined ? [] : [{ id, sentAt }];
  });
  const known = new Set(loaded.map(({ id }) => id));
  const reached = [...loaded, ...before].toSorted(compareMessages);
  const ends = [...reached.slice(0, 1), ...reached.slice(-1)];
  const isWithin = (message: Message): boolean =>
    (hasOlder !== true || ends.some((end) => compareMessages(end, message) <= 0)) &&
    (hasNewer !== true || ends.some((end) => compareMessages(end, message) >= 0));
  return { added: messages.filter((message) => !known.has(message.id) && isWithin(message)), ends };
}

/**
 * An edge that no page brought has no cursor; pages go on from those that have one. It stands behind the first: a page that
 * comes before the first replaces what stands before that.
 */
function withEdges(
  list: StoredList,
  type: 'DirectMessage' | 'Message',
  added: readonly { readonly id: string }[],
  toReference: (object: StoreObject) => Reference | undefined,
): StoredList {
  const references = added.flatMap(({ id }) => toReference({ __typename: type, id }) ?? []);
  const edges = references.map((node) => ({ __typename: `${type}Edge`, cursor: '', node }));
  return { ...list, edges: list.edges.toSpliced(1, 0, ...edges) };
}

/** Rows of a list by id, each once: one that sync added can come again with a page. */
export function rowsOf<Row extends { readonly id: string }>(
  edges: readonly { readonly node: Row }[] | undefined,
  compare: (left: Row, right: Row) => number,
): readonly Row[] {
  const byId = new Map((edges ?? []).map(({ node }) => [node.id, node]));
  return [...byId.values()].toSorted(compare);
}

interface RoomOrder {
  readonly id: string;
  readonly lastMessageAt: string | null;
}

interface MessageOrder {
  readonly id: string;
  readonly sentAt: string;
}

/** By latest message, newest first, and by id where two are equal, as the workspace orders them. */
export const compareRooms = (left: RoomOrder, right: RoomOrder): number =>
  compare(right.lastMessageAt ?? '', left.lastMessageAt ?? '') || compare(right.id, left.id);

/** Oldest first, and by id where two are equal. */
export const compareMessages = (left: MessageOrder, right: MessageOrder): number =>
  compare(left.sentAt, right.sentAt) || compare(left.id, right.id);

/** By code units, as the workspace compares. */
const compare = (left: string, right: string): number => Number(left > right) - Number(left < right);
