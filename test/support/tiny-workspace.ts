import type { Caller } from './gateway.ts';
import { upstreamMarker } from './secrets.ts';

/** A user's token: 43 characters, as Rocket.Chat's are. */
export const tokenOf = (userId: string): string => `${tokenPrefix}${userId}-`.padEnd(43, 'x');
export const tokenPrefix = 'token-of-';
export const callerNamed = (id: string): Caller => ({ id, token: tokenOf(id) });
export const alice = callerNamed('alice000000000000');
export const bob = callerNamed('bob00000000000000');

export interface TinyAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const at = (minute: number): string => `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`;

export function tinyMessage(userId: string, roomId: string, index: number): Record<string, unknown> {
  const text = `for:${userId} héllo 😀 ${index}`;
  return {
    _id: `message${index}-${roomId}`.slice(0, 60),
    rid: roomId,
    ts: at(index),
    u: { _id: bob.id, username: 'bob' },
    msg: text,
    md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: text }] }],
    _updatedAt: at(index),
  };
}

const tinyRoom = (userId: string, index: number) => ({
  _id: `${userId}room${index}`,
  t: 'd',
  usernames: [`for:${userId}`, 'bob'],
  uids: [userId, bob.id],
  usersCount: 2,
  msgs: 3,
  topic: `for:${userId}`,
  ts: at(0),
  lm: at(10 - index),
  _updatedAt: at(10),
});

const rooms = (userId: string) => [1, 2, 3].map((index) => tinyRoom(userId, index));
const messages = (userId: string, roomId: string) => [3, 2, 1].map((index) => tinyMessage(userId, roomId, index));

/** Responses of a healthy workspace: every requested object exists and carries the mark `for:<user>`. */
export function answerAs(userId: string, endpoint: string, query: URLSearchParams): TinyAnswer {
  const roomId = query.get('roomId') ?? `${userId}room1`;
  const offset = Number(query.get('offset') ?? 0);
  const end = offset + Number(query.get('count') ?? 50);
  const page = (name: string, rows: readonly unknown[]) => {
    const part = rows.slice(offset, end);
    return { [name]: part, offset, count: part.length, total: rows.length };
  };
  const body = bodyOf(endpoint);
  return body === undefined
    ? { status: 404, body: { success: false, status: 'error', error: `API endpoint not found ${upstreamMarker}` } }
    : { status: 200, body: { ...body, success: true } };

  function bodyOf(name: string): Record<string, unknown> | undefined {
    switch (name) {
      case 'im.counters':
        return { joined: true, members: 2, unreads: 1, unreadsFrom: at(1), msgs: 3, latest: at(3), userMentions: 0 };
      case 'dm.messages':
        return page('messages', messages(userId, roomId));
      case 'dm.history':
        return { messages: messages(userId, roomId).slice(offset, end) };
      case 'im.list':
      case 'dm.list.everyone':
        return page('ims', rooms(userId));
      case 'im.members':
        return page('members', [
          { _id: userId, username: `for:${userId}` },
          { _id: bob.id, username: 'bob' },
        ]);
      case 'rooms.get':
        return { update: rooms(userId), remove: [] };
      case 'rooms.info':
        return { room: { ...tinyRoom(userId, 1), _id: roomId } };
      case 'subscriptions.get':
        return {
          update: rooms(userId).map(({ _id }) => ({
            _id: `s-${_id}`,
            rid: _id,
            t: 'd',
            name: 'bob',
            unread: 1,
            ls: at(1),
          })),
          remove: [],
        };
      case 'chat.getMessage':
        return { message: { ...tinyMessage(userId, roomId, 1), _id: query.get('msgId') } };
      case 'chat.getMessageReadReceipts':
        return {
          receipts: [{ _id: 'receipt1', messageId: query.get('messageId'), roomId, userId: bob.id, ts: at(4) }],
        };
      case 'users.info':
        return { user: { _id: query.get('userId'), username: 'bob', name: `for:${userId}` } };
      case 'me':
        return { _id: userId, username: `for:${userId}` };
      default:
        return undefined;
    }
  }
}
