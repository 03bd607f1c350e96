import { createEmptyWorld } from '../../../src/demo/seed.ts';
import type { World } from '../../../src/demo/world.ts';

/** A list whose rows come and go: its query, its rows, and how to change it. */
export interface LivingList {
  readonly name: string;
  readonly canGoBack: boolean;
  readonly isAdmin?: boolean;
  /** Builds the world; later calls of the other functions refer to it. */
  create(seedRows: readonly number[]): World;
  /** The query, with `$ARGS` where the page's arguments go, and the path to the connection in its answer. */
  readonly query: string;
  readonly path: readonly string[];
  /** What upstream holds now, in the connection's order: id and sort key. */
  rows(): { id: string; key: string }[];
  /** Makes one change and returns the ids that it touched. */
  change(kind: 'insert' | 'delete' | 'move', number: number): string[];
}

const start = Date.parse('2026-03-02T09:00:00.000Z');
/** Few instants, so that ties are the rule. */
const at = (number: number): string => new Date(start + (number % 16)).toISOString();
const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);

interface Keyed {
  readonly id: string;
  readonly key: string;
}

const byKey = (rows: Keyed[], isDescending: boolean): Keyed[] => {
  const sorted = rows.toSorted((a, b) => compare(a.key, b.key) || compare(a.id, b.id));
  return isDescending ? sorted.toReversed() : sorted;
};

const pick = <Row>(rows: readonly Row[], number: number): Row | undefined => rows[number % Math.max(1, rows.length)];

const roomId = 'roomOfTheTest1234';

function worldWithRoom(): World {
  const world = createEmptyWorld();
  const other = world.accounts.find(({ id }) => id !== world.member.id);
  world.createRoom({ id: roomId, userIds: [world.member.id, other?.id ?? ''], at: at(0) });
  return world;
}

/** A room's messages: sent at few instants, deleted, edited (which moves them by `updatedAt`), pinned and unpinned. */
export function messagesList(
  field: 'SENT_AT' | 'UPDATED_AT',
  direction: 'ASC' | 'DESC',
  pinnedOnly: boolean,
): LivingList {
  let world: World;
  const isListed = (message: { pinned?: boolean | undefined }) => !pinnedOnly || message.pinned === true;
  const all = () => [...world.messagesOf(roomId)];
  const insert = (number: number) => {
    const { _id } = world.post({
      roomId,
      userId: world.member.id,
      text: `line ${number}`,
      at: at(number),
      pinned: true,
    });
    return [_id];
  };
  return {
    name: `messages by ${field} ${direction}${pinnedOnly ? ', pinned only' : ''}`,
    canGoBack: true,
    create(rows) {
      world = worldWithRoom();
      for (const number of rows) insert(number);
      return world;
    },
    query: `{ directMessage(id: "${roomId}") { messages($ARGS orderBy: { field: ${field}, direction: ${direction} } filterBy: { pinnedOnly: ${pinnedOnly} }) { totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    path: ['directMessage', 'messages'],
    rows: () =>
      byKey(
        all()
          .filter(isListed)
          .map((message) => ({ id: message._id, key: (field === 'SENT_AT' ? message.ts : message._updatedAt) ?? '' })),
        direction === 'DESC',
      ),
    change(kind, number) {
      if (kind === 'insert') return insert(number);
      const message = pick(all(), number);
      if (message === undefined) return [];
      if (kind === 'delete') world.remove(message._id);
      else if (number % 2 === 0) world.edit(message._id, 'edited', at(number));
      else if (message.pinned === true) world.unpin(message._id, at(number));
      else world.pin(message._id, world.member.id, at(number));
      return [message._id];
    },
  };
}

/** A room's history within a range. */
export function historyList(range: string, isIn: (ts: string) => boolean): LivingList {
  const messages = messagesList('SENT_AT', 'DESC', false);
  return {
    ...messages,
    name: `history${range === '' ? '' : ` ${range}`}`,
    canGoBack: false,
    query: `{ directMessage(id: "${roomId}") { history($ARGS ${range}) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    path: ['directMessage', 'history'],
    rows: () => messages.rows().filter(({ key }) => isIn(key)),
  };
}

/** Lists of rooms: made, removed, and moved by messages. */
export function roomsList(
  own: boolean,
  field: 'CREATED_AT' | 'LAST_MESSAGE_AT' | 'MESSAGE_COUNT',
  direction: 'ASC' | 'DESC',
): LivingList {
  let world: World;
  const rooms = () => [...world.rooms.values()].filter((room) => room.t === 'd');
  const insert = (number: number) => {
    const others = world.accounts.filter(({ id }) => id !== world.member.id);
    const userIds = [world.member.id, pick(others, number)?.id ?? ''];
    const room = world.createRoom({ userIds, at: at(number) });
    for (let count = number % 3; count > 0; count -= 1)
      world.post({ roomId: room._id, userId: world.member.id, text: 'hi', at: at(number + count) });
    return [room._id];
  };
  const keyOf = { CREATED_AT: 'ts', LAST_MESSAGE_AT: 'lm', MESSAGE_COUNT: 'msgs' }[field];
  const list = `directMessages($ARGS orderBy: { field: ${field}, direction: ${direction} }) { totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  return {
    name: `${own ? "the caller's rooms" : 'all rooms'} by ${field} ${direction}`,
    canGoBack: true,
    isAdmin: !own,
    create(rows) {
      world = createEmptyWorld();
      for (const number of rows) insert(number);
      return world;
    },
    query: own ? `{ viewer { ${list} } }` : `{ ${list} }`,
    path: own ? ['viewer', 'directMessages'] : ['directMessages'],
    rows: () =>
      byKey(
        rooms().map((room) => ({ id: room._id, key: textKey(room[keyOf]) })),
        direction === 'DESC',
      ),
    change(kind, number) {
      if (kind === 'insert') return insert(number);
      const room = pick(rooms(), number);
      if (room === undefined) return [];
      if (kind === 'delete') world.removeRoom(room._id);
      else world.post({ roomId: room._id, userId: room.uids[0] ?? '', text: 'again', at: at(number) });
      return [room._id];
    },
  };
}

/** Counts as texts of equal length, so that they compare as texts. */
const textKey = (value: unknown): string =>
  typeof value === 'number' ? String(value).padStart(6, '0') : typeof value === 'string' ? value : '';

/** Receipts of one message. */
export function receiptsList(): LivingList {
  let world: World;
  const messageId = 'messageOfTheTest1';
  const receipts = () => world.receipts.get(messageId) ?? [];
  const insert = (number: number) => {
    const user = pick(world.accounts, number);
    const message = world.messages.get(messageId);
    if (user === undefined || message === undefined || receipts().some(({ userId }) => userId === user.id)) return [];
    world.addReceipt(message, user.id, at(number));
    return [messageId + user.id];
  };
  return {
    name: 'receipts',
    canGoBack: true,
    create(rows) {
      world = worldWithRoom();
      world.post({ id: messageId, roomId, userId: world.member.id, text: 'read me', at: at(0) });
      for (const number of rows) insert(number);
      return world;
    },
    query: `{ readReceipts(messageId: "${messageId}" $ARGS) { totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    path: ['readReceipts'],
    rows: () =>
      byKey(
        receipts().map(({ _id, ts }) => ({ id: _id, key: ts })),
        false,
      ),
    change(kind, number) {
      if (kind === 'insert') return insert(number);
      const receipt = pick(receipts(), number);
      if (receipt === undefined || kind === 'move') return [];
      world.receipts.set(
        messageId,
        receipts().filter(({ _id }) => _id !== receipt._id),
      );
      return [receipt._id];
    },
  };
}

/** Active members of a group. */
export function membersList(): LivingList {
  let world: World;
  const users = () => world.room(roomId).uids.map((id) => world.accountOf(id));
  return {
    name: 'members',
    canGoBack: true,
    create(rows) {
      world = createEmptyWorld();
      const userIds = world.accounts.slice(0, 4 + (rows.length % 20)).map(({ id }) => id);
      world.createRoom({ id: roomId, userIds: [world.member.id, ...userIds], at: at(0) });
      return world;
    },
    query: `{ directMessage(id: "${roomId}") { members($ARGS) { totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`,
    path: ['directMessage', 'members'],
    rows: () =>
      byKey(
        users()
          .filter(({ active }) => active)
          .map(({ id, username }) => ({ id, key: username })),
        false,
      ),
    change(kind, number) {
      const user = pick(
        users().filter(({ id }) => id !== world.member.id),
        number,
      );
      if (user === undefined) return [];
      if (kind === 'move') user.updatedAt = at(number);
      else user.active = kind === 'insert';
      return kind === 'move' ? [] : [user.id];
    },
  };
}
