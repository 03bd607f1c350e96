import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCache } from '../../src/inbox/client.ts';
import {
  applyToMessages,
  applyToRooms,
  applyToThreads,
  compareMessages,
  compareRooms,
  firstRooms,
  rowsOf,
} from '../../src/inbox/lists.ts';
import {
  ListRoomsDocument,
  MessageRowFragmentDoc,
  ReadMessagesDocument,
  ReadThreadDocument,
  RoomRowFragmentDoc,
  type MessageRowFragment,
  type RoomRowFragment,
} from '../../src/inbox/operations.generated.ts';

const pageSize = 4;
const roomId = 'r1';

const messageOf = (number: number, text: string): MessageRowFragment & { __typename: 'Message' } => ({
  __typename: 'Message',
  id: `m${number}`,
  // Two share each moment.
  sentAt: new Date(Date.UTC(2026, 0, 1, 0, 0, number >> 1)).toISOString(),
  editedAt: null,
  text,
  markup: null,
  author: { userId: 'u1', name: 'Ann', username: 'ann' },
  alias: null,
  systemType: null,
  isDeleted: false,
  isPinned: false,
  isUnreadBySomeone: null,
  reactions: [],
  attachments: [],
  encryption: null,
  thread: null,
  threadRootId: null,
  isShownInRoom: null,
});

/** A room as the gateway pages it, whose cursors are numbers of messages; and a client's copy of a part of it. */
class Room {
  readonly #texts = new Map<number, string>();
  readonly #cache = createCache();
  /** What the client has not been told yet. */
  readonly #changed = new Set<number>();
  readonly #removed = new Set<number>();
  #next = 0;

  write(): void {
    this.#texts.set(this.#next, 'new');
    this.#changed.add(this.#next);
    this.#next += 1;
  }

  edit(pick: number): void {
    const number = this.#numbers.at(pick % this.#texts.size);
    if (number === undefined) return;
    this.#texts.set(number, `edited ${pick}`);
    this.#changed.add(number);
  }

  remove(pick: number): void {
    const number = this.#numbers.at(pick % this.#texts.size);
    if (number === undefined) return;
    this.#texts.delete(number);
    this.#changed.delete(number);
    this.#removed.add(number);
  }

  /** As an import does: sends what was removed again, in its place. */
  restore(pick: number): void {
    const number = Array.from({ length: this.#next }, (_, each) => each)
      .filter((each) => !this.#texts.has(each))
      .at(pick % Math.max(1, this.#next - this.#texts.size));
    if (number === undefined) return;
    this.#texts.set(number, `restored ${pick}`);
    this.#removed.delete(number);
    this.#changed.add(number);
  }

  /** Reads a page older than a cursor, or from the newest message on. */
  readOlder(after: string | null): void {
    const older = this.#numbers.filter((number) => after === null || number < Number(after)).toReversed();
    this.#keep(older.slice(0, pageSize), { first: pageSize, after, last: null, before: null });
  }

  readNewer(before: string): void {
    const newer = this.#numbers.filter((number) => number > Number(before));
    const page = newer.slice(0, pageSize).toReversed();
    this.#keep(page, { first: null, after: null, last: pageSize, before });
  }

  sync(): void {
    const changed = [...this.#changed].map((number) => messageOf(number, this.#texts.get(number) ?? ''));
    for (const message of changed) {
      this.#cache.writeFragment({ fragment: MessageRowFragmentDoc, fragmentName: 'MessageRow', data: message });
    }
    const removedIds = [...this.#removed].map((number) => `m${number}`);
    applyToMessages(this.#cache, roomId, { changed, removedIds, cursor: '', hasMore: false, mustReload: false });
    this.#changed.clear();
    this.#removed.clear();
  }

  get pageInfo() {
    return this.#list?.pageInfo;
  }

  get shown(): string[] {
    const rows = rowsOf(this.#list?.edges, compareMessages);
    expect(this.#list?.edges).toHaveLength(rows.length); // the list does not grow by what it holds already
    return rows.map(({ id, text }) => `${id} ${text}`);
  }

  /** The room between the ends of what the client has read. */
  get expected(): string[] {
    const { hasNextPage = false, hasPreviousPage = false, startCursor, endCursor } = this.pageInfo ?? {};
    const oldest = hasNextPage ? Number(endCursor) : -1;
    const newest = hasPreviousPage ? Number(startCursor) : this.#next;
    return this.#numbers
      .filter((number) => number >= oldest && number <= newest)
      .map((number) => messageOf(number, this.#texts.get(number) ?? ''))
      .toSorted(compareMessages)
      .map(({ id, text }) => `${id} ${text}`);
  }

  get size(): number {
    return this.#texts.size;
  }

  get #numbers(): number[] {
    return [...this.#texts.keys()].toSorted((left, right) => left - right);
  }

  get #list() {
    return this.#cache.readQuery({ query: ReadMessagesDocument, variables: { roomId } })?.directMessage?.messages;
  }

  #keep(
    page: number[],
    variables: { first: number | null; after: string | null; last: number | null; before: string | null },
  ) {
    const [newest, oldest] = [page[0], page.at(-1)];
    const messages = {
      __typename: 'MessageConnection' as const,
      edges: page.map((number) => ({
        __typename: 'MessageEdge' as const,
        cursor: String(number),
        node: messageOf(number, this.#texts.get(number) ?? ''),
      })),
      pageInfo: {
        __typename: 'PageInfo' as const,
        hasNextPage: this.#numbers.some((number) => number < (oldest ?? -1)),
        hasPreviousPage: this.#numbers.some((number) => number > (newest ?? this.#next)),
        startCursor: newest === undefined ? null : String(newest),
        endCursor: oldest === undefined ? null : String(oldest),
      },
    };
    const directMessage = { __typename: 'DirectMessage' as const, id: roomId, messages };
    this.#cache.writeQuery({
      query: ReadMessagesDocument,
      variables: { roomId, ...variables },
      data: { directMessage },
    });
  }
}

type Step = readonly ['write' | 'edit' | 'remove' | 'restore' | 'older' | 'newer', number];

function take(room: Room, [what, pick]: Step): void {
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = room.pageInfo ?? {};
  if (what === 'write') room.write();
  if (what === 'edit') room.edit(pick);
  if (what === 'remove') room.remove(pick);
  if (what === 'restore') room.restore(pick);
  // A page is read after what the client was told: it holds nothing that the next sync does not tell as it is then.
  if (what === 'older' && hasNextPage === true && endCursor) room.readOlder(endCursor);
  if (what === 'newer' && hasPreviousPage === true && startCursor) room.readNewer(startCursor);
}

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('write', 'write', 'edit', 'edit', 'remove', 'remove', 'restore', 'older', 'newer'),
  fc.nat(1000),
);

describe('The messages that the inbox keeps', () => {
  it('are those of the room between the ends of what was read, wherever one began, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.option(fc.nat(30)),
        fc.array(fc.nat(1000), { maxLength: 5 }),
        fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 30 }),
        (size, place, holes, rounds) => {
          const room = new Room();
          for (let count = 0; count < size; count += 1) room.write();
          for (const pick of holes) room.remove(pick);
          room.readOlder(place === null || place >= size - 1 ? null : String(place + 1));
          room.sync();
          expect(room.shown).toEqual(room.expected);
          for (const steps of rounds) {
            for (const each of steps) take(room, each);
            room.sync();
            expect(room.shown).toEqual(room.expected);
          }
          for (const end of ['older', 'newer'] as const) {
            for (let page = 0; page < 100; page += 1) take(room, [end, 0]);
          }
          room.sync();
          expect(room.shown).toHaveLength(room.size);
        },
      ),
      { seed: 17, numRuns: 500 },
    );
  });
});

it.each([
  [true, ['m1', 'm2', 'm4'], 'up to the last loaded reply, while there are more pages'],
  [false, ['m1', 'm2', 'm4', 'm6'], 'all of them, where there are no more'],
])('A thread gains what changes tell of it (more pages: %s): %j, %s', (hasNextPage, shown) => {
  const cache = createCache();
  const replyOf = (number: number) => ({ ...messageOf(number, 'reply'), threadRootId: 'm0' });
  const replies = {
    __typename: 'MessageConnection' as const,
    edges: [1, 4].map((number) => ({
      __typename: 'MessageEdge' as const,
      cursor: String(number),
      node: replyOf(number),
    })),
    pageInfo: { __typename: 'PageInfo' as const, hasNextPage, endCursor: '4' },
  };
  const thread = { __typename: 'Thread' as const, replyCount: 2, replies };
  const query = { query: ReadThreadDocument, variables: { rootId: 'm0', after: null } };
  cache.writeQuery({ ...query, data: { message: { ...messageOf(0, 'root'), thread } } });
  const changed = [2, 4, 6].map(replyOf);
  for (const data of changed)
    cache.writeFragment({ fragment: MessageRowFragmentDoc, fragmentName: 'MessageRow', data });
  for (const told of [
    changed,
    [{ ...messageOf(7, 'of another thread'), threadRootId: 'm5' }],
    [messageOf(8, 'of none')],
  ])
    applyToThreads(cache, { changed: told });
  const edges = cache.readQuery(query)?.message?.thread?.replies?.edges;
  expect(rowsOf(edges, compareMessages).map(({ id }) => id)).toEqual(shown);
});

const roomOf = (
  id: string,
  lastMessageAt: string | null,
  title = id,
): RoomRowFragment & { __typename: 'DirectMessage' } => ({
  __typename: 'DirectMessage',
  id,
  kind: 'ONE_TO_ONE',
  title,
  topic: null,
  lastMessageAt,
  lastMessage: null,
  membership: null,
});

it('a row that came twice, with a page and with changes, is shown once, as it came last', () => {
  const edges = ['first', 'second'].map((text) => ({ node: messageOf(1, text) }));
  expect(rowsOf(edges, compareMessages)).toEqual([edges[1]?.node]);
  expect(rowsOf(undefined, compareMessages)).toEqual([]);
});

describe('The rooms that the inbox keeps', () => {
  it('gain what is new, follow what changes, lose what is gone, and take back what returns', () => {
    const cache = createCache();
    const rows = [roomOf('a', '2026-01-02T00:00:00.000Z'), roomOf('b', '2026-01-01T00:00:00.000Z')];
    const directMessages = {
      __typename: 'DirectMessageConnection' as const,
      edges: rows.map((node) => ({ __typename: 'DirectMessageEdge' as const, cursor: node.id, node })),
      pageInfo: { __typename: 'PageInfo' as const, hasNextPage: false, endCursor: 'b' },
    };
    const viewer = { __typename: 'Viewer' as const, id: 'v1', directMessages };
    cache.writeQuery({ query: ListRoomsDocument, variables: firstRooms, data: { viewer } });
    const tell = (changed: RoomRowFragment[], removedIds: string[] = []) => {
      for (const data of changed) cache.writeFragment({ fragment: RoomRowFragmentDoc, fragmentName: 'RoomRow', data });
      applyToRooms(cache, 'v1', { changed, removedIds, cursor: '', mustReload: false });
      const list = cache.readQuery({ query: ListRoomsDocument, variables: firstRooms })?.viewer.directMessages;
      const rooms = rowsOf(list?.edges, compareRooms);
      expect(list?.edges).toHaveLength(rooms.length);
      return rooms.map(({ title }) => title);
    };
    expect(tell([])).toEqual(['a', 'b']);
    expect(tell([roomOf('b', '2026-01-03T00:00:00.000Z', 'B')])).toEqual(['B', 'a']);
    expect(tell([roomOf('c', null), roomOf('d', '2026-01-03T00:00:00.000Z')])).toEqual(['d', 'B', 'a', 'c']);
    expect(tell([roomOf('_', '2026-01-03T00:00:00.000Z')])).toEqual(['d', 'B', '_', 'a', 'c']);
    expect(tell([], ['_'])).toEqual(['d', 'B', 'a', 'c']);
    expect(tell([], ['b', 'unknown'])).toEqual(['d', 'a', 'c']);
    expect(tell([roomOf('b', '2026-01-04T00:00:00.000Z')])).toEqual(['b', 'd', 'a', 'c']);
  });
});
