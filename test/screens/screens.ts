import { landmarks } from '../../src/demo/seed.ts';

/** A GET of the REST API: the body, or undefined if it was rejected. */
export type Rest = (
  endpoint: string,
  params?: Record<string, string | number>,
) => Promise<Record<string, unknown> | undefined>;

/** A screen of an application: its query, the same by hand over REST, and the fewest calls that can serve it. */
export interface Screen {
  readonly name: string;
  readonly query: string;
  /** One call for each thing that is shown. */
  readonly naive: (rest: Rest) => Promise<void>;
  /** The fewest upstream calls for the whole screen, and why. */
  readonly minimum: { readonly calls: number; readonly why: string };
}

const { busyRoomId, groupRoomId, selfRoomId, shapesRoomId, messages } = landmarks;
const idsOf = (body: Record<string, unknown> | undefined, list: string): string[] =>
  ((body?.[list] ?? []) as { _id: string }[]).map(({ _id }) => _id);

const eachRoom = async (rest: Rest, count: number, show: (roomId: string) => Promise<unknown>): Promise<void> => {
  for (const roomId of idsOf(await rest('im.list', { count, sort: '{"lm":-1,"_id":-1}' }), 'ims')) await show(roomId);
};
const eachMessage = async (
  rest: Rest,
  roomId: string,
  count: number,
  show: (messageId: string) => Promise<unknown>,
): Promise<void> => {
  for (const messageId of idsOf(await rest('dm.messages', { roomId, count }), 'messages')) await show(messageId);
};
const counters = (rest: Rest) => (roomId: string) => rest('im.counters', { roomId });
const receipts = (rest: Rest) => (messageId: string) => rest('chat.getMessageReadReceipts', { messageId });
const tenAliases = Array.from(
  { length: 10 },
  (_, index) => `r${index}: directMessage(id: "${busyRoomId}") { messages(first: 20) { nodes { text } } }`,
);

export const screens: readonly Screen[] = [
  {
    name: 'A link to a room (`directMessage { id }`)',
    query: `{ directMessage(id: "${busyRoomId}") { id } }`,
    naive: async (rest) => void (await rest('rooms.info', { roomId: busyRoomId })),
    minimum: { calls: 0, why: 'the id is known' },
  },
  {
    name: 'Badge: unread messages of all rooms',
    query: '{ viewer { unreadCount } }',
    naive: (rest) => eachRoom(rest, 100, counters(rest)),
    minimum: { calls: 1, why: 'memberships' },
  },
  {
    name: 'Mailbox: 20 rooms with their last words',
    query: '{ viewer { directMessages(first: 20) { nodes { usernames lastMessage { text author { name } } } } } }',
    naive: (rest) => eachRoom(rest, 20, (roomId) => rest('dm.messages', { roomId, count: 1 })),
    minimum: { calls: 1, why: 'the list holds the last message' },
  },
  {
    name: 'Mailbox: 50 rooms as people draw them',
    query:
      '{ viewer { directMessages(first: 50) { nodes { title avatarUrl(size: 64) lastMessage { text sentAt author { name } } membership { isOpen isFavorite unreadCount } } } } }',
    naive: (rest) =>
      eachRoom(rest, 50, async (roomId) => {
        await rest('subscriptions.getOne', { roomId });
        await rest('dm.messages', { roomId, count: 1 });
      }),
    minimum: { calls: 2, why: 'list, memberships' },
  },
  {
    name: 'Mailbox: 50 rooms with counters',
    query: '{ viewer { directMessages(first: 50) { nodes { usernames counters { unreadCount unreadSince } } } } }',
    naive: (rest) => eachRoom(rest, 50, counters(rest)),
    minimum: { calls: 2, why: 'list, memberships' },
  },
  {
    name: 'Overview: 20 rooms with counters and 3 messages',
    query:
      '{ viewer { directMessages(first: 20) { nodes { counters { unreadCount } messages(first: 3) { nodes { text } } } } } }',
    naive: (rest) =>
      eachRoom(rest, 20, async (roomId) => {
        await counters(rest)(roomId);
        await rest('dm.messages', { roomId, count: 3 });
      }),
    minimum: { calls: 22, why: 'list, memberships, a page for each room' },
  },
  {
    name: 'Overview: 5 rooms, 4 messages each, counters, receipts',
    query:
      '{ viewer { directMessages(first: 5) { nodes { counters { unreadCount } messages(first: 4) { nodes { text readReceipts { totalCount } } } } } } }',
    naive: (rest) =>
      eachRoom(rest, 5, async (roomId) => {
        await counters(rest)(roomId);
        await eachMessage(rest, roomId, 4, receipts(rest));
      }),
    minimum: { calls: 27, why: 'list, memberships, 5 pages, 20 receipts' },
  },
  {
    name: 'Conversation: 50 messages, members, counters',
    query: `{ directMessage(id: "${groupRoomId}") { topic counters { unreadCount } members { nodes { name status } } messages(first: 50) { nodes { text author { name user { status avatarUrl } } } } } }`,
    naive: async (rest) => {
      await rest('rooms.info', { roomId: groupRoomId });
      await counters(rest)(groupRoomId);
      await rest('im.members', { roomId: groupRoomId });
      await rest('dm.messages', { roomId: groupRoomId, count: 50 });
    },
    minimum: { calls: 4, why: 'one of each' },
  },
  {
    name: 'Conversation: 10 messages with who read them',
    query: `{ directMessage(id: "${shapesRoomId}") { messages(first: 10) { nodes { text readReceipts { nodes { user { name } readAt } } } } } }`,
    naive: (rest) => eachMessage(rest, shapesRoomId, 10, receipts(rest)),
    minimum: { calls: 11, why: 'a page, 10 receipts' },
  },
  {
    name: 'Notifications: 3 rooms by id, with their records',
    query: `{ ${[busyRoomId, groupRoomId, selfRoomId].map((id, index) => `r${index}: directMessage(id: "${id}") { usernames lastMessage { text } counters { unreadCount } }`).join(' ')} }`,
    naive: async (rest) => {
      for (const roomId of [busyRoomId, groupRoomId, selfRoomId]) {
        await rest('rooms.info', { roomId });
        await counters(rest)(roomId);
      }
    },
    minimum: { calls: 2, why: 'rooms, memberships' },
  },
  {
    name: 'Ten components that show the same room',
    query: `{ ${tenAliases.join(' ')} quoted: message(id: "${messages.plain}") { text } }`,
    naive: async (rest) => {
      for (let component = 0; component < 10; component += 1)
        await rest('dm.messages', { roomId: busyRoomId, count: 20 });
      await rest('chat.getMessage', { msgId: messages.plain });
    },
    minimum: { calls: 2, why: 'a page, a message' },
  },
];
