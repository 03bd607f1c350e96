import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseMarkup } from '../../src/demo/markup.ts';
import type { TestUpstream } from './gateway.ts';
import { bob, tokenOf, tokenPrefix } from './tiny-workspace.ts';

/**
 * A workspace whose every room is as heavy as what its users can write: texts of 5,000 characters with as much markup
 * as fits, files in quotes in quotes, reactions of many, JSON of their own. It accepts the tokens of `tokenOf` alone.
 */
export interface HeavyWorkspace extends TestUpstream {
  /** Calls that it answered with data. */
  calls: number;
  /** Whether every response is a 503. */
  isDown: boolean;
}

/** What the rooms are full of; a room's id begins with one of these. */
export const kinds = ['markup', 'lists', 'texts'] as const;
export const heavyRooms = kinds.map((kind) => `${kind}-room`);

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 2, 3) + minute * 60_000).toISOString();
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `user.${index}`);

const bold = '*a* '.repeat(1250);
const markup = parseMarkup(bold);
/** Characters that JSON, or UTF-8, makes longer. */
const texts = ['\u0001', '"', '中', 'x'].map((character) => character.repeat(5000));

const attachment = (depth: number): Record<string, unknown> => ({
  message_link: 'https://chat.example.com/direct/x?msg=y',
  author_name: 'bob',
  text: 'quoted '.repeat(20),
  attachments: depth === 0 ? [] : [attachment(depth - 1), attachment(depth - 1)],
});

const lists = {
  reactions: Object.fromEntries(names(40).map((name) => [`:${name}:`, { usernames: names(50) }])),
  attachments: [attachment(5)],
  urls: names(50).map((name) => ({ url: `https://example.com/${name}`, meta: { pageTitle: 'title '.repeat(20) } })),
  mentions: names(100).map((username) => ({ _id: username, username, name: username, type: 'user' })),
  channels: names(50).map((name) => ({ _id: name, name })),
  files: names(20).map((name) => ({ _id: name, name, type: 'text/plain', size: 1 })),
  replies: names(300),
  tcount: 300,
  customFields: { rows: Array.from({ length: 300 }, () => ({ a: [], b: {}, c: [0, 1, 2] })) },
  blocks: Array.from({ length: 100 }, () => ({
    type: 'section',
    text: { type: 'plain_text', text: 'block '.repeat(10) },
  })),
};

function message(roomId: string, index: number) {
  const [kind] = roomId.split('-');
  const text = kind === 'markup' ? bold : kind === 'texts' ? texts[index % texts.length] : 'short';
  return {
    _id: `message${index}`,
    rid: roomId,
    ts: at(1000 - index),
    u: { _id: bob.id, username: 'bob', name: 'Bob' },
    msg: text,
    _updatedAt: at(1000 - index),
    ...(kind === 'markup' && { md: markup }),
    ...(kind === 'lists' && lists),
  };
}

const room = (id: string, userId: string) => ({
  _id: id,
  t: 'd',
  usernames: ['alice', 'bob'],
  uids: [userId, bob.id],
  usersCount: 2,
  msgs: 400,
  ts: at(0),
  lm: at(1000),
  lastMessage: message(id, 0),
  _updatedAt: at(1000),
});

/** Maximum rows of a page: a response stays below 8 MiB. */
const rowsOf: Readonly<Record<string, number>> = { markup: 50, lists: 60, texts: 100 };

function bodyOf(endpoint: string, query: URLSearchParams, userId: string): Record<string, unknown> | undefined {
  const offset = Number(query.get('offset') ?? 0);
  const count = Number(query.get('count') ?? 50);
  const roomId = query.get('roomId') ?? heavyRooms[0] ?? '';
  const messages = () => {
    const rows = Math.min(count, rowsOf[roomId.split('-')[0] ?? ''] ?? 10, Math.max(0, 400 - offset));
    return Array.from({ length: rows }, (_, index) => message(roomId, offset + index));
  };
  const rooms = () =>
    Array.from({ length: 30 }, (_, index) => room(`${kinds[index % kinds.length]}-room${index}`, userId));
  switch (endpoint) {
    case 'dm.messages':
      return { messages: messages(), offset, count, total: 400 };
    case 'dm.history':
      return { messages: messages() };
    case 'im.list':
    case 'dm.list.everyone':
      return { ims: rooms().slice(offset, offset + count), offset, count, total: 30 };
    case 'rooms.get':
      return { update: rooms(), remove: [] };
    case 'rooms.info':
      return { room: room(roomId, userId) };
    case 'subscriptions.get':
      return {
        update: rooms().map(({ _id }) => ({ _id: `s-${_id}`, rid: _id, t: 'd', name: 'bob', unread: 1, ls: at(1) })),
        remove: [],
      };
    case 'im.counters':
      return { joined: true, members: 2, unreads: 1, unreadsFrom: at(1), msgs: 400, latest: at(3), userMentions: 0 };
    case 'im.members':
      return { members: names(100).map((name) => ({ _id: name, username: name, name })), offset, count, total: 100 };
    case 'chat.getMessage':
      return { message: { ...message('lists-room', 0), _id: query.get('msgId') } };
    case 'chat.getMessageReadReceipts':
      return {
        receipts: names(100).map((name) => ({
          _id: name,
          messageId: query.get('messageId'),
          roomId: 'r',
          userId: name,
          ts: at(4),
        })),
      };
    case 'users.info':
      return { user: { _id: query.get('userId'), username: 'bob', name: 'Bob' } };
    case 'me':
      return { _id: userId, username: 'alice', name: 'Alice' };
    default:
      return undefined;
  }
}

export async function startHeavyWorkspace(): Promise<HeavyWorkspace> {
  const bodies = new Map<string, string>();
  const server = createServer((request, response) => {
    const userId = String(request.headers['x-user-id']);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://workspace');
    if (request.headers['x-auth-token'] !== tokenOf(userId)) {
      response.writeHead(401, { 'content-type': 'application/json' }).end('{"status":"error"}');
      return;
    }
    if (workspace.isDown) {
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"success":false}');
      return;
    }
    workspace.calls += 1;
    const key = `${userId} ${request.url ?? ''}`;
    let text = bodies.get(key);
    if (text === undefined) {
      const body = bodyOf(pathname.replace('/api/v1/', ''), searchParams, userId);
      text = JSON.stringify(body === undefined ? { success: false } : { ...body, success: true });
      if (bodies.size < 100) bodies.set(key, text);
    }
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
      .end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const workspace: HeavyWorkspace = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caller: null,
    tokens: [tokenPrefix],
    calls: 0,
    isDown: false,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return workspace;
}
